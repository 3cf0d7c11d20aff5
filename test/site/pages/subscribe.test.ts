import assert from 'node:assert/strict';
import { test } from '../../support/databases.ts';
import { NEWSLETTER, openTestSite } from '../../support/test-site.ts';
import { form } from '../../support/web.ts';
import {
  openWholeTestSite,
  severalNewsletters,
  type WholeTestSite,
} from '../../support/whole-test-site.ts';

const ADA = 'ada@example.org';

async function signUps({ deps }: WholeTestSite) {
  return deps.store.db.selectFrom('sign_ups').selectAll().orderBy('at').execute();
}

test('the page that says where the mail is shows each person their own address, as text', async (t) => {
  const site = await openWholeTestSite(t);
  for (const [who, shown] of [
    [ADA, ADA],
    ["o'hara&co@example.org", /o'hara&amp;co@example\.org|o&#39;hara&amp;co@example\.org/],
    ['eve@example.org', 'eve@example.org'],
  ] as const) {
    const { body, headers } = await site.submit('subscribe/', { address: who });
    assert.match(
      body,
      shown instanceof RegExp ? shown : new RegExp(`<strong[^>]*>${shown}</strong>`),
    );
    assert.equal(body.match(/@[\w.]+/g)?.length, 1, 'no other address');
    assert.equal(headers['cache-control'], 'no-store');
  }
});

test('a submitted form is stored with the words that the person agreed to', async (t) => {
  const site = await openWholeTestSite(t);
  const page = await site.ask('subscribe/');
  const [, consent = ''] = /id="consent">([^<]+)/.exec(page.body) ?? [];
  assert.match(consent, /^The Harbour Broadsheet will send Politics Essential to this address\./);
  const answer = await site.submit('subscribe/', { address: ` ${ADA} `, form: 'subscribe' });
  assert.equal(answer.status, 200);
  assert.match(answer.body, /<h1>Check your inbox<\/h1>/);
  assert.match(answer.body, /ada@example\.org/);
  const [row] = await signUps(site);
  assert.deepEqual(
    [row?.address, row?.newsletters, row?.language, row?.source, row?.consent_text],
    [ADA, NEWSLETTER, 'en', 'subscribe', consent],
  );
  assert.doesNotMatch(JSON.stringify(row), /127\.0\.0\.1/);
});

test('the answer is the same byte for byte whether or not the address is known', async (t) => {
  const testSite = await openTestSite(t, { subscribers: [ADA] });
  const site = await openWholeTestSite(t, { testSite });
  const known = await site.submit('subscribe/', { address: ADA });
  const unknown = await site.submit('subscribe/', { address: 'eve@example.org' });
  assert.equal(known.status, unknown.status);
  assert.equal(known.body.replaceAll(ADA, 'eve@example.org'), unknown.body);
  const asked = await site.submit('preferences/', { address: ADA });
  const other = await site.submit('preferences/', { address: 'eve@example.org' });
  assert.match(asked.body, /If we know this address/);
  assert.equal(asked.body.replaceAll(ADA, 'eve@example.org'), other.body);
});

test('a form with a problem comes back filled in, with what to correct', async (t) => {
  const testSite = await openTestSite(t);
  const site = await openWholeTestSite(t, {
    testSite,
    config: { newsletters: severalNewsletters(testSite) },
  });
  const wrong = await site.submit('subscribe/', { address: '"><b>ada@' });
  assert.equal(wrong.status, 400);
  assert.match(wrong.body, /value="&#34;&gt;&lt;b&gt;ada@"/);
  assert.match(wrong.body, /role="alert"/);
  assert.match(wrong.body, /<a href="#newsletters">Choose at least one newsletter\.<\/a>/);
  assert.match(wrong.body, /aria-invalid="true" aria-describedby="address-problem"/);
  assert.match(wrong.body, /<title>Please check: Subscribe/);
  const chosen = await site.submit('subscribe/', { newsletters: 'harbour-weekly' });
  assert.match(chosen.body, /value="harbour-weekly"[^>]* checked/);
  assert.match(chosen.body, /Enter your email address\./);
  assert.deepEqual(await signUps(site), []);
});

test('a newsletter that is not listed is offered nowhere, and nobody signs up for it', async (t) => {
  const testSite = await openTestSite(t);
  const site = await openWholeTestSite(t, {
    testSite,
    config: { newsletters: severalNewsletters(testSite) },
  });
  for (const path of ['', 'subscribe/', 'embed/', 'api/form']) {
    const { body } = await site.ask(path);
    assert.match(body, /harbour-weekly/, path);
    assert.doesNotMatch(body, /For Members|members/, path);
  }
  assert.equal((await site.ask('subscribe/members/')).status, 404);
  const answer = await site.submit('subscribe/', { address: ADA, newsletters: 'members' });
  assert.equal(answer.status, 400);
  const one = await site.submit('subscribe/', { address: ADA, only: 'harbour-weekly' });
  assert.equal(one.status, 200);
  assert.deepEqual(
    (await signUps(site)).map((row) => row.newsletters),
    ['harbour-weekly'],
  );
  assert.match((await signUps(site))[0]?.consent_text ?? '', /will send Harbour Weekly/);
});

test('a form of another site, and one from yesterday, is answered by one more click', async (t) => {
  const site = await openWholeTestSite(t);
  const tokenOf = (body: string) => /name="token" value="([^"]+)"/.exec(body)?.[1] ?? '';
  const yesterday = tokenOf((await site.ask('')).body);
  site.testSite.setTime('2026-03-21T08:00Z');
  for (const token of ['', 'nonsense', yesterday]) {
    const answer = await site.ask('subscribe/', form({ address: ADA, token, form: 'embedded' }));
    assert.equal(answer.status, 200);
    assert.match(answer.body, /<h1>One more click<\/h1>/);
    assert.match(answer.body, /value="ada@example\.org"/);
    assert.deepEqual(await signUps(site), []);
  }
  const page = await site.ask('subscribe/', form({ address: ADA }));
  const fields = { address: ADA, token: tokenOf(page.body), form: 'embedded' };
  site.testSite.setTime('2026-03-21T08:00:03Z');
  assert.match((await site.ask('subscribe/', form(fields))).body, /Check your inbox/);
  assert.deepEqual(
    (await signUps(site)).map((row) => row.source),
    ['embedded'],
  );
});

test('a form that is submitted at once has to be submitted again, and is then accepted with the same token', async (t) => {
  const site = await openWholeTestSite(t);
  const token = /name="token" value="([^"]+)"/.exec((await site.ask('')).body)?.[1] ?? '';
  site.testSite.setTime('2026-03-20T07:00:01Z');
  const soon = await site.ask('subscribe/', form({ address: ADA, token }));
  assert.equal(soon.status, 400);
  assert.match(soon.body, /That was very quick/);
  assert.ok(soon.body.includes(`value="${token}"`));
  assert.deepEqual(await signUps(site), []);
  site.testSite.setTime('2026-03-20T07:00:02Z');
  assert.equal((await site.ask('subscribe/', form({ address: ADA, token }))).status, 200);
  assert.equal((await signUps(site)).length, 1);
});

test('a program that fills in the field that people do not see gets the same answer, and nothing happens', async (t) => {
  const site = await openWholeTestSite(t);
  const before = await site.rows();
  const trapped = await site.submit('subscribe/', { address: ADA, subject_matter: 'x' });
  assert.equal(await site.rows(), before);
  assert.deepEqual(trapped, {
    ...(await site.submit('subscribe/', { address: ADA })),
    headers: trapped.headers,
  });
});

test('more than an hour’s sign-ups of one IP are refused with when to come back', async (t) => {
  const site = await openWholeTestSite(t, {
    limits: { perMinute: { page: 100, form: 100, oneClick: 100 } },
  });
  for (let at = 0; at < 10; at++) {
    const answer = await site.submit('subscribe/', { address: `reader${at}@example.org` });
    assert.equal(answer.status, 200);
  }
  const refused = await site.submit('subscribe/', { address: 'reader10@example.org' });
  assert.equal(refused.status, 429);
  assert.equal(refused.headers['retry-after'], '3600');
  assert.match(refused.body, /please try again in 60 minutes/);
  assert.equal((await signUps(site)).length, 10);
});

test('where a proof of work is required, a form without it is refused, and the page says what to do', async (t) => {
  const testSite = await openTestSite(t);
  const { signUp } = testSite.deps.config.web;
  const site = await openWholeTestSite(t, {
    testSite,
    web: { signUp: { ...signUp, proofOfWork: 8 } },
  });
  const page = await site.ask('');
  assert.match(page.body, /data-proof-bits="8"/);
  assert.match(page.body, /<noscript><p class="note">This form keeps bots out/);
  const answer = await site.submit('subscribe/', { address: ADA, proof: 'x' });
  assert.equal(answer.status, 400);
  assert.match(answer.body, /Please allow JavaScript/);
  assert.deepEqual(await signUps(site), []);
});
