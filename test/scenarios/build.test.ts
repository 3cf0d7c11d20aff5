import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseFeed } from 'feedsmith';
import { SaxesParser } from 'saxes';
import { openHub } from '../support/hub.ts';
import {
  CONFIG,
  inheritedEnvironment,
  openProject,
  type Project,
  postText,
} from '../support/program.ts';

const NOW = ['--now', '2026-03-20T07:00'];

interface Report {
  readonly posts: {
    readonly read: number;
    readonly published: number;
    readonly items: number;
    readonly joined: number;
    readonly joins: { shown: string; others: string[]; because: string[] }[];
    readonly drafts: number;
    readonly future: number;
    readonly leftOut: { file: string; line: number; column?: number; reason: string }[];
  };
  readonly feeds: { path: string; format: string; items: number; changed: boolean }[];
  readonly warnings: { file: string; line: number; message: string }[];
}

interface JsonFeed {
  readonly items: {
    id: string;
    url: string;
    title: string;
    content_html: string;
    summary: string;
  }[];
}

function read(project: Project, path: string): string {
  return readFileSync(join(project.folder, path), 'utf8');
}

function itemsOf(project: Project): JsonFeed['items'] {
  return (JSON.parse(read(project, 'public/feed.json')) as JsonFeed).items;
}

async function build(project: Project, ...args: string[]): Promise<Report> {
  const run = await project.run('build', '--json', ...NOW, ...args);
  assert.equal(run.code, 0, run.stderr);
  return run.json<Report>();
}

test('posts that tell one story are one item, and each join is reported', async (t) => {
  const project = openProject(t);
  project.write('posts/a.md', '---\ntitle: Ferry saved\ndate: 2026-03-19T08:00\n---\nIt is.\n');
  project.write(
    'posts/b.md',
    '---\ntitle: "Update: Ferry saved"\ndate: 2026-03-19T09:00\n---\nNew.\n',
  );
  project.write('posts/c.md', '---\ntitle: Ferry\ndate: 2026-03-19T09:00\n---\nOther.\n');
  const { posts } = await build(project);
  assert.deepEqual([posts.published, posts.items, posts.joined], [3, 2, 1]);
  assert.deepEqual(posts.joins, [{ shown: 'b.md', others: ['a.md'], because: ['title'] }]);
  const { stdout, stderr } = await project.run('check');
  assert.match(stdout, /3 published \(.*\), as 2 stories \(1 joined\)/);
  assert.match(
    stderr,
    /one story {2}b\.md tells the story of a\.md \(equal titles without the label\)/,
  );
});

test('a folder of posts becomes feeds in three formats, for the site, its categories and its authors', async (t) => {
  const project = openProject(t);
  project.write(
    'posts/2026-03-19-ferries.md',
    postText('Night ferries saved').replace('date:', 'author: Ann\ndate:'),
  );
  project.write('posts/draft.md', '---\ntitle: D\ndate: 2026-03-01\ndraft: true\n---\nNot yet.\n');
  project.write('posts/2027-01-01-later.md', '---\ntitle: L\n---\nLater.\n');
  const { posts, feeds, warnings } = await build(project);
  assert.deepEqual(posts, {
    ...{ read: 3, published: 1, items: 1, joined: 0, joins: [] },
    ...{ drafts: 1, future: 1, hidden: 0, expired: 0, leftOut: [] },
  });
  assert.deepEqual(warnings, []);
  assert.deepEqual(feeds.map(({ path }) => path).toSorted(), [
    'atom.xml',
    'authors/ann/atom.xml',
    'authors/ann/feed.json',
    'authors/ann/rss.xml',
    'categories/news/atom.xml',
    'categories/news/feed.json',
    'categories/news/rss.xml',
    'feed.json',
    'rss.xml',
  ]);
  for (const { path } of feeds) {
    const { feed } = parseFeed(read(project, `public/${path}`));
    assert.match(JSON.stringify(feed.title), /The Test Paper/, path);
  }
});

test('a second build of the same posts changes no byte and touches no file', async (t) => {
  const project = openProject(t);
  for (let number = 10; number < 80; number += 1) {
    project.write(
      `posts/2026-02-01-p${number}.md`,
      postText(
        `Post ${number}`,
        `2026-02-01T10:${(number % 50) + 10}:${(number % 40) + 10}`,
        `Text of ${number}.`,
      ),
    );
  }
  const first = await build(project);
  const stamps = first.feeds.map(
    ({ path }) => statSync(join(project.folder, 'public', path)).mtimeMs,
  );
  const second = await build(project, '--now', '2026-03-25T12:00');
  assert.ok(first.feeds.every(({ changed }) => changed));
  assert.ok(second.feeds.every(({ changed }) => !changed));
  assert.deepEqual(
    second.feeds.map(({ path }) => statSync(join(project.folder, 'public', path)).mtimeMs),
    stamps,
  );
});

test('the time zone of the machine changes no byte', async (t) => {
  const project = openProject(t);
  project.write('posts/2026-03-19-local.md', postText('Local', '2026-03-19T18:00:05'));
  project.write('posts/2026-03-18-day.md', postText('Day', '2026-03-18'));
  project.write('posts/2026-03-17-name.md', '---\ntitle: Name\n---\nA date in the name.\n');
  const feeds: string[] = [];
  for (const TZ of ['UTC', 'America/New_York', 'Asia/Kolkata']) {
    const run = await project.runWith({ TZ }, 'build', '--out', `out-${TZ}`, ...NOW);
    assert.equal(run.code, 0, run.stderr);
    feeds.push(
      ['rss.xml', 'atom.xml', 'feed.json', 'index.html', 'feeds.opml']
        .map((file) => read(project, `out-${TZ}/${file}`))
        .join('\n'),
    );
  }
  assert.match(feeds[0] ?? '', /Thu, 19 Mar 2026 18:00:05 GMT/);
  assert.equal(feeds[1], feeds[0]);
  assert.equal(feeds[2], feeds[0]);
});

test('an id stays when title, slug, file name, domain and https change', async (t) => {
  const project = openProject(t);
  project.write('posts/2026-03-19-ferries.md', postText('Night ferries saved'));
  await build(project);
  const [before] = itemsOf(project);
  project.write('posts/2026-03-19-ferries.md', postText('Ferries: saved after all'));
  await build(project);
  renameSync(
    join(project.folder, 'posts/2026-03-19-ferries.md'),
    join(project.folder, 'posts/2026-03-19-boats.md'),
  );
  project.write(
    'config/broadsheet.yaml',
    CONFIG.replace('https://paper.example/', 'http://new.example/'),
  );
  await build(project);
  const [after, ...others] = itemsOf(project);
  assert.equal(others.length, 0);
  assert.equal(after?.title, 'Ferries: saved after all');
  assert.match(after?.url ?? '', /^http:\/\/new\.example\/.*boats/);
  assert.equal(after?.id, before?.id);
});

test('an id stays when title, date, file and line ends change in one go, and is written once', async (t) => {
  const project = openProject(t);
  project.write('posts/2026-03-19-ferries.md', postText('Night ferries saved'));
  await build(project);
  const [before] = itemsOf(project);
  rmSync(join(project.folder, 'posts/2026-03-19-ferries.md'));
  const text = postText('Boats by night', '2026-03-18T09:00').replaceAll('\n', '\r\n');
  project.write('posts/2026-03-18-fähren.md', text);
  await build(project);
  const lines = read(project, 'data/published-posts.jsonl');
  renameSync(
    join(project.folder, 'posts/2026-03-18-fähren.md'),
    join(project.folder, 'posts/2026-03-18-fähren.md'.normalize('NFD')),
  );
  project.write('data/published-posts.jsonl', lines.replaceAll('\n', '\r\n'));
  await build(project);
  assert.deepEqual(
    itemsOf(project).map(({ id, title }) => [id, title]),
    [[before?.id, 'Boats by night']],
  );
  assert.equal(read(project, 'data/published-posts.jsonl'), lines.replaceAll('\n', '\r\n'));
});

test('a broken post is named with its place and left out, the rest is published, and the exit code is 65', async (t) => {
  const project = openProject(t);
  project.write('posts/2026-03-19-good.md', postText('Good'));
  project.write('posts/2026-03-18-bad.md', '---\ntitle: Bad\ndate: 20th March\n---\nText.\n');
  project.write('posts/2026-03-17-worse.md', '---\ntitle: "never closed\n---\nText.\n');
  const run = await project.run('build', '--json', ...NOW);
  assert.equal(run.code, 65);
  const { posts } = run.json<Report>();
  assert.equal(posts.published, 1);
  assert.deepEqual(posts.leftOut.map(({ file, line }) => `${file}:${line}`).toSorted(), [
    '2026-03-17-worse.md:3',
    '2026-03-18-bad.md:3',
  ]);
  assert.equal(itemsOf(project).length, 1);
  const told = await project.run('build', ...NOW);
  assert.match(told.stderr, /2026-03-18-bad\.md:3:7 {2}.*20th March.*2026-03-20/);
});

test('many posts that are left out for one reason are one line, unless --verbose', async (t) => {
  const project = openProject(t);
  for (let at = 1; at <= 21; at++) project.write(`posts/page-${at}.md`, '---\ntitle: A\n---\nA.\n');
  const linesOf = async (...args: readonly string[]) =>
    (await project.run(...args, ...NOW)).stderr.split('\n').filter((line) => /left out/.test(line));
  const [first, all] = await linesOf('build');
  assert.match(first ?? '', /page-1\.md:1 {2}has no date .* \(and 20 more like it\)$/);
  assert.equal(all, '21 posts left out in all; --verbose shows each');
  const each = await linesOf('--verbose', 'build');
  assert.equal(each.filter((line) => line.startsWith('left out')).length, 21);
});

test('a hostile post adds nothing to a feed but its own text, and runs nothing', async (t) => {
  const project = openProject(t);
  project.write('secret.txt', 'top secret');
  project.write(
    'posts/2026-03-19-hostile.md',
    [
      '---',
      'title: "]]></title><item><title>forged & <b>\\u0008\\uFFFE\\r\\nBcc: all@example.org"',
      'date: 2026-03-19T10:00:01',
      'image: ../../secret.txt',
      'categories: ["a<b]]>&", "../../up"]',
      'author: "Eve </dc:creator><script>"',
      '---',
      'First ]]> second ]]> third ]]></content:encoded></item><item><guid>forged</guid></item>',
      '',
      '<script>alert(1)</script><img src=x onerror=alert(2)><a href="javascript:alert(3)">link</a>',
      '<style>body{display:none}</style><form action="https://evil.example"><input></form>',
      'control \u0000\u0008\u001F characters and a lone \uFFFE',
    ].join('\n'),
  );
  project.write(
    'posts/2026-03-18-code.md',
    `---js\n{ title: require('node:fs').writeFileSync('${project.folder}/ran', 'x') }\n---\nText.\n`,
  );
  project.write(
    'posts/2026-03-17-climbs.md',
    '---\ntitle: Climbs\npermalink: /../../../etc/passwd\n---\nText.\n',
  );
  const run = await project.run('build', '--json', ...NOW);
  assert.equal(run.code, 65, run.stderr);
  const { posts, feeds } = run.json<Report>();
  assert.deepEqual(posts.leftOut.map(({ file }) => file).toSorted(), [
    '2026-03-17-climbs.md',
    '2026-03-18-code.md',
  ]);
  assert.ok(
    project
      .files()
      .every((file) => /^(config|posts|public|data|.broadsheet)\/|^secret\.txt$/.test(file)),
    project.files().join(' '),
  );
  for (const { path, format, items } of feeds) {
    const text = read(project, `public/${path}`);
    if (format !== 'json') assertWellFormed(text);
    const { feed } = parseFeed(text);
    const found = 'entries' in feed ? feed.entries : 'items' in feed ? feed.items : undefined;
    assert.equal(found?.length, items, path);
    assert.doesNotMatch(text, /onerror|alert\(1\)|javascript:|<form|&lt;script|top secret/);
    assert.doesNotMatch(text, /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/);
  }
  const [item] = itemsOf(project);
  assert.match(item?.content_html ?? '', /First \]\]&gt; second|First \]\]> second/);
  assert.match(item?.title ?? '', /^\]\]><\/title><item><title>forged & <b>/);
});

test("a home page in the output folder is left as it is, and Broadsheet's own is kept up", async (t) => {
  const project = openProject(t);
  project.write('posts/2026-03-19-ferries.md', postText('Night ferries saved'));
  project.write('public/index.html', '<!doctype html><title>Home</title>');
  const { warnings } = await build(project);
  assert.match(warnings[0]?.message ?? '', /stays; give the feeds a folder of their own/);
  assert.equal(read(project, 'public/index.html'), '<!doctype html><title>Home</title>');
  assert.deepEqual((await build(project, '--out', 'feeds')).warnings, []);
  project.write('posts/2026-03-18-bells.md', postText('Bells may ring'));
  await build(project, '--out', 'feeds');
  assert.match(read(project, 'feeds/index.html'), /Bells may ring/);
});

test('a config file, a posts folder or an output folder that cannot be used is told, and old feeds stay whole', async (t) => {
  const project = openProject(t);
  project.write('posts/2026-03-19-ferries.md', postText('Night ferries saved'));
  await build(project);
  const before = read(project, 'public/rss.xml');
  project.write('in-the-way', 'a file');
  const blocked = await project.run('build', '--out', 'in-the-way/feeds');
  assert.equal(blocked.code, 74, blocked.stderr);
  assert.match(blocked.stderr, /in-the-way/);
  const nowhere = await project.run('build', '--posts', 'no-such-folder');
  assert.ok([64, 74, 78].includes(nowhere.code ?? 0), nowhere.stderr);
  assert.match(nowhere.stderr, /no-such-folder/);
  assert.equal(read(project, 'public/rss.xml'), before);
});

test('when the disk is full the old feeds stay whole and the exit code is 74', (t) => {
  const project = openProject(t);
  const posts = (count: number) => {
    for (let number = 0; number < count; number += 1) {
      project.write(
        `posts/2026-02-01-p${number}.md`,
        postText(`Post ${number}`, '2026-02-01', `Text of ${number}. `.repeat(60)),
      );
    }
  };
  // No file may grow beyond 16 KB: what a full disk does to the large feeds.
  const run = (limit: string) =>
    spawnSync(
      'sh',
      [
        '-c',
        `ulimit -f ${limit}; exec "$0" "$@"`,
        process.execPath,
        join(import.meta.dirname, '../../bin/broadsheet.js'),
        'build',
        ...NOW,
      ],
      {
        cwd: project.folder,
        env: inheritedEnvironment(),
        encoding: 'utf8',
      },
    );
  posts(2);
  assert.equal(run('unlimited').status, 0);
  const before = read(project, 'public/rss.xml');
  posts(40);
  const full = run('32');
  assert.equal(full.status, 74, full.stderr);
  assert.match(full.stderr, /broadsheet: .*public\//);
  assert.equal(read(project, 'public/rss.xml'), before);
  assert.deepEqual(
    project.files().filter((file) => /tmp|temp|~/.test(file)),
    [],
  );
});

test('the hub is told which feeds changed; --no-ping does not tell it, and one that is away is a warning', async (t) => {
  const hub = await openHub(t);
  const config = `${CONFIG}feeds: {hub: "${hub.url}", formats: [rss]}\n`;
  const project = openProject(t, { config });
  project.write('posts/2026-03-19-ferries.md', postText('Night ferries saved'));
  const told = await project.run('build', ...NOW);
  assert.match(told.stdout, /was notified of 2 documents/);
  const topics = ['https://paper.example/categories/news/rss.xml', 'https://paper.example/rss.xml'];
  assert.deepEqual(hub.pings.map((form) => form['hub.url']).toSorted(), topics);
  await project.run('build', ...NOW);
  assert.equal(hub.pings.length, 2, 'nothing has changed');
  project.write(
    'posts/2026-03-18-bells.md',
    postText('Bells may ring', '2026-03-18T09:00', 'Bells.'),
  );
  assert.equal((await project.run('build', '--no-ping', ...NOW)).code, 0);
  assert.equal(hub.pings.length, 2);
  hub.answer = 500;
  project.write('posts/2026-03-17-dikes.md', postText('Dikes hold', '2026-03-17T09:00', 'Dikes.'));
  const away = await project.run('build', ...NOW);
  assert.equal(away.code, 0);
  assert.match(
    away.stderr,
    /warning {2}http:.* could not be notified of 2 documents \(it answered 500\)/,
  );
});

function assertWellFormed(text: string): void {
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(text).close();
}
