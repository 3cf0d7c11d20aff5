import assert from 'node:assert/strict';
import { takeMail } from '../../src/inbound/take-mail.ts';
import { test } from '../support/databases.ts';
import { sendToAll } from '../support/feedback.ts';
import { fuzzedMails } from '../support/fuzz-mails.ts';
import { incoming, OURS } from '../support/mails.ts';
import { openSite } from '../support/site.ts';

test('10,000 broken mails change nobody and stop nothing', async (t) => {
  const people = ['ada@far.example', 'bob@far.example'];
  const { testSite, deps, statuses } = await openSite(t, {
    subscribers: people,
    config: { secrets: OURS.secrets },
  });
  await sendToAll(testSite);
  for (const mail of fuzzedMails(10_000, 7)) await takeMail(deps, incoming(mail));
  assert.deepEqual(await statuses(), Object.fromEntries(people.map((who) => [who, 'active'])));
});
