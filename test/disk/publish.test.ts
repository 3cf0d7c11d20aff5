import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { BroadsheetError, EXIT } from '../../src/base/errors.ts';
import { Publication } from '../../src/disk/publish.ts';

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-publish-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function isDiskError(error: unknown): boolean {
  return error instanceof BroadsheetError && error.exitCode === EXIT.disk;
}

test('files are in place after the commit, not before, and nothing else is left', async (t) => {
  const folder = join(temporaryFolder(t), 'new', 'public');
  const publication = new Publication(folder);
  assert.equal(publication.put('rss.xml', 'é'), true);
  assert.equal(publication.put('categories/world/rss.xml', 'world'), true);
  assert.equal(publication.has('rss.xml'), false);
  await publication.commit();
  publication.close();
  assert.equal(readFileSync(join(folder, 'rss.xml'), 'utf8'), 'é');
  assert.equal(readFileSync(join(folder, 'categories/world/rss.xml'), 'utf8'), 'world');
  assert.deepEqual(readdirSync(folder).sort(), ['categories', 'rss.xml']);
});

test('a file with the same bytes is not touched', async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, 'rss.xml');
  writeFileSync(path, 'same');
  utimesSync(path, 1, 1);
  const publication = new Publication(folder);
  assert.equal(publication.put('rss.xml', 'same'), false);
  await publication.commit();
  publication.close();
  assert.equal(statSync(path).mtimeMs, 1000);
});

test('what is closed without a commit leaves the old files whole', (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'rss.xml'), 'old');
  const publication = new Publication(folder);
  publication.put('rss.xml', 'new');
  publication.close();
  assert.equal(readFileSync(join(folder, 'rss.xml'), 'utf8'), 'old');
  assert.deepEqual(readdirSync(folder), ['rss.xml']);
});

test('when the disk refuses one file, the old ones stay whole and the error says where', (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'rss.xml'), 'old');
  writeFileSync(join(folder, 'categories'), 'a file where a folder should be');
  const publication = new Publication(folder);
  publication.put('rss.xml', 'new');
  assert.throws(
    () => publication.put('categories/world/rss.xml', 'new'),
    (error) => {
      return isDiskError(error) && String(error).includes(join('world', 'rss.xml'));
    },
  );
  publication.close();
  assert.equal(readFileSync(join(folder, 'rss.xml'), 'utf8'), 'old');
  assert.deepEqual(readdirSync(folder).sort(), ['categories', 'rss.xml']);
});

test('a folder in the place of a file is told as the disk saying no', async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'rss.xml', 'full'), { recursive: true });
  const publication = new Publication(folder);
  await assert.rejects(async () => {
    publication.put('rss.xml', 'new');
    await publication.commit();
  }, isDiskError);
  publication.close();
});

test('an output folder that is a file is told as the disk saying no', (t) => {
  const path = join(temporaryFolder(t), 'public');
  writeFileSync(path, '');
  assert.throws(() => new Publication(path), isDiskError);
});

test('a replaced file keeps its mode', async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, 'rss.xml');
  writeFileSync(path, 'old');
  chmodSync(path, 0o640);
  const publication = new Publication(folder);
  publication.put('rss.xml', 'new');
  await publication.commit();
  publication.close();
  assert.equal(statSync(path).mode & 0o777, 0o640);
});

test('what a killed build left is cleared away, what another one is writing is not', (t) => {
  const folder = temporaryFolder(t);
  // No process has the number 2^22 or more on Linux; 1 is always there.
  for (const pid of [4_999_999, 1]) mkdirSync(join(folder, `.publishing-${pid}`));
  new Publication(folder).close();
  assert.equal(existsSync(join(folder, '.publishing-4999999')), false);
  assert.equal(existsSync(join(folder, '.publishing-1')), true);
});
