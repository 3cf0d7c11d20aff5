import assert from 'node:assert/strict';
import { unsubscribeToken } from '../../../src/delivery/message/unsubscribe-link.ts';
import { test } from '../../support/databases.ts';
import { address, NEWSLETTER, openTestSite } from '../../support/test-site.ts';
import { askRaw, form } from '../../support/web.ts';
import { openWholeTestSite, type WholeTestSite } from '../../support/whole-test-site.ts';

const ADA = 'ada@example.org';

async function openWithAda(t: Parameters<typeof openTestSite>[0]): Promise<WholeTestSite> {
  const testSite = await openTestSite(t, { subscribers: [ADA, 'bob@example.org'] });
  return openWholeTestSite(t, { testSite });
}

async function statusOf({ deps }: WholeTestSite, whose = ADA): Promise<string | undefined> {
  const row = await deps.store.db
    .selectFrom('subscribers')
    .select('status')
    .where('address', '=', address(whose))
    .executeTakeFirst();
  return row?.status;
}

/** As Gmail, Yahoo and others send it, or might. RFC 8058 §3.2. */
const ONE_CLICKS: Readonly<Record<string, (path: string) => string>> = {
  urlencoded: (path) =>
    `POST ${path} HTTP/1.1\r\nHost: x\r\nUser-Agent: GoogleImageProxy\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 26\r\nConnection: close\r\n\r\nList-Unsubscribe=One-Click`,
  multipart: (path) => {
    const body =
      '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n';
    return `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
  },
  'without a type': (path) =>
    `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 26\r\nConnection: close\r\n\r\nList-Unsubscribe=One-Click`,
  'without a body': (path) =>
    `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
  'JSON that is none': (path) =>
    `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 26\r\nConnection: close\r\n\r\nList-Unsubscribe=One-Click`,
  'JSON without a body': (path) =>
    `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
  'with an empty type': (path) =>
    `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type:\r\nContent-Length: 26\r\nConnection: close\r\n\r\nList-Unsubscribe=One-Click`,
  'with a type that is none': (path) =>
    `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: form; \r\nContent-Length: 26\r\nConnection: close\r\n\r\nList-Unsubscribe=One-Click`,
  'a form that says too much of itself': (path) =>
    `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded; ;=\r\nContent-Length: 26\r\nConnection: close\r\n\r\nList-Unsubscribe=One-Click`,
  'from another site, with a cookie': (path) =>
    `POST ${path} HTTP/1.1\r\nHost: x\r\nOrigin: https://mail.example\r\nCookie: a=b\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 26\r\nConnection: close\r\n\r\nList-Unsubscribe=One-Click`,
};

test('one click unsubscribes at once, whatever a provider sends: 10 kinds of requests', async (t) => {
  const site = await openWithAda(t);
  let sent = 0;
  for (const [name, request] of Object.entries(ONE_CLICKS)) {
    const reader = `reader${sent}@example.org`;
    await site.testSite.add(reader);
    const path = `/unsubscribe/${await site.tokens.unsubscribe(reader)}`;
    const answer = await askRaw(site.server.url, request(path));
    assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/, name);
    assert.doesNotMatch(answer, /set-cookie|location:/i, name);
    assert.doesNotMatch(answer, /resubscribe/, 'the way back is for the person alone');
    assert.equal(await statusOf(site, reader), 'unsubscribed', name);
    sent += 1;
  }
  assert.equal(sent, 10);
  assert.equal(await statusOf(site), 'active');
});

test('the unsubscribe link shows one button, and a GET changes nothing', async (t) => {
  const site = await openWithAda(t);
  const path = `unsubscribe/${await site.tokens.unsubscribe(ADA)}`;
  const before = await site.rows();
  const page = await site.ask(path);
  await site.ask(path, { method: 'HEAD' });
  assert.equal(await site.rows(), before);
  assert.equal(page.status, 200);
  assert.equal(page.body.match(/<button/g)?.length, 1);
  assert.match(page.body, /a…@example\.org/);
  assert.doesNotMatch(page.body, /ada@example\.org/);
});

test('the button unsubscribes, a second click changes nothing, and the way back works for a day', async (t) => {
  const site = await openWithAda(t);
  const path = `unsubscribe/${await site.tokens.unsubscribe(ADA)}`;
  const left = await site.ask(path, form({ page: '1' }));
  assert.equal(left.status, 200);
  assert.match(left.body, /<h1>You are unsubscribed<\/h1>/);
  const rows = await site.rows();
  const again = await site.ask(path, form({ page: '1' }));
  assert.equal(again.body, left.body);
  assert.equal(await site.rows(), rows);
  assert.match((await site.ask(path)).body, /<h1>You are unsubscribed<\/h1>/);
  const undo = /action="\/(resubscribe\/[^"]+)"/.exec(left.body)?.[1] ?? '';
  const looked = await site.ask(undo);
  assert.deepEqual([looked.status, looked.headers.allow], [405, 'POST']);
  assert.equal(await statusOf(site), 'unsubscribed');
  const back = await site.ask(undo, form({}));
  assert.match(back.body, /<h1>You are subscribed again<\/h1>/);
  assert.equal(await statusOf(site), 'active');
  await site.ask(path, form({ page: '1' }));
  site.testSite.setTime('2026-03-21T08:00Z');
  assert.equal((await site.ask(undo, form({}))).status, 410);
  assert.equal(await statusOf(site), 'unsubscribed');
});

test('a link that was cut gets a page that explains it, with 404 and never with 500', async (t) => {
  const site = await openWithAda(t);
  const token = await site.tokens.unsubscribe(ADA);
  for (const broken of [
    token.slice(0, -3),
    `${token}.`,
    'x',
    '%00',
    '%F0%9F%92%A9',
    'a'.repeat(2000),
  ]) {
    for (const path of ['unsubscribe', 'confirm', 'address']) {
      const page = await site.ask(`${path}/${broken}`);
      assert.equal(page.status, 404, `${path}/${broken}`);
      assert.match(page.body, /<h1>This link is not complete<\/h1>/);
      assert.equal((await site.ask(`${path}/${broken}`, form({}))).status, 404);
    }
    for (const path of ['preferences', 'approve']) {
      assert.equal((await site.ask(`${path}/${broken}`)).status, 410, `${path}/${broken}`);
    }
  }
  assert.equal(await statusOf(site), 'active');
});

test('600 one-clicks from one address of a provider in a minute are all done', async (t) => {
  const testSite = await openTestSite(t);
  const people = Array.from({ length: 20 }, (_, at) => `reader${at}@example.org`);
  await testSite.add(...people);
  const site = await openWholeTestSite(t, { testSite });
  const paths = await Promise.all(
    people.map(async (who) => `unsubscribe/${await site.tokens.unsubscribe(who)}`),
  );
  const click = { ...form({ 'List-Unsubscribe': 'One-Click' }) };
  const statuses = new Set<number>();
  for (let round = 0; round < 30; round++) {
    for (const answer of await Promise.all(paths.map((path) => site.ask(path, click)))) {
      statuses.add(answer.status);
    }
  }
  assert.deepEqual([...statuses], [200]);
  const left = await testSite.deps.store.db
    .selectFrom('subscribers')
    .select('id')
    .where('status', '=', 'unsubscribed')
    .where('newsletter', '=', NEWSLETTER)
    .execute();
  assert.equal(left.length, 20);
});

test('a link whose newsletter is not in the config leaves by one click and by its page, which has its id', async (t) => {
  const site = await openWithAda(t);
  const { deps } = site;
  await deps.store.db.updateTable('subscribers').set({ newsletter: 'summer' }).execute();
  for (const [who, oneClick] of [
    [ADA, false],
    ['bob@example.org', true],
  ] as const) {
    const row = await deps.store.db
      .selectFrom('subscribers')
      .select('id')
      .where('address', '=', address(who))
      .executeTakeFirstOrThrow();
    const whom = { newsletter: 'summer', subscriberId: row.id };
    const path = `unsubscribe/${unsubscribeToken(whom, deps.config.secrets)}`;
    assert.match((await site.ask(path)).body, /<strong>summer<\/strong>/);
    assert.equal((await site.ask(path, form(oneClick ? {} : { page: '1' }))).status, 200);
    assert.equal(await statusOf(site, who), 'unsubscribed');
  }
});
