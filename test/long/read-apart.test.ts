import assert from 'node:assert/strict';
import { chmodSync, symlinkSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readApart } from '../../src/posts/files/read-apart.ts';
import { readFile } from '../../src/posts/files/read-file.ts';
import { settings, site } from '../posts/posts.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('other threads read the same from many files as this one', (t) => {
  const texts = Array.from({ length: 4100 }, (_, at) => {
    const body = 'The ferry leaves at nine, and the wall stands. '.repeat(at % 7);
    const title = at % 100 === 3 ? '"never closed' : `Day ${at}`;
    return [
      `${at}.md`,
      `---\ntitle: ${title}\ndate: 2026-03-20T07:${at % 60}:00Z\n---\n${body}${at}`,
    ];
  });
  const folder = temporaryFolder(t, Object.fromEntries(texts));
  symlinkSync('nowhere', join(folder, 'broken.md'));
  chmodSync(join(folder, '4000.md'), 0);
  const files = [...texts.map(([file = '']) => file), 'broken.md'];
  const apart = readApart(folder, files, files, { site, settings });
  const threads = Math.max(0, Math.min(availableParallelism() - 1, 2));
  const parts = Math.ceil(files.length / 500);
  for (const [at, file] of files.entries()) {
    const there = apart(file);
    const here = readFile(folder, file, { site, settings });
    // Each thread reads one of the last parts in any case. What it cannot read is left to this one.
    const isRead = at >= (parts - threads) * 500 && here.bytesHash !== undefined;
    if (isRead) assert.notEqual(there, undefined, file);
    if (there === undefined) continue;
    assert.deepEqual(JSON.stringify(there.content), JSON.stringify(here.content), file);
    assert.equal(there.bytesHash, here.bytesHash, file);
  }
});
