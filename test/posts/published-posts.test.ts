import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { writeFileAtomically } from '../../src/kernel/files/write-atomically.ts';
import { openPublishedFile } from '../../src/posts/ids/published-posts.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const entry = {
  id: 'tag:q,2026:a',
  file: 'a "b"\n.md',
  date: '2026-01-01T00:00:00Z',
  slug: 'a',
  contentHash: 'c0',
};

test('published posts come back as they were written, one line each', (t) => {
  const path = join(temporaryFolder(t), 'data/published.jsonl');
  openPublishedFile(path).save([entry, { ...entry, id: 'b' }]);
  assert.equal(readFileSync(path, 'utf8').split('\n').length, 3);
  assert.deepEqual(openPublishedFile(path).posts, [entry, { ...entry, id: 'b' }]);
});

test('a file with CRLF, as Git may check it out, is read, and keeps its line ends', (t) => {
  const path = join(temporaryFolder(t), 'published.jsonl');
  writeFileSync(path, `\ufeff${JSON.stringify(entry)}\r\n`);
  assert.deepEqual(openPublishedFile(path).posts, [entry]);
  const second = { ...entry, id: 'b', bodyHash: 'b0' };
  openPublishedFile(path).save([entry, second]);
  const lines = [entry, second].map((line) => `${JSON.stringify(line)}\r\n`);
  assert.equal(readFileSync(path, 'utf8'), lines.join(''));
});

test('before the first time nothing was published', (t) => {
  assert.deepEqual(openPublishedFile(join(temporaryFolder(t), 'none.jsonl')).posts, []);
});

test('a line that is not ours stops everything, for it would give every post a new id', (t) => {
  const path = join(temporaryFolder(t), 'p.jsonl');
  for (const line of ['{"id": 1}', '<<<<<<< HEAD', '{"id": "a"', 'null']) {
    writeFileSync(path, `${JSON.stringify(entry)}\n${line}\n`);
    assert.throws(() => openPublishedFile(path).posts, { exitCode: 65, message: /p\.jsonl:2 / });
  }
});

test('a file is replaced whole, keeps its mode, and leaves nothing behind', (t) => {
  const folder = temporaryFolder(t, { 'a.txt': 'old' });
  const path = join(folder, 'a.txt');
  const { mode } = statSync(path);
  writeFileAtomically(path, 'new');
  writeFileAtomically(join(folder, 'deep/er/b.bin'), Uint8Array.of(1, 2));
  assert.equal(readFileSync(path, 'utf8'), 'new');
  assert.equal(statSync(path).mode, mode);
  assert.deepEqual(readdirSync(folder).sort(), ['a.txt', 'deep']);
});

test('a disk that refuses is an error of the disk, and the old file stays', (t) => {
  const folder = temporaryFolder(t, { file: 'old', 'folder/x': '' });
  assert.throws(() => writeFileAtomically(join(folder, 'file/below.txt'), 'x'), { exitCode: 74 });
  assert.throws(() => writeFileAtomically(join(folder, 'folder'), 'x'), { exitCode: 74 });
  assert.equal(readFileSync(join(folder, 'file'), 'utf8'), 'old');
  assert.deepEqual(readdirSync(folder).sort(), ['file', 'folder']);
});
