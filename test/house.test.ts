import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';

/** The floors of docs/architecture.md, low to high. */
const FLOORS = [
  ['base'],
  ['model'],
  ['posts', 'feeds', 'editions', 'calendar', 'mail'],
  ['config', 'disk', 'store', 'smtp'],
  ['jobs'],
  ['web'],
  ['cli'],
];

/** Folders that take values and return values. */
const PURE = ['model', 'posts', 'feeds', 'editions', 'calendar', 'mail'];

const ROOT = join(import.meta.dirname, '..', 'src');
const FILES = globSync('**/*.ts', { cwd: ROOT }).toSorted();

interface Import {
  readonly file: string;
  readonly target: string;
}

const IMPORTS: readonly Import[] = FILES.flatMap((file) =>
  [...read(file).matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, target]) => ({
    file,
    target: target ?? '',
  })),
);

const INNER = IMPORTS.filter(({ target }) => target.startsWith('.')).map(({ file, target }) => ({
  file,
  target: relative(ROOT, join(ROOT, dirname(file), target)),
}));

test('every folder of src stands on a floor', () => {
  const folders = new Set(FILES.map(folderOf));
  const known = FLOORS.flat();
  assert.deepEqual(
    [...folders].filter((folder) => !known.includes(folder)),
    [],
  );
  assert.ok(INNER.length > 100, 'the imports are found');
});

test('a folder imports only from lower floors', () => {
  const wrong = INNER.filter(
    ({ file, target }) => folderOf(file) !== folderOf(target) && floorOf(target) >= floorOf(file),
  );
  assert.deepEqual(wrong, []);
});

test('no file imports itself, whatever the way round', () => {
  const targets = Map.groupBy(INNER, ({ file }) => file);
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: readonly string[]) => {
    if (path.includes(file)) cycles.push([...path, file].join(' -> '));
    if (done.has(file) || path.includes(file)) return;
    for (const { target } of targets.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of FILES) visit(file, []);
  assert.deepEqual(cycles, []);
});

test('no file passes on what another file exports', () => {
  const barrels = FILES.filter((file) => /^export\s+(\*|\{[^}]*\})\s+from/m.test(read(file)));
  assert.deepEqual(barrels, []);
});

test('subscriptions change by one file alone, so that none changes without its history and the journal', () => {
  const writers: Readonly<Record<string, readonly string[]>> = {
    'store/write-subscriptions.ts': [
      'jobs/subscribers/change-subscriptions.ts',
      'jobs/subscribers/rename-rows.ts',
      'store/erasure.ts',
    ],
    'store/erasure.ts': ['jobs/subscribers/change-subscriptions.ts'],
    'store/rename-newsletter.ts': [
      'jobs/subscribers/change-subscriptions.ts',
      'jobs/subscribers/rename-rows.ts',
    ],
    'jobs/subscribers/rename-rows.ts': ['jobs/subscribers/change-subscriptions.ts'],
  };
  for (const [writer, allowed] of Object.entries(writers)) {
    const importers = INNER.filter(({ target }) => target === writer).map(({ file }) => file);
    assert.deepEqual(importers.toSorted(), allowed, writer);
  }
  const tables = '(subscribers|subscription_events)';
  const writes = new RegExp(
    `(insertInto|updateTable|deleteFrom|mergeInto|replaceInto)\\(\\s*'${tables}\\b|(insert into|update|delete from) ${tables}\\b`,
  );
  const files = FILES.filter(
    (file) => !file.startsWith('store/database/migrations/') && writes.test(read(file)),
  );
  assert.deepEqual(
    files.filter((file) => !Object.hasOwn(writers, file)),
    [],
  );
});

test('the pure floors touch no clock, no chance, no environment, no disk and no network', () => {
  const forbiddenModules =
    /^(node:)?(fs|fs\/promises|net|tls|http|https|http2|dns|dgram|child_process|worker_threads|os|sqlite|timers.*|readline.*)$/;
  const forbiddenWords =
    /\bDate\.now\b|\bnew Date\(\s*\)|\bTemporal\.Now\b|\bperformance\.now\b|\bMath\.random\b|\brandom(UUID|Bytes|Int|FillSync)\b|\bgetRandomValues\b|\bprocess\.|\bconsole\.|\bfetch\(|\bset(Timeout|Interval|Immediate)\(/;
  const pure = FILES.filter((file) => PURE.includes(folderOf(file)));
  const modules = IMPORTS.filter(
    ({ file, target }) => pure.includes(file) && forbiddenModules.test(target),
  );
  const words = pure.flatMap((file) =>
    withoutComments(read(file))
      .split('\n')
      .filter((line) => forbiddenWords.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  );
  assert.deepEqual(modules, []);
  assert.deepEqual(words, []);
});

test('only the command line exits, and only it and the config read the environment', () => {
  const lines = FILES.filter((file) => !['cli', 'config'].includes(folderOf(file))).flatMap(
    (file) =>
      withoutComments(read(file))
        .split('\n')
        .filter((line) => /process\.(exit|exitCode|env|argv)\b/.test(line))
        .map((line) => `${file}: ${line.trim()}`),
  );
  assert.deepEqual(lines, []);
});

test('help loads nothing that is slow: commander and the few files of the command line', () => {
  const seen = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const [, target = ''] of read(file).matchAll(
      /^(?:import|export) (?!type)[^;]*?from '([^']+)'/gm,
    )) {
      if (target.startsWith('.')) visit(relative(ROOT, join(ROOT, dirname(file), target)));
      else if (!target.startsWith('node:')) packages.add(target);
    }
  };
  visit('cli/main.ts');
  assert.deepEqual([...packages], ['commander']);
  assert.ok(seen.size > 10 && seen.size < 60, `${seen.size} files`);
});

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

function folderOf(file: string): string {
  return file.split('/')[0] ?? '';
}

function floorOf(file: string): number {
  return FLOORS.findIndex((floor) => floor.includes(folderOf(file)));
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}
