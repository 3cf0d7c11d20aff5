import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openChangeSignal } from '../../src/kernel/change-signal.ts';
import { watchPosts } from '../../src/posts/files/watch-posts.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

/** A site whose posts are anywhere in it, its output folder too. */
function watchSite(t: TestContext) {
  const folder = temporaryFolder(t, { 'public/rss.xml': 'feed', 'news/first.md': 'post' });
  const changed = openChangeSignal();
  const changes: string[] = [];
  const watcher = watchPosts(
    {
      ...{ posts: folder, includes: join(folder, '_includes') },
      ...{ shortcodes: join(folder, 'shortcodes'), output: join(folder, 'public') },
    },
    {
      onChange(path) {
        changes.push(relative(folder, path));
        changed.notify();
      },
      onTrouble: (error) => assert.fail(String(error)),
    },
  );
  cleanUpAfter(t, () => watcher.close());
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const isTold = (path: string) => waitFor(`a change of ${path}`, () => changes.includes(path));
  // What is written before it watches may be told or not.
  const begin = () => {
    let number = 0;
    const isWatching = () => {
      write('news/begin.md', String(number++));
      return changes.length > 0;
    };
    return waitFor('the first change', isWatching, () => changed.wait(100));
  };
  return { folder, write, isTold, begin, changes };
}

test('what a build writes, hidden files, and what is no post and no picture, is no change', async (t) => {
  const site = watchSite(t);
  await site.begin();
  for (const path of [
    'public/rss.xml',
    'public/page.md',
    'public/archive/7/index.html',
    '.git/index.md',
    'news/.first.md.swp',
    'node_modules/library/readme.md',
    '_site/page.md',
    'news/notes.txt',
    'data.db',
    'data.db-wal',
  ]) {
    site.write(path, 'written');
  }
  // When these are told, one after the other, so is what was written before.
  for (const path of ['news/first.md', 'news/second.md', 'news/third.md']) {
    site.write(path, 'changed');
    await site.isTold(path);
  }
  const told = site.changes.filter((path) => path !== join('news', 'begin.md'));
  assert.deepEqual(told, ['news/first.md', 'news/second.md', 'news/third.md']);
});

test('a post, a picture beside it, a folder that is moved in, an include and a shortcode are changes', async (t) => {
  const site = watchSite(t);
  await site.begin();
  site.write('news/first.md', 'changed');
  await site.isTold('news/first.md');
  site.write('news/first.jpg', 'picture');
  await site.isTold('news/first.jpg');
  site.write('.elsewhere/second.md', 'post');
  renameSync(join(site.folder, '.elsewhere'), join(site.folder, 'moved'));
  await site.isTold('moved/second.md');
  site.write('_includes/note.txt', 'include');
  await site.isTold('_includes/note.txt');
  site.write('shortcodes/note.liquid', 'template');
  await site.isTold('shortcodes/note.liquid');
  site.changes.length = 0;
  rmSync(join(site.folder, 'moved'), { recursive: true });
  await site.isTold('moved');
});
