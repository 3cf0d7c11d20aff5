import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** Fonts under the names of those that most readers have and a machine like this one has not. */
export function fontFaces(): string {
  const { resolve } = createRequire(import.meta.url);
  const fonts = [
    { family: 'Georgia', name: 'gelasio' },
    { family: 'Segoe UI', name: 'source-sans-3' },
  ];
  return fonts
    .flatMap(({ family, name }) =>
      ['latin-400-normal', 'latin-700-normal', 'latin-ext-400-normal'].map((face) => {
        const file = resolve(`@fontsource/${name}/files/${name}-${face}.woff2`);
        const bytes = readFileSync(file).toString('base64');
        const weight = face.includes('700') ? 700 : 400;
        const range = face.startsWith('latin-ext') ? 'unicode-range: U+0100-02BA;' : '';
        return `@font-face { font-family: '${family}'; font-weight: ${weight}; ${range} src: url(data:font/woff2;base64,${bytes}); }`;
      }),
    )
    .join('\n');
}
