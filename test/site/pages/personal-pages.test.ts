import assert from 'node:assert/strict';
import { signToken } from '../../../src/delivery/message/signed-token.ts';
import { test } from '../../support/databases.ts';
import { openTestSite } from '../../support/test-site.ts';
import { form } from '../../support/web.ts';
import {
  openWholeTestSite,
  severalNewsletters,
  type WholeTestSite,
} from '../../support/whole-test-site.ts';

const ADA = 'ada@example.org';

async function openWithAda(t: Parameters<typeof openTestSite>[0]): Promise<WholeTestSite> {
  const testSite = await openTestSite(t, { subscribers: [ADA] });
  const newsletters = severalNewsletters(testSite);
  return openWholeTestSite(t, { testSite, config: { newsletters } });
}

async function statuses({ deps }: WholeTestSite, whose = ADA): Promise<Record<string, string>> {
  const rows = await deps.store.db
    .selectFrom('subscribers')
    .select(['newsletter', 'status'])
    .where('address', '=', whose)
    .execute();
  return Object.fromEntries(rows.map(({ newsletter, status }) => [newsletter, status]));
}

test('the link of a mail to confirm shows a button, the button confirms, and a second click changes nothing', async (t) => {
  const site = await openWholeTestSite(t);
  await site.submit('subscribe/', { address: ADA });
  const path = `confirm/${await site.tokens.confirm()}`;
  const before = await site.rows();
  const asked = await site.ask(path);
  assert.match(asked.body, /<h1>One click to confirm<\/h1>/);
  assert.equal(await site.rows(), before);
  const confirmed = await site.ask(path, form({}));
  assert.equal(confirmed.status, 200);
  assert.match(confirmed.body, /<h1>Welcome!<\/h1>/);
  assert.match(confirmed.body, /paper@harbour\.example/);
  assert.deepEqual(await statuses(site), { 'politics-essential': 'active' });
  const rows = await site.rows();
  assert.equal((await site.ask(path, form({}))).body, confirmed.body);
  assert.equal((await site.ask(path)).body, confirmed.body);
  assert.equal(await site.rows(), rows);
});

test('an expired link gets 410 and the way to a new one', async (t) => {
  const site = await openWholeTestSite(t);
  await site.submit('subscribe/', { address: ADA });
  const path = `confirm/${await site.tokens.confirm()}`;
  site.testSite.setTime('2026-04-20T07:00Z');
  for (const answer of [await site.ask(path), await site.ask(path, form({}))]) {
    assert.equal(answer.status, 410);
    assert.match(answer.body, /<h1>This link has expired<\/h1>/);
    assert.match(answer.body, /<a class="button" href="\/subscribe\/">Sign up again<\/a>/);
  }
  assert.deepEqual(await statuses(site), {});
});

test('preferences show what somebody gets, and change it', async (t) => {
  const site = await openWithAda(t);
  const path = `preferences/${await site.tokens.preferences(ADA)}`;
  const page = await site.ask(path);
  assert.match(page.body, /value="politics-essential"[^>]* checked/);
  assert.doesNotMatch(page.body, /value="harbour-weekly"[^>]* checked/);
  assert.doesNotMatch(page.body, /For Members/);
  const saved = await site.ask(path, form({ save: '1', newsletters: 'harbour-weekly' }));
  assert.match(saved.body, /role="status">Your choice has been saved\./);
  assert.deepEqual(await statuses(site), {
    'politics-essential': 'unsubscribed',
    'harbour-weekly': 'active',
  });
  // A POST that is no form of this page, as a program might send.
  const rows = await site.rows();
  assert.equal((await site.ask(path, form({}))).status, 200);
  assert.equal(await site.rows(), rows);
  await site.ask(path, form({ save: '1' }));
  assert.deepEqual(Object.values(await statuses(site)), ['unsubscribed', 'unsubscribed']);
});

test('a page of preferences that stayed open brings nobody back who left meanwhile, and says so', async (t) => {
  const site = await openWithAda(t);
  const path = `preferences/${await site.tokens.preferences(ADA)}`;
  const page = await site.ask(path);
  const [, shown = ''] = /name="shown" value="([^"]*)"/.exec(page.body) ?? [];
  await site.ask(`unsubscribe/${await site.tokens.unsubscribe(ADA)}`, form({ page: '1' }));
  const ticked = { save: '1', newsletters: 'politics-essential' };
  const saved = await site.ask(path, form({ ...ticked, shown }));
  assert.match(
    saved.body,
    /role="status">You unsubscribed from Politics Essential after this page was opened/,
  );
  assert.deepEqual(await statuses(site), { 'politics-essential': 'unsubscribed' });
  const [, again = ''] = /name="shown" value="([^"]*)"/.exec(saved.body) ?? [];
  const meant = await site.ask(path, form({ ...ticked, shown: again }));
  assert.doesNotMatch(meant.body, /You unsubscribed/);
  assert.deepEqual(await statuses(site), { 'politics-essential': 'active' });
});

test('another address is asked for, checked, and confirmed by its own link', async (t) => {
  const site = await openWithAda(t);
  const path = `preferences/${await site.tokens.preferences(ADA)}`;
  const wrong = await site.ask(`${path}/address`, form({ address: 'ada@' }));
  assert.equal(wrong.status, 400);
  assert.match(wrong.body, /value="ada@"/);
  const asked = await site.ask(`${path}/address`, form({ address: 'new@example.org' }));
  assert.match(asked.body, /<h1>Check your inbox<\/h1>/);
  assert.deepEqual(await statuses(site, 'new@example.org'), {});
  const link = `address/${await site.tokens.newAddress()}`;
  assert.match((await site.ask(link)).body, /<h1>Is this your new address\?<\/h1>/);
  assert.deepEqual(await statuses(site, 'new@example.org'), {});
  assert.match((await site.ask(link, form({}))).body, /<h1>Your new address is in use<\/h1>/);
  assert.deepEqual(await statuses(site, 'new@example.org'), { 'politics-essential': 'active' });
  assert.equal((await site.ask(path)).status, 410);
});

test('people can download their data, and erase them after a second question', async (t) => {
  const site = await openWithAda(t);
  const path = `preferences/${await site.tokens.preferences(ADA)}`;
  const data = await site.ask(`${path}/data.json`);
  assert.equal(data.headers['content-type'], 'application/json; charset=utf-8');
  assert.equal(data.headers['content-disposition'], 'attachment; filename="my-data.json"');
  assert.equal(data.headers['cache-control'], 'no-store');
  assert.match(data.body, /"ada@example\.org"/);
  assert.ok(JSON.parse(data.body));
  const sure = await site.ask(`${path}/erase`);
  assert.match(sure.body, /<h1>Erase everything\?<\/h1>/);
  assert.deepEqual(await statuses(site), { 'politics-essential': 'active' });
  const erased = await site.ask(`${path}/erase`, form({}));
  assert.match(erased.body, /<h1>Everything is erased<\/h1>/);
  assert.doesNotMatch(await site.rows(), /ada@example\.org/);
  for (const rest of ['', '/data.json', '/erase']) {
    assert.equal((await site.ask(path + rest)).status, 410);
  }
});

test('no link of a page works for another one', async (t) => {
  const site = await openWithAda(t);
  await site.submit('subscribe/', { address: 'eve@example.org', newsletters: 'harbour-weekly' });
  const tokens = {
    confirm: await site.tokens.confirm(),
    unsubscribe: await site.tokens.unsubscribe(ADA),
    preferences: await site.tokens.preferences(ADA),
  };
  const rows = await site.rows();
  const pages = ['confirm', 'unsubscribe', 'resubscribe', 'preferences', 'address', 'approve'];
  for (const [purpose, token] of Object.entries(tokens)) {
    for (const page of pages.filter((each) => each !== purpose)) {
      const { status } = await site.ask(`${page}/${token}`, form({ save: '1' }));
      assert.ok(status === 404 || status === 410, `${purpose} at ${page}: ${status}`);
    }
  }
  assert.equal(await site.rows(), rows);
});

test('the editor’s link shows the edition, and only its button lets it go', async (t) => {
  const testSite = await openTestSite(t, { subscribers: [ADA] });
  testSite.writePost(
    'wall.md',
    '---\ntitle: The harbour wall stands\ndate: 2026-03-19\n---\nIt stands.\n',
  );
  const { db } = testSite.deps.store;
  const { id } = await testSite.putEdition();
  const at = '2026-03-20T07:00:00.000Z';
  await db
    .updateTable('editions')
    .set({ paused_at: at, paused_by: 'approval', pause_reason: 'it waits for its editor' })
    // It was composed by nobody: its post is in no folder.
    .set({ as_composed_at: at })
    .where('id', '=', id)
    .execute();
  const site = await openWholeTestSite(t, { testSite });
  const path = `approve/${signToken('approve', [id], { secrets: testSite.deps.config.secrets })}`;
  const rows = await site.rows();
  const shown = await site.ask(path);
  assert.match(shown.body, /<h1>Send this edition\?<\/h1>/);
  assert.match(shown.body, /The wall stands\./);
  assert.match(shown.body, /\(unsubscribe link\) you@example\.org/);
  assert.equal(await site.rows(), rows);
  const approved = await site.ask(path, form({}));
  assert.match(approved.body, /<h1>The edition is approved<\/h1>/);
  assert.deepEqual(await testSite.states(), { [ADA]: 'queued' });
  const after = await site.rows();
  assert.equal((await site.ask(path, form({}))).body, approved.body);
  assert.equal((await site.ask(path)).body, approved.body);
  assert.equal(await site.rows(), after);
});

test('while the database is on hold nothing is approved, and the editor sees why', async (t) => {
  const testSite = await openTestSite(t, { subscribers: [ADA] });
  const { db } = testSite.deps.store;
  const { id } = await testSite.putEdition();
  const at = '2026-03-20T07:00:00.000Z';
  await db
    .updateTable('editions')
    .set({ paused_at: at, paused_by: 'approval', pause_reason: 'it waits for its editor' })
    .execute();
  await db.updateTable('identity').set({ held_at: at, held_because: 'was copied' }).execute();
  const site = await openWholeTestSite(t, { testSite });
  const path = `approve/${signToken('approve', [id], { secrets: testSite.deps.config.secrets })}`;
  const answer = await site.ask(path, form({}));
  assert.equal(answer.status, 503);
  assert.match(answer.body, /<h1>Nothing can be sent at the moment<\/h1>/);
  assert.deepEqual(await testSite.states(), {});
  assert.match((await site.ask(path)).body, /<h1>Send this edition\?<\/h1>/);
});

test('a form for preferences that was open for days has to be submitted once more', async (t) => {
  const site = await openWholeTestSite(t);
  const rows = await site.rows();
  const old = await site.ask('preferences/', form({ address: ADA }));
  assert.equal(old.status, 400);
  assert.match(old.body, /This form was open for a long time/);
  assert.match(old.body, /value="ada@example\.org"/);
  assert.equal(await site.rows(), rows);
});
