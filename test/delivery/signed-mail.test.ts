import assert from 'node:assert/strict';
import { previewEdition } from '../../src/delivery/editions/preview-edition.ts';
import { prepareSend } from '../../src/delivery/run/prepare-send.ts';
import { sendTest } from '../../src/delivery/run/send-test.ts';
import { BroadsheetError, EXIT } from '../../src/kernel/errors.ts';
import { askEditors } from '../../src/schedule/ask-editors.ts';
import { test } from '../support/databases.ts';
import { makeKey, verdictsOn } from '../support/dkim.ts';
import { openScheduledSite } from '../support/schedule.ts';
import { changed, sendWith } from '../support/sending.ts';
import { openSite } from '../support/site.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { address, NEWSLETTER, PEOPLE } from '../support/test-site.ts';

test('editions, tests, previews and mails to one person are signed', async (t) => {
  const folder = temporaryFolder(t);
  const keys = [makeKey(folder, 'rsa'), makeKey(folder, 'ed25519')];
  const dkim = keys.map(({ settings }) => settings);
  const site = await openSite(t, { subscribers: ['ada@example.org'], config: { dkim } });
  const { deps, testSite } = site;
  await testSite.putEdition();
  const prepared = await prepareSend(deps, { newsletter: NEWSLETTER });
  assert.equal(prepared.kind, 'ready');
  await sendTest(deps, prepared, [address('bob@example.org')]);
  const preview = await previewEdition(deps, NEWSLETTER);
  await sendWith(deps);
  await site.signUp('cyd@example.org');
  await site.answer();
  const raws = testSite.inbox.messages.map(({ raw }) => raw);
  assert.equal(raws.length, 3);
  for (const raw of [...raws, 'eml' in preview ? preview.eml : Buffer.alloc(0)]) {
    assert.deepEqual(await verdictsOn(raw, keys), ['pass', 'pass']);
  }
});

test('the mail to the editor is signed', async (t) => {
  const editor = address('editor@harbour.example');
  const scheduled = await openScheduledSite(t, {
    ...{ subscribers: PEOPLE, now: '2026-03-19T08:00Z' },
    newsletter: { approve: true, editor },
  });
  await scheduled.checkAt('2026-03-19T08:00Z');
  scheduled.write('The wall stands');
  await scheduled.checkAt('2026-03-20T07:00Z');
  const key = makeKey(temporaryFolder(t), 'ed25519');
  const config = { ...scheduled.deps.config, dkim: [key.settings] };
  await askEditors({ ...scheduled.deps, config }, new AbortController().signal);
  const [message] = scheduled.testSite.inbox.messagesTo(editor);
  assert.deepEqual(await verdictsOn(message?.raw ?? Buffer.alloc(0), [key]), ['pass']);
});

test('without the file of a key nothing is stored or sent', async (t) => {
  const site = await openSite(t, { subscribers: ['ada@example.org'] });
  await site.testSite.putEdition();
  const keyFile = '/nowhere/a-key.pem';
  const dkim = [{ domain: 'harbour.example', selector: 'a', keyFile }];
  await assert.rejects(sendWith(changed(site.testSite, { dkim })), (error) => {
    assert.ok(error instanceof BroadsheetError && error.exitCode === EXIT.config);
    assert.match(error.message, /^\/nowhere\/a-key\.pem {2}is not there; .*`broadsheet dkim new`/);
    return true;
  });
  const planned = await site.deps.store.db.selectFrom('deliveries').selectAll().execute();
  assert.deepEqual([planned, site.testSite.inbox.messages], [[], []]);
});
