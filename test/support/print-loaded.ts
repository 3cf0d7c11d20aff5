// Preloaded by `node --import`: writes the modules that the program loaded, one URL in each line, to the
// file that the environment names.
import { writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

const loaded = new Set<string>();
registerHooks({
  load(url, context, next) {
    loaded.add(url);
    return next(url, context);
  },
});
process.on('exit', () => {
  writeFileSync(process.env.BROADSHEET_TEST_LOADED ?? '', [...loaded].join('\n'));
});
