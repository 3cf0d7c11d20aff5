import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { type TestContext, test as testOnce } from 'node:test';
import { askService, askWithin } from '../../src/delivery/run/ask-service.ts';
import type { Config } from '../../src/settings/config.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { test } from '../support/databases.ts';
import { openScheduledSite } from '../support/schedule.ts';
import { changed, sendWith } from '../support/sending.ts';
import { openTestSite, type TestSite } from '../support/test-site.ts';
import { openWebListener } from '../support/web-listener.ts';
import { openWholeTestSite } from '../support/whole-test-site.ts';

const ADA = 'ada@example.org';

/** A test site with an edition to send, and what it sends with over real HTTP. */
async function openReady(t: TestContext) {
  const testSite = await openTestSite(t, { subscribers: [ADA] });
  await testSite.putEdition();
  return { testSite, with: (config: Partial<Config>) => overHttp(testSite, config) };
}

function overHttp(testSite: TestSite, config: Partial<Config>) {
  return { ...changed(testSite, config), askService };
}

test('the first edition goes out where the service of this database answers unsubscribe links', async (t) => {
  const { testSite, with: depsWith } = await openReady(t);
  const { server } = await openWholeTestSite(t, { testSite });
  const report = await sendWith(depsWith({ serviceUrl: server.url }));
  assert.equal(report.deliveries.accepted, 1);
});

test('it does not where nothing, or something else, answers, and nothing is stored', async (t) => {
  const { testSite, with: depsWith } = await openReady(t);
  const other = await openTestSite(t);
  const { server } = await openWholeTestSite(t, { testSite: other });
  const stranger = await openWebListener(t, () => 200);
  const redirect = await openWebListener(t, () => 308);
  const gone = await openWebListener(t, () => 404);
  const cases = [
    ['http://127.0.0.1:1/', /ECONNREFUSED|bad port/],
    [stranger.url, /is not the service of this database/],
    [redirect.url, /answered 308, a redirect/],
    [gone.url, /answered 404/],
    [server.url, /is not the service of this database/],
  ] as const;
  for (const [serviceUrl, reason] of cases) {
    await assert.rejects(sendWith(depsWith({ serviceUrl })), (error: Error) => {
      assert.match(error.message, reason);
      assert.match(error.message, /send --force/);
      assert.equal((error as Error & { exitCode: number }).exitCode, 78);
      return true;
    });
  }
  assert.deepEqual(await testSite.states(), {});
  assert.equal(testSite.inbox.messages.length, 0);
});

test('it does not where only a GET is answered: mail programs unsubscribe by a POST', async (t) => {
  const { testSite, with: depsWith } = await openReady(t);
  const { server } = await openWholeTestSite(t, { testSite });
  const deps = {
    ...depsWith({ serviceUrl: server.url }),
    askService: (url: string, form?: URLSearchParams) =>
      form === undefined ? askService(url) : Promise.resolve({ trouble: 'it answered 405' }),
  };
  await assert.rejects(sendWith(deps), /unsubscribe links \(to a POST it answered 405\)/);
});

test('an editor who forces it vouches for the address, until the address changes', async (t) => {
  const { testSite, with: depsWith } = await openReady(t);
  const silent = depsWith({ serviceUrl: 'http://127.0.0.1:1/' });
  assert.equal((await sendWith(silent, { force: true })).deliveries.accepted, 1);
  await testSite.putEdition('politics-essential-2026-03-20-2');
  assert.equal((await sendWith(silent)).deliveries.accepted, 1);
  await testSite.putEdition('politics-essential-2026-03-20-3');
  const moved = depsWith({ serviceUrl: 'http://127.0.0.1:1/moved/' });
  await assert.rejects(sendWith(moved), /does not answer unsubscribe links/);
});

test('a database that has sent before it was asked is asked nothing', async (t) => {
  const { testSite, with: depsWith } = await openReady(t);
  await testSite.send();
  await testSite.deps.store.db.updateTable('identity').set({ service_url: null }).execute();
  await testSite.putEdition('politics-essential-2026-03-20-2');
  const silent = depsWith({ serviceUrl: 'http://127.0.0.1:1/' });
  assert.equal((await sendWith(silent)).deliveries.accepted, 1);
});

test('without a service people unsubscribe by mail, and nothing is asked', async (t) => {
  const { testSite } = await openReady(t);
  const { serviceUrl: _none, ...config } = testSite.deps.config;
  const report = await sendWith({ ...testSite.deps, config, askService });
  assert.equal(report.deliveries.accepted, 1);
  const [message] = testSite.inbox.messages;
  const source = message?.raw.toString() ?? '';
  assert.match(source, /^List-Unsubscribe: <mailto:paper\+unsubscribe@/m);
  assert.doesNotMatch(source, /^List-Unsubscribe-Post|^List-Subscribe/m);
  assert.doesNotMatch(source, /https:\/\/harbour\.example\/(unsubscribe|subscribe)/);
});

test('the first edition of a schedule is held, with the reason, where the links are not answered', async (t) => {
  const scheduledSite = await openScheduledSite(t, {
    subscribers: [ADA],
    now: '2026-03-20T06:00Z',
  });
  await scheduledSite.checkAt('2026-03-20T06:00Z');
  scheduledSite.write('The wall stands');
  const trouble = { askService: async () => ({ trouble: 'it answered 502' }) };
  Object.assign(scheduledSite.deps, trouble);
  await scheduledSite.checkAt('2026-03-20T07:00Z');
  const [slot = ''] = await scheduledSite.slots();
  assert.match(slot, /^2026-03-20 held: .*does not answer unsubscribe links \(it answered 502\)/);
});

testOnce('a server that says nothing is not waited for', async (t) => {
  const server = createServer(() => {});
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  cleanUpAfter(t, () => server.close());
  const { port } = server.address() as { port: number };
  const answer = await askWithin(`http://127.0.0.1:${port}/`, 50);
  assert.deepEqual(answer, { trouble: 'no answer within 0.05 seconds' });
});
