import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { buildFeeds } from '../../src/build/build-feeds.ts';
import type { BuildReport } from '../../src/feeds/build/build-report.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { loadConfig } from '../../src/settings/load-config.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const SETTINGS = [
  'site: {title: Quay, url: "https://quay.example/", author: {name: Desk}, logo: ../logo.png}',
  'posts: {generator: jekyll, folder: ../_posts, siteRoot: .., includes: ../_includes}',
  'feeds: {items: 3, historyDocuments: all, tags: true, folder: ../public}',
].join('\n');

const NOW = Temporal.Instant.from('2026-03-10T12:00:00Z');

const post = fc.nat(7);
/** Two texts of one length: an edit that leaves the size of the file. */
const text = fc.constantFrom(
  'The wall is up.',
  'The wall is low',
  'A **ferry** ![boat](/boat.png) runs',
  'Tide: {% include tide.html %}',
);
const field = fc.constantFrom(
  '',
  'draft: true',
  'expiry_date: 2026-03-12',
  'date: 2026-03-12',
  'last_modified_at: 2026-03-12',
  'tags: [sea]',
  'image: boat.png',
);

/** Something that happens to the files of a site between two builds. */
const edit = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('write' as const), post, text, field }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('writeAtSameTime' as const), post, text, field }),
  },
  fc.record({ kind: fc.constant('replace' as const), post, text, field }),
  fc.record({ kind: fc.constant('move' as const), post, to: post }),
  fc.record({ kind: fc.constant('swap' as const), post, to: post }),
  fc.record({ kind: fc.constant('remove' as const), post }),
  fc.record({ kind: fc.constant('touch' as const), post }),
  fc.record({
    kind: fc.constant('defaults' as const),
    category: fc.constantFrom('sea', 'land', ''),
  }),
  fc.record({ kind: fc.constant('picture' as const), bytes: fc.constantFrom(0, 10, 20) }),
  fc.record({
    kind: fc.constant('file' as const),
    name: fc.constantFrom(
      '_includes/tide.html',
      '_data/authors.yml',
      'languages/en.yaml',
      'web-templates/feeds.liquid',
      'logo.png',
    ),
    text: fc.constantFrom('', '{}', '{ }'),
  }),
  fc.record({
    kind: fc.constant('damageCache' as const),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  fc.record({
    kind: fc.constant('cutCache' as const),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      days: fc.integer({ min: -3, max: 3 }),
    }),
  },
  fc.record({ kind: fc.constant('settings' as const), items: fc.constantFrom(2, 3) }),
  fc.record({ kind: fc.constant('unpublish' as const), file: fc.nat(20) }),
  fc.record({ kind: fc.constant('overwrite' as const), file: fc.nat(20) }),
  fc.record({ kind: fc.constant('forget' as const) }),
  fc.record({ kind: fc.constant('hurry' as const), isHurried: fc.boolean() }),
);
type Edit = typeof edit extends fc.Arbitrary<infer Value> ? Value : never;

test('a build with the cache of earlier runs publishes what a fresh build publishes, after any edits', async (t) => {
  let unchanged = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 2, maxLength: 14 }), async (edits) => {
      const site = openSite(temporaryFolder(t));
      for (const [at, each] of [undefined, ...edits].entries()) {
        if (each !== undefined) site.apply(each);
        const when = `after edit ${at}: ${JSON.stringify(each)}`;
        await site.compare(when);
        await site.compare(`again ${when}`);
      }
      unchanged += site.unchanged();
      site.remove();
    }),
    { numRuns: 10 },
  );
  assert.ok(unchanged > 0);
});

function openSite(folder: string) {
  const path = (name: string) => join(folder, name);
  const write = (name: string, content: string | Uint8Array) => {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), content);
  };
  const nameOf = (number: number) => `_posts/2026-03-0${number + 1}-day.md`;
  const textOf = ({ text: body, field: line }: { text: string; field: string }, number: number) =>
    `---\ntitle: Day ${number}\n${line}\n---\n${body} Read [on]({% post_url 2026-03-01-day %}).\n`;
  const caches = () =>
    existsSync(path('.broadsheet'))
      ? readdirSync(path('.broadsheet')).filter((name) => name !== '.gitignore')
      : [];
  let now = NOW;
  let items = 3;
  // As if the files were old: otherwise nothing written in this test would count as unchanged.
  let aheadMs = 60_000;
  let unchanged = 0;
  write('config/broadsheet.yaml', SETTINGS);
  write('_config.yml', '');
  for (const number of [0, 1, 2, 3, 4]) {
    write(nameOf(number), textOf({ text: 'The wall is up.', field: '' }, number));
    utimesSync(path(nameOf(number)), 1, 1);
  }

  const log = {
    ...silentLog,
    detail: (text: string) => {
      if (text.includes('nothing has changed')) unchanged++;
    },
  };
  const publishedFiles = () =>
    existsSync(path('public'))
      ? readdirSync(path('public'), { recursive: true, encoding: 'utf8' })
          .filter((name) => /\.(?:xml|json|html|css|br|jsonl)$/.test(name))
          .sort()
      : [];

  const build = (output: string, isCached: boolean): Promise<BuildReport> => {
    const config = loadConfig(path('config/broadsheet.yaml'), {});
    return buildFeeds(
      {
        ...config,
        feeds: { ...config.feeds, items },
        folders: { ...config.folders, output },
        publishedFile: join(output, 'published.jsonl'),
        caches: isCached ? config.caches : undefined,
      },
      { now, log, force: true, machineMs: Date.now() + aheadMs },
    );
  };

  return {
    apply(change: Edit): unknown {
      switch (change.kind) {
        case 'write':
          return write(nameOf(change.post), textOf(change, change.post));
        case 'writeAtSameTime':
          write(nameOf(change.post), textOf(change, change.post));
          return utimesSync(path(nameOf(change.post)), 1, 1);
        case 'replace':
          write('new.tmp', textOf(change, change.post));
          return renameSync(path('new.tmp'), path(nameOf(change.post)));
        case 'move':
          if (!existsSync(path(nameOf(change.post)))) return undefined;
          return renameSync(path(nameOf(change.post)), path(nameOf(change.to)));
        case 'swap': {
          const [one, other] = [path(nameOf(change.post)), path(nameOf(change.to))];
          if (one === other || !existsSync(one) || !existsSync(other)) return undefined;
          renameSync(one, path('swap.tmp'));
          renameSync(other, one);
          return renameSync(path('swap.tmp'), other);
        }
        case 'remove':
          return rmSync(path(nameOf(change.post)), { force: true });
        case 'touch':
          if (!existsSync(path(nameOf(change.post)))) return undefined;
          return utimesSync(path(nameOf(change.post)), 1, 1);
        case 'defaults': {
          const { category } = change;
          const values = `{scope: {path: ""}, values: {category: ${category}}}`;
          return write('_config.yml', category === '' ? '' : `defaults: [${values}]\n`);
        }
        case 'picture':
          if (change.bytes === 0) return rmSync(path('boat.png'), { force: true });
          return write('boat.png', Buffer.alloc(change.bytes));
        case 'damageCache':
          return caches().forEach((name) => {
            const bytes = readFileSync(path(`.broadsheet/${name}`));
            const at = Math.floor(change.at * (bytes.length - 1));
            bytes[at] = (bytes[at] ?? 0) ^ 1;
            write(`.broadsheet/${name}`, bytes);
          });
        case 'cutCache':
          return caches().forEach((name) => {
            const bytes = readFileSync(path(`.broadsheet/${name}`));
            write(`.broadsheet/${name}`, bytes.subarray(0, change.at * bytes.length));
          });
        case 'wait':
          now = now.add({ hours: change.days * 24 });
          return undefined;
        case 'settings':
          items = change.items;
          return undefined;
        case 'file':
          if (change.text === '') return rmSync(path(change.name), { force: true });
          return write(change.name, change.text);
        case 'unpublish': {
          const files = publishedFiles().filter((name) => !name.endsWith('.jsonl'));
          const file = files[change.file % files.length];
          return file === undefined ? undefined : rmSync(path(`public/${file}`));
        }
        case 'overwrite': {
          const files = publishedFiles().filter((name) => /\.(?:xml|json|css)$/.test(name));
          const file = files[change.file % files.length];
          if (file === undefined) return undefined;
          // Another text of the same length and time.
          const { atime, mtime } = statSync(path(`public/${file}`));
          const text = readFileSync(path(`public/${file}`), 'utf8');
          write(`public/${file}`, text.replace(/[a-z]/g, 'x'));
          return utimesSync(path(`public/${file}`), atime, mtime);
        }
        case 'forget':
          return rmSync(path('public/published.jsonl'), { force: true });
        case 'hurry':
          aheadMs = change.isHurried ? 0 : 60_000;
          return undefined;
      }
    },
    async compare(when: string): Promise<void> {
      rmSync(path('fresh'), { recursive: true, force: true });
      // Ids and history documents depend on what was published before.
      if (existsSync(path('public'))) cpSync(path('public'), path('fresh'), { recursive: true });
      const fresh = await build(path('fresh'), false);
      const cached = await build(path('public'), true);
      assert.deepEqual(withoutPlace(cached), withoutPlace(fresh), when);
      assert.deepEqual(contents(path('public')), contents(path('fresh')), when);
    },
    unchanged: () => unchanged,
    remove: () => rmSync(folder, { recursive: true }),
  };
}

function withoutPlace({ outputFolder: _, ...report }: BuildReport) {
  return JSON.parse(JSON.stringify(report));
}

/** The text of every file that is no compressed copy, and the names of all. */
function contents(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(
    files
      .filter((file) => statSync(join(folder, file)).isFile())
      .map((file) => [
        file,
        /\.(?:br|gz)$/.test(file) ? '' : readFileSync(join(folder, file), 'utf8'),
      ]),
  );
}
