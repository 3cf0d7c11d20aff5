import { createRequire, registerHooks } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type mjml2html from 'mjml';

// mjml-core loads four libraries for options that we do not pass (minify, beautify) or that few
// templates use (`<mj-style inline="inline">`), and cheerio with an HTTP client: 640 files, without
// them 160. This module takes their place. It loads juice for the first document whose styles are to
// be inlined, and the others never. The cheerio is the one that the gate loads.
const CHEERIO = fileURLToPath(import.meta.resolve('cheerio/slim'));
const LATER = new Set(['juice', 'htmlnano', 'cssnano-preset-lite', 'js-beautify']);
const THIS_FILE = fileURLToPath(import.meta.url);
// Node parses the long list of exports of this package again for each file that is loaded from it.
const HELPERS = '@babel/runtime/helpers/';

const require = createRequire(import.meta.url);

/** Loads mjml, in a third of the time that `import('mjml')` takes. */
export function loadMjml(): typeof mjml2html {
  let helpers: string | undefined;
  const hooks = registerHooks({
    resolve(name, context, next) {
      if (LATER.has(name)) return next(THIS_FILE, context);
      if (name === 'cheerio') return next(CHEERIO, context);
      if (!name.startsWith(HELPERS)) return next(name, context);
      helpers ??= dirname(fileURLToPath(next(name, context).url));
      return next(join(helpers, `${name.slice(HELPERS.length)}.js`), context);
    },
  });
  try {
    // Not `import()`: nobody else loads anything while the hooks are there.
    return require('mjml') as typeof mjml2html;
  } finally {
    hooks.deregister();
  }
}

function inlineStyles(...args: readonly unknown[]): string {
  // From another folder than that of the file that asked for juice: Node keeps the answer for that one.
  const ofMjml = createRequire(require.resolve('mjml'));
  const ofCore = createRequire(ofMjml.resolve('mjml-core/package.json'));
  return (ofCore('juice') as (...args: readonly unknown[]) => string)(...args);
}

// What `require` of this module returns, in the place of juice.
export { inlineStyles as 'module.exports' };
