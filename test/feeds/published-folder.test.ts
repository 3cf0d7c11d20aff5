import assert from 'node:assert/strict';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openPublishedFolder } from '../../src/feeds/publish/published-folder.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const SIZES = { small: 1000, large: 4_500_000 };

for (const [kind, size] of Object.entries(SIZES)) {
  test(`a ${kind} file that was replaced since it was found is not read for the one that was`, async (t) => {
    const folder = temporaryFolder(t, { 'rss.xml': 'a'.repeat(size) });
    const published = openPublishedFolder(folder);
    const found = await published.find('rss.xml');
    assert.ok(found !== undefined && found !== 'folder');
    const [form] = found.forms;
    assert.ok(form !== undefined);
    writeFileSync(join(folder, 'new'), 'b'.repeat(size));
    renameSync(join(folder, 'new'), join(folder, 'rss.xml'));
    assert.equal(await published.read(form), undefined);
  });
}
