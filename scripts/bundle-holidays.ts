// Writes the library of holidays into the folder of the first argument, for the package on npm: the
// library's own bundle is 1.5 MB, and the library with what it depends on is 46 MB, of which it uses
// the same parts. `npm pack` runs it.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const [, , folder = 'dist/calendar'] = process.argv;
const library = dirname(createRequire(import.meta.url).resolve('date-holidays/package.json'));
const read = (name: string) => readFileSync(join(library, name), 'utf8');

mkdirSync(folder, { recursive: true });
// It is made for browsers, whose global object is called `self`.
const bundle = `const self = globalThis;\n${read('dist/umd.min.js')}`;
writeFileSync(join(folder, 'date-holidays.cjs'), bundle);
const licences = [read('LICENSE'), read('dist/umd.min.js.LICENSE.txt')];
writeFileSync(join(folder, 'date-holidays.LICENSE'), licences.join('\n'));
