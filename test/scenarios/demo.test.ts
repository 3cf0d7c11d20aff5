import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import PostalMime from 'postal-mime';
import { assertDemo, openDemoFolder } from '../support/demo.ts';
import { runBroadsheet } from '../support/program.ts';

test('the demo makes feeds, sends an edition over SMTP, keeps what arrived, and runs again over it', async (t) => {
  const folder = openDemoFolder(t);
  const run = await runBroadsheet(['demo'], folder);
  assertDemo(run);
  const inbox = join(folder, 'demo/inbox');
  const messages = readdirSync(inbox).filter((name) => name.endsWith('.eml'));
  assert.equal(messages.length, 5);
  assert.ok(!messages.some((name) => name.startsWith('left@')), 'who left gets nothing');
  for (const name of messages) {
    const { subject, to, html } = await PostalMime.parse(readFileSync(join(inbox, name)));
    assert.match(subject ?? '', /^Open Ledger Act/);
    assert.equal(`${to?.[0]?.address}.eml`, name);
    assert.match(html ?? '', /Politics Essential/);
  }
  assert.match(readFileSync(join(inbox, 'index.html'), 'utf8'), /ada@example\.org/);
  assert.match(readFileSync(join(folder, 'demo/public/rss.xml'), 'utf8'), /Night Ferries/);
  assertDemo(await runBroadsheet(['demo'], folder));
});

test("a folder called demo that is somebody else's is left as it is", async (t) => {
  const folder = openDemoFolder(t);
  mkdirSync(join(folder, 'demo'));
  writeFileSync(join(folder, 'demo/mine.txt'), 'mine');
  const { code, stderr } = await runBroadsheet(['demo'], folder);
  assert.equal(code, 64);
  assert.match(stderr, /demo {2}already exists/);
  assert.deepEqual(readdirSync(join(folder, 'demo')), ['mine.txt']);
});
