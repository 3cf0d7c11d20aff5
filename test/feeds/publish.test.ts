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
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { Publication } from '../../src/feeds/publish/publish.ts';
import { BroadsheetError, EXIT } from '../../src/kernel/errors.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-publish-'));
  cleanUpAfter(t, () => rmSync(folder, { recursive: true, force: true }));
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

test('a publication that is closed without a commit leaves the old files complete', (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'rss.xml'), 'old');
  const publication = new Publication(folder);
  publication.put('rss.xml', 'new');
  publication.close();
  assert.equal(readFileSync(join(folder, 'rss.xml'), 'utf8'), 'old');
  assert.deepEqual(readdirSync(folder), ['rss.xml']);
});

test('when one file cannot be written, the old files stay complete and the error names the path', (t) => {
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

test('a folder in the place of a file is reported as a disk error', async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'rss.xml', 'full'), { recursive: true });
  const publication = new Publication(folder);
  await assert.rejects(async () => {
    publication.put('rss.xml', 'new');
    await publication.commit();
  }, isDiskError);
  publication.close();
});

test('an output folder that is a file is reported as a disk error', (t) => {
  const path = join(temporaryFolder(t), 'public');
  writeFileSync(path, '');
  assert.throws(() => new Publication(path), isDiskError);
});

test('a replaced file keeps its mode, and its compressed copies have it', async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, 'rss.xml');
  writeFileSync(path, 'old');
  chmodSync(path, 0o640);
  await publish(folder, { 'rss.xml': LONG });
  assert.equal(statSync(path).mode & 0o777, 0o640);
  assertTwins(path, LONG);
});

test('the leftovers of a killed build are removed, but not what another build is writing', (t) => {
  const folder = temporaryFolder(t);
  // No process has the number 2^22 or more on Linux; 1 is always there.
  for (const pid of [4_999_999, 1]) mkdirSync(join(folder, `.publishing-${pid}`));
  new Publication(folder).close();
  assert.equal(existsSync(join(folder, '.publishing-4999999')), false);
  assert.equal(existsSync(join(folder, '.publishing-1')), true);
});

test('what another part of this process is writing is not removed until it is an hour old', (t) => {
  const folder = temporaryFolder(t);
  const own = join(folder, `.publishing-${process.pid}-abcdef`);
  mkdirSync(own);
  new Publication(folder).close();
  assert.equal(existsSync(own), true);
  const before = Date.now() / 1000 - 3700;
  utimesSync(own, before, before);
  new Publication(folder).close();
  assert.equal(existsSync(own), false);
});

const LONG = 'Read all about it. '.repeat(400);

/** Publishes `files` and gives the folder's files afterwards. */
async function publish(folder: string, files: Readonly<Record<string, string>>): Promise<string[]> {
  const publication = new Publication(folder);
  try {
    for (const [path, text] of Object.entries(files)) publication.put(path, text);
    await publication.commit();
  } finally {
    publication.close();
  }
  return readdirSync(folder).sort();
}

function assertTwins(path: string, text: string): void {
  assert.equal(readFileSync(path, 'utf8'), text);
  assert.equal(brotliDecompressSync(readFileSync(`${path}.br`)).toString(), text);
  assert.equal(gunzipSync(readFileSync(`${path}.gz`)).toString(), text);
  for (const ending of ['.br', '.gz']) {
    assert.equal(statSync(path + ending).mtimeMs, statSync(path).mtimeMs);
    assert.equal(statSync(path + ending).mode, statSync(path).mode);
  }
}

test('a file has brotli and gzip compressed copies beside it, of its time and mode; tiny files and our own have none', async (t) => {
  const folder = temporaryFolder(t);
  const files = { 'rss.xml': LONG, 'feed.css': 'tiny', '.history.json': LONG };
  assert.deepEqual(await publish(folder, files), [
    '.history.json',
    'feed.css',
    'rss.xml',
    'rss.xml.br',
    'rss.xml.gz',
  ]);
  assertTwins(join(folder, 'rss.xml'), LONG);
});

test('compressed copies are the same bytes each time, and name no system', async (t) => {
  const [one, other] = [temporaryFolder(t), temporaryFolder(t)];
  await publish(one, { 'rss.xml': LONG });
  await publish(other, { 'rss.xml': LONG });
  for (const file of ['rss.xml.br', 'rss.xml.gz']) {
    assert.deepEqual(readFileSync(join(one, file)), readFileSync(join(other, file)));
  }
  const header = readFileSync(join(one, 'rss.xml.gz')).subarray(0, 10);
  assert.deepEqual([...header.subarray(4, 8), header[9]], [0, 0, 0, 0, 255]);
});

test('compressed copies of a file that stays are not touched', async (t) => {
  const folder = temporaryFolder(t);
  await publish(folder, { 'rss.xml': LONG });
  const stamps = () =>
    ['.br', '.gz'].map((ending) => statSync(join(folder, `rss.xml${ending}`)).ino);
  const before = stamps();
  await publish(folder, { 'rss.xml': LONG });
  assert.deepEqual(stamps(), before);
});

test('a new text has a time in a later second, even if the clock went back', async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, 'rss.xml');
  const secondOf = () => Math.floor(statSync(path).mtimeMs / 1000);
  await publish(folder, { 'rss.xml': 'first' });
  const first = secondOf();
  await publish(folder, { 'rss.xml': 'second' });
  assert.ok(secondOf() > first);
  const future = Math.floor(Date.now() / 1000) + 3600;
  utimesSync(path, future, future);
  await publish(folder, { 'rss.xml': LONG });
  assert.equal(secondOf(), future + 1);
  assertTwins(path, LONG);
});

test('a new text has new compressed copies, and one that became tiny has none', async (t) => {
  const folder = temporaryFolder(t);
  await publish(folder, { 'rss.xml': LONG });
  await publish(folder, { 'rss.xml': `${LONG}More.` });
  assertTwins(join(folder, 'rss.xml'), `${LONG}More.`);
  assert.deepEqual(await publish(folder, { 'rss.xml': 'tiny' }), ['rss.xml']);
});

test('compressed copies that are gone, torn, or of another text are made again though the file stays', async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, 'rss.xml');
  await publish(folder, { 'rss.xml': LONG });
  const ways = [
    () => rmSync(`${path}.br`),
    () => writeFileSync(`${path}.gz`, ''),
    () => writeFileSync(path, `${LONG}Written by hand.`),
  ];
  for (const [at, spoil] of ways.entries()) {
    spoil();
    const seconds = 1_700_000_000 + at;
    utimesSync(path, seconds, seconds);
    const publication = new Publication(folder);
    assert.equal(publication.keep('rss.xml'), true);
    assert.equal(publication.keep('atom.xml'), false);
    await publication.commit();
    publication.close();
    assertTwins(path, readFileSync(path, 'utf8'));
    assert.equal(statSync(path).mtimeMs, seconds * 1000);
  }
});

test('a file is removed with its compressed copies, at the commit', async (t) => {
  const folder = temporaryFolder(t);
  await publish(folder, { 'rss.xml': LONG, 'atom.xml': 'stays' });
  const publication = new Publication(folder);
  publication.remove('rss.xml');
  assert.equal(publication.has('rss.xml'), true);
  await publication.commit();
  publication.close();
  assert.deepEqual(readdirSync(folder), ['atom.xml']);
});

test('when a file cannot be put in place, its old compressed copies are gone', async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, 'rss.xml');
  await publish(folder, { 'rss.xml': LONG });
  rmSync(path);
  mkdirSync(join(path, 'full'), { recursive: true });
  const publication = new Publication(folder);
  await assert.rejects(async () => {
    publication.put('rss.xml', `${LONG}New.`);
    await publication.commit();
  }, isDiskError);
  publication.close();
  assert.deepEqual(readdirSync(folder), ['rss.xml']);
});

test('compressed copies of a foreign file are removed only if they unpack to other bytes', async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, 'index.html');
  await publish(folder, { 'index.html': LONG });
  const disown = () => {
    const publication = new Publication(folder);
    publication.disown('index.html');
    publication.close();
    return readdirSync(folder);
  };
  assert.deepEqual(disown(), ['index.html', 'index.html.br', 'index.html.gz']);
  writeFileSync(path, 'the home page');
  assert.deepEqual(disown(), ['index.html']);
});
