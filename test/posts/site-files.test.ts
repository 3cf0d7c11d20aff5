import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { pictureFacts, readImageFacts, readInclude } from '../../src/posts/files/site-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** One transparent pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="3"></svg>';

test('type and size of a picture are those of its bytes, whatever its name says', (t) => {
  const root = temporaryFolder(t, { 'assets/a.jpg': PNG, 'assets/b c.svg': SVG });
  assert.deepEqual(readImageFacts(root, '/assets/a.jpg'), {
    type: 'image/png',
    sizeBytes: PNG.length,
    width: 1,
    height: 1,
  });
  assert.deepEqual(readImageFacts(root, '/assets/b c.svg'), {
    type: 'image/svg+xml',
    sizeBytes: SVG.length,
    width: 4,
    height: 3,
  });
});

test('a file that is not a picture, or does not exist, has no facts', (t) => {
  const root = temporaryFolder(t, { 'a.jpg': 'text', 'empty.png': '', 'folder/x': '' });
  for (const path of ['/a.jpg', '/empty.png', '/folder', '/none.png', '/', '']) {
    assert.equal(readImageFacts(root, path), undefined, path);
  }
});

test('a file is only a picture if its bytes say so, whatever its name says', (t) => {
  // A JPEG whose size follows after more metadata than anybody reads.
  const long = Buffer.alloc(600_000, 1);
  long.set([0xff, 0xd8, 0xff, 0xe1]);
  const film = Buffer.from('\0\0\0\x18ftypmp42\0\0\0\0mp42isom');
  const root = temporaryFolder(t, { 'a.jpg': film, 'b.svg': '<p>', 'c.jpg': long, 'd.mp4': PNG });
  for (const file of ['a.jpg', 'b.svg', 'none.png', '']) {
    assert.deepEqual(pictureFacts(join(root, file)), { isUnknown: true }, file);
  }
  assert.equal(pictureFacts(join(root, 'c.jpg')).type, 'image/jpeg');
  assert.equal(pictureFacts(join(root, 'd.mp4')).type, 'image/png');
});

test('a picture outside of the site is not looked at, be it by dots or by a link', (t) => {
  const folder = temporaryFolder(t, { 'secret.png': PNG, 'site/in.png': PNG, 'site-2/x.png': PNG });
  const root = join(folder, 'site');
  symlinkSync('../secret.png', join(root, 'out.png'));
  symlinkSync('in.png', join(root, 'also-in.png'));
  for (const path of ['/../secret.png', '/out.png', '/../site-2/x.png']) {
    assert.equal(readImageFacts(root, path), undefined, path);
  }
  assert.notEqual(readImageFacts(root, '/also-in.png'), undefined);
});

test('an include is read from its folder, and from nowhere else', (t) => {
  const folder = temporaryFolder(t, { 'secret.html': 's', 'includes/a/b.html': 'B' });
  const includes = join(folder, 'includes');
  symlinkSync('../secret.html', join(includes, 'link.html'));
  assert.equal(readInclude(includes, 'a/b.html'), 'B');
  for (const name of ['../secret.html', 'link.html', 'none.html', '', '/etc/hostname']) {
    assert.equal(readInclude(includes, name), undefined, name);
  }
});
