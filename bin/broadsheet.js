#!/usr/bin/env node
// Plain JavaScript that any Node can parse, so that an old one can be told what is wrong.
import { existsSync } from 'node:fs';
import * as modules from 'node:module';
import { fileURLToPath } from 'node:url';

const major = Number(process.versions.node.split('.')[0]);
if (major < 26) {
  process.stderr.write(
    `broadsheet: this is Node ${process.versions.node}; Broadsheet needs Node 26 or newer. ` +
      'Install it from https://nodejs.org, or, in a checkout, use `npx broadsheet`, ' +
      'which runs on the Node that `npm ci` brought along.\n',
  );
  process.exit(78);
}

// A checkout runs its TypeScript as it is; the package on npm has only the compiled files.
const source = new URL('../src/cli/main.ts', import.meta.url);
const compiled = new URL('../dist/cli/main.js', import.meta.url);
const isCheckout = existsSync(source);

// Spares a tenth of a second and some memory from the second run on. Beside the libraries, not in
// the folder of temporary files, where anyone could put code for us to run.
const modulesFolder = isCheckout ? '../node_modules' : '../..';
const cache = new URL(`${modulesFolder}/.cache/broadsheet/compiled`, import.meta.url);
// In the environment for the processes that the service starts.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(cache);
modules.enableCompileCache?.();

const { main } = await import((isCheckout ? source : compiled).href);
process.exitCode = await main(process.argv.slice(2));
