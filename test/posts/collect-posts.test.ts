import assert from 'node:assert/strict';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { EXIT } from '../../src/kernel/errors.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { collectPosts } from '../../src/posts/collect-posts.ts';
import { loadConfig } from '../../src/settings/load-config.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const CONFIG = `
site: {title: Quay, url: https://quay.example/, author: {name: Quay}}
posts: {liquid: render}
newsletters: []
`;

function testSite(t: TestContext, posts: Readonly<Record<string, string>>) {
  const folder = temporaryFolder(t, {
    'config/broadsheet.yaml': CONFIG,
    '_includes/note.html': '<b>Note</b>',
    ...posts,
  });
  const config = loadConfig(join(folder, 'config/broadsheet.yaml'), {});
  const now = Temporal.Instant.from('2026-03-20T12:00Z');
  const collect = () => collectPosts(config, { now, log: silentLog });
  return { folder, config, collect };
}

const text = (title: string, body = 'Text.') => `---\ntitle: "${title}"\n---\n${body}\n`;

test('posts are read, grouped, given ids, and rendered with what is beside them', (t) => {
  const { collect } = testSite(t, {
    'posts/2026-03-18-one.md': text(
      'Ferry',
      '{% include note.html %} and [two]({% post_url 2026-03-19-two %}).',
    ),
    'posts/2026-03-19-two.md': text('New: Ferry'),
  });
  const collected = collect();
  assert.equal(collected.stories.length, 1);
  assert.deepEqual(
    collected.published.map(({ id }) => id),
    ['tag:quay.example,2026:one', 'tag:quay.example,2026:two'],
  );
  const [, one] = collected.folder.posts;
  assert.ok(one);
  const { rendered, warnings } = collected.render(one);
  assert.equal(
    rendered.html,
    '<p><b>Note</b> and <a href="https://quay.example/2026/03/19/two.html">two</a>.</p>',
  );
  assert.deepEqual(warnings, []);
  assert.equal(collected.render(one).rendered, rendered);
});

test('a permalink that no post can have is a mistake of the config, with its line', (t) => {
  const flawOf = (permalink: string) => {
    const file = 'config/broadsheet.yaml';
    const posts = `posts: {permalink: ${JSON.stringify(permalink)}}`;
    const folder = temporaryFolder(t, {
      [file]: CONFIG.replace('posts: {liquid: render}', posts),
      'posts/2026-03-18-one.md': text('Ferry'),
    });
    const config = loadConfig(join(folder, file), {});
    const now = Temporal.Instant.from('2026-03-20T12:00Z');
    try {
      collectPosts(config, { now, log: silentLog });
      return '';
    } catch (error) {
      return String(error);
    }
  };
  assert.match(flawOf('/:year/:tilte/'), /:3:20 {2}posts\.permalink has :tilte, which is no/);
  assert.match(flawOf('/../:title/'), /climbs out of the site/);
  assert.match(flawOf('prety'), /gives every post the same address; write date, pretty/);
  for (const permalink of ['pretty', 'none', '/:title/', '/:categories/:i_day/', '/p/:path']) {
    assert.equal(flawOf(permalink), '', permalink);
  }
});

test('what was published is saved, and a post that moves keeps its id', (t) => {
  const { folder, config, collect } = testSite(t, { 'posts/2026-03-18-one.md': text('Ferry') });
  collect();
  assert.equal(existsSync(config.publishedFile), false);
  collect().save();
  renameSync(join(folder, 'posts/2026-03-18-one.md'), join(folder, 'posts/2026-03-17-other.md'));
  const again = collect();
  assert.equal(again.idOf.get('2026-03-17-other.md'), 'tag:quay.example,2026:one');
});

test('a post that went away between reading and rendering is an error of that post alone', (t) => {
  const { folder, collect } = testSite(t, { 'posts/2026-03-18-one.md': text('Ferry') });
  const collected = collect();
  writeFileSync(join(folder, 'posts/2026-03-18-one.md'), '---\ntitle: "x\n---\n');
  const [post] = collected.folder.posts;
  assert.ok(post);
  assert.throws(() => collected.render(post), /not YAML/);
});

test('two runs at once lose no line of what was published: the later one has to run again', (t) => {
  const { folder, collect } = testSite(t, { 'posts/2026-03-18-one.md': text('One') });
  const first = collect();
  const same = collect();
  writeFileSync(join(folder, 'posts/2026-03-19-two.md'), text('Two'));
  const second = collect();
  first.save();
  same.save();
  assert.throws(() => second.save(), { exitCode: EXIT.tryAgain, message: /run this again/ });
  collect().save();
  assert.deepEqual(
    collect().published.map(({ slug }) => slug),
    ['one', 'two'],
  );
});

test('a folder of posts that is not there is an error with a remedy', (t) => {
  const { collect } = testSite(t, {});
  assert.throws(() => collect(), {
    name: 'BroadsheetError',
    exitCode: EXIT.config,
    message: /--posts DIR/,
  });
});

test('nothing is said about files that the config leaves out', (t) => {
  const files = {
    'posts/2026-03-18-one.md': text('One'),
    'posts/fifth.md': '---js\n{ title: "x" }\n---\n',
    'posts/notes/2026-03-18-two.md': text('Two'),
    'config/broadsheet.yaml': CONFIG.replace(
      '{liquid: render}',
      '{leaveOut: [fifth.md, "notes/**"]}',
    ),
  };
  const { folder } = testSite(t, files).collect();
  assert.deepEqual(
    folder.posts.map(({ title }) => title),
    ['One'],
  );
  assert.deepEqual(folder.leftOut, []);
  assert.equal(folder.read, 1);
});

test('a picture beside a post is found in the posts folder, another below the root of the site', (t) => {
  const { collect } = testSite(t, {
    'posts/pier/index.md': '---\ntitle: Pier\ndate: 2026-03-18\nimage: cover.png\n---\nText.\n',
    'posts/pier/cover.png': '',
    'posts/2026-03-18-root.md': '---\ntitle: Root\nimage: assets/a.png\n---\nText.\n',
    'assets/a.png': '',
    'posts/2026-03-18-gone.md': '---\ntitle: Gone\nimage: assets/gone.png\n---\nText.\n',
  });
  const { folder, render } = collect();
  const pictures = folder.posts.map((each) => {
    const { rendered, warnings } = render(each);
    return [each.title, rendered.image?.url.slice(20), rendered.image?.isMissing, warnings.length];
  });
  assert.deepEqual(pictures.toSorted(), [
    ['Gone', '/assets/gone.png', true, 1],
    ['Pier', '/2026/03/18/cover.png', undefined, 0],
    ['Root', '/assets/a.png', undefined, 0],
  ]);
});
