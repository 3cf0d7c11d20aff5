import assert from 'node:assert/strict';
import { globSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { readRegularFile } from '../../src/kernel/regular-file.ts';
import { readImageFacts, readInclude } from '../../src/posts/files/site-files.ts';
import { readHolidayFile } from '../../src/settings/read-holiday-file.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { makePipe } from '../support/pipe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('a pipe, a socket, a device and a folder are refused at once', async (t) => {
  const folder = temporaryFolder(t, { 'a.md': 'text' });
  const server = createServer().listen(join(folder, 'socket.md'));
  cleanUpAfter(t, () => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  makePipe(join(folder, 'pipe.md'));
  symlinkSync('/dev/zero', join(folder, 'device.md'));
  mkdirSync(join(folder, 'folder.md'));
  symlinkSync('a.md', join(folder, 'link.md'));
  for (const name of ['pipe.md', 'socket.md', 'device.md']) {
    assert.throws(() => readRegularFile(join(folder, name)), /it is a pipe, a device or the like/);
  }
  assert.throws(() => readRegularFile(join(folder, 'folder.md')), /it is a folder, not a file/);
  assert.equal(readRegularFile(join(folder, 'link.md')).toString(), 'text');
});

test('a file that is too long is refused before it is read', (t) => {
  const folder = temporaryFolder(t, { 'a.md': 'text' });
  assert.throws(() => readRegularFile(join(folder, 'a.md'), 3), /is longer than/);
});

test('a pipe as a picture, an include or a calendar is none', (t) => {
  const folder = temporaryFolder(t);
  for (const name of ['a.png', 'a.html', 'a.ics']) makePipe(join(folder, name));
  assert.equal(readImageFacts(folder, '/a.png'), undefined);
  assert.equal(readInclude(folder, 'a.html'), undefined);
  assert.match(
    JSON.stringify(readHolidayFile(join(folder, 'a.ics'))),
    /cannot be read: it is a pipe/,
  );
});

/** Files of Broadsheet's own, of the system, and what the command line names. */
const OTHERS = [
  'cli/commands/subscribers-import.ts',
  'cli/init/first-config.ts',
  'database/open-sqlite.ts',
  'kernel/files/move-file.ts',
  'kernel/files/this-machine.ts',
  'kernel/files/write-atomically.ts',
  'kernel/regular-file.ts',
  'kernel/version.ts',
  'subscribers/journal/journal-file.ts',
  'subscribers/queries/wipe-traces.ts',
];

test('what people put among their files is opened by one function alone', () => {
  const root = join(import.meta.dirname, '../../src');
  const opening = globSync('**/*.ts', { cwd: root }).filter((file) =>
    /import [^;]*\b(readFileSync|openSync|createReadStream|readFile)\b[^;]*from 'node:fs/.test(
      readFileSync(join(root, file), 'utf8'),
    ),
  );
  assert.deepEqual(opening.toSorted(), OTHERS);
});
