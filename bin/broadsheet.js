#!/usr/bin/env node
// Plain JavaScript that any Node can parse, so that an old one can be told what is wrong.
import { existsSync } from 'node:fs';
import * as modules from 'node:module';
import { fileURLToPath } from 'node:url';

/** `module.constants.compileCacheStatus.ENABLED`. */
const ENABLED = 1;

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

// Spares a tenth of the time of a command from its second run on, and some memory. Beside the
// libraries, or, where an administrator installed them, in the user's own cache. Not in the folder of
// temporary files, where anyone could put code for us to run.
const { HOME, NODE_COMPILE_CACHE, XDG_CACHE_HOME = HOME && `${HOME}/.cache` } = process.env;
if (NODE_COMPILE_CACHE === undefined) {
  const beside = new URL(isCheckout ? '../node_modules/.cache' : '../../.cache', import.meta.url);
  const folder = [fileURLToPath(beside), XDG_CACHE_HOME]
    .map((cache) => cache && `${cache}/broadsheet/compiled`)
    .find((each) => each && modules.enableCompileCache?.(each).status === ENABLED);
  // In the environment for the processes that the service starts.
  if (folder !== undefined) process.env.NODE_COMPILE_CACHE = folder;
}

const { main } = await import((isCheckout ? source : compiled).href);
process.exitCode = await main(process.argv.slice(2));
