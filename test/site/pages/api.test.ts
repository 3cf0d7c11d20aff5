import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { openTestSite } from '../../support/test-site.ts';
import { openWholeTestSite, type WholeTestSite } from '../../support/whole-test-site.ts';

const FRIEND = 'https://friend.example';
const ADA = 'ada@example.org';

function post(site: WholeTestSite, body: object | string, headers: Record<string, string> = {}) {
  return site.ask('api/subscribe', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

async function count({ deps }: WholeTestSite): Promise<number> {
  return (await deps.store.db.selectFrom('sign_ups').select('id').execute()).length;
}

test('a script of a site on the list signs somebody up, with the token of its form', async (t) => {
  const site = await openWholeTestSite(t, { web: { formOrigins: [FRIEND] } });
  const origin = { origin: FRIEND };
  const preflight = await site.ask('api/subscribe', {
    method: 'OPTIONS',
    headers: { ...origin, 'access-control-request-method': 'POST' },
  });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers['access-control-allow-origin'], FRIEND);
  assert.equal(preflight.headers['access-control-allow-headers'], 'Content-Type');
  assert.match(preflight.headers.vary ?? '', /Origin/);
  const shown = await site.ask('api/form', { headers: origin });
  assert.equal(shown.headers['access-control-allow-origin'], FRIEND);
  assert.equal(shown.headers['cache-control'], 'no-store');
  const { token, consentText, newsletters } = JSON.parse(shown.body);
  assert.match(consentText, /You can unsubscribe at any time/);
  assert.deepEqual(newsletters, [
    {
      id: 'politics-essential',
      name: 'Politics Essential',
      description: 'The politics of a harbour',
    },
  ]);
  const soon = await post(site, { address: ADA, token }, origin);
  assert.deepEqual([soon.status, JSON.parse(soon.body)], [400, { error: 'too_soon' }]);
  site.testSite.setTime('2026-03-20T07:00:02Z');
  const taken = await post(site, { address: ADA, token }, origin);
  assert.deepEqual([taken.status, JSON.parse(taken.body)], [202, { taken: true }]);
  const row = await site.deps.store.db.selectFrom('sign_ups').selectAll().executeTakeFirst();
  assert.deepEqual([row?.address, row?.source, row?.consent_text], [ADA, 'api', consentText]);
});

test('a script of any other site is refused before anything is done', async (t) => {
  const site = await openWholeTestSite(t, { web: { formOrigins: [FRIEND] } });
  for (const origin of [
    'https://evil.example',
    'http://friend.example',
    'null',
    `${FRIEND}.evil.example`,
  ]) {
    const refused = await post(site, { address: ADA }, { origin });
    assert.equal(refused.status, 403, origin);
    assert.equal(refused.headers['access-control-allow-origin'], undefined);
    const preflight = await site.ask('api/subscribe', { method: 'OPTIONS', headers: { origin } });
    assert.equal(preflight.status, 403);
  }
  assert.equal(await count(site), 0);
});

test('a script of our own pages needs no list', async (t) => {
  const site = await openWholeTestSite(t);
  const answer = await site.ask('api/form', { headers: { origin: 'https://harbour.example' } });
  assert.equal(answer.status, 200);
});

test('a server, which sends no Origin, needs no token, and stays within the budgets', async (t) => {
  const site = await openWholeTestSite(t);
  assert.equal((await post(site, { address: ADA })).status, 202);
  assert.equal(await count(site), 1);
});

test('a wrong body gets a code for its problem, and nothing of it is stored', async (t) => {
  const site = await openWholeTestSite(t, { web: { formOrigins: [FRIEND] } });
  const cases: [object | string, number, string, Record<string, string>?][] = [
    [{}, 400, 'no_address'],
    [{ address: 'ada@' }, 400, 'wrong_address'],
    [{ address: [] }, 400, 'no_address'],
    [{ address: ADA, newsletters: ['nothing'] }, 400, 'no_newsletter'],
    [{ address: ADA }, 400, 'no_token', { origin: FRIEND }],
    [{ address: ADA, token: 'x' }, 400, 'no_token'],
    ['{', 400, 'Bad Request'],
    ['address=ada', 415, 'Unsupported Media Type', { 'content-type': 'text/plain' }],
  ];
  for (const [body, status, error, headers] of cases) {
    const answer = await post(site, body, headers);
    assert.deepEqual([answer.status, JSON.parse(answer.body)], [status, { error }]);
  }
  const trapped = await post(site, { address: ADA, subject_matter: 'x' });
  assert.equal(trapped.status, 202);
  assert.equal(await count(site), 0);
});

test('where a proof of work is required, servers have to send it as well', async (t) => {
  const testSite = await openTestSite(t);
  const { signUp } = testSite.deps.config.web;
  const site = await openWholeTestSite(t, {
    testSite,
    web: { signUp: { ...signUp, proofOfWork: 8 } },
  });
  assert.deepEqual(JSON.parse((await post(site, { address: ADA })).body), { error: 'no_token' });
  const { token, proofOfWork } = JSON.parse((await site.ask('api/form')).body);
  assert.equal(proofOfWork, 8);
  site.testSite.setTime('2026-03-20T07:00:02Z');
  assert.deepEqual(JSON.parse((await post(site, { address: ADA, token })).body), {
    error: 'no_proof',
  });
  let proof = 0;
  while (createHash('sha256').update(`${token}:${ADA}:${proof}`).digest()[0] !== 0) proof += 1;
  assert.equal((await post(site, { address: ADA, token, proof: String(proof) })).status, 202);
});

test('an hour’s sign-ups of one server are refused beyond its budget', async (t) => {
  const site = await openWholeTestSite(t, {
    limits: { perMinute: { page: 100, form: 100, oneClick: 100 } },
  });
  const answers = [];
  for (let at = 0; at < 11; at++) answers.push(await post(site, { address: `r${at}@example.org` }));
  assert.deepEqual(
    answers.map(({ status }) => status),
    [...Array(10).fill(202), 429],
  );
  assert.equal(answers.at(-1)?.headers['retry-after'], '3600');
});
