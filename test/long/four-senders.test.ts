import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { openStore } from '../../src/database/open-store.ts';
import { deliveryTable, doubtedDeliveries } from '../../src/delivery/queries/deliveries.ts';
import { editionRows } from '../../src/editions/queries/editions.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { openCountingRelay } from '../support/counting-relay.ts';
import { dueNow, watchedSinceYesterday } from '../support/due-now.ts';
import { createDatabase, startPostgres, TEMPLATE } from '../support/postgres-server.ts';
import { CONFIG, openProject, postText } from '../support/program.ts';
import { readers } from '../support/sending.ts';
import { startService } from '../support/service.ts';
import { openProxy } from '../support/tcp-proxy.ts';
import { waitFor } from '../support/wait-for.ts';

const PEOPLE = readers(3000);
const CONNECTIONS = 4;

test('of four senders on one database one is killed and one is cut off, and the database restarts: everyone is served once, but for who is named in doubt', async (t) => {
  const town = await openTown(t);
  const { server, relay, proxy, start, ledger } = town;
  const killed = start(town.databaseUrl);
  const cutOff = start(town.databaseUrl.replace(/:\d+\//, `:${proxy.port}/`));
  const others = [start(town.databaseUrl), start(town.databaseUrl)];
  await waitFor('all four have deliveries', async () => (await ledger()).holders === 4);
  const reached = (count: number) => new Promise<void>((done) => relay.at(count, done));

  town.goOn();
  await reached(400);
  killed.kill('SIGKILL');
  await reached(800);
  proxy.fallSilent();
  await reached(1200);
  await server.crash();
  const before = relay.taken.length;
  await server.restart();
  for (const service of others) {
    const { error } = await service.waitFor(({ msg }) => msg === 'the send could not continue');
    assert.match(JSON.stringify(error), /run (the command|it) again/);
  }
  // These two go on by themselves, and leave alone what the one that is cut off may still be sending.
  await waitFor('the others take up their work', () => relay.taken.length > before + 1000);
  proxy.setAway(true);
  await cutOff.waitFor(({ msg }) => msg === 'the send could not continue');
  assert.equal(await cutOff.stop(), 0);
  // A supervisor starts the one that was killed again.
  const again = start(town.databaseUrl);
  await waitFor('nobody waits', async () => (await ledger()).accepted === PEOPLE.length);
  for (const service of [again, ...others]) assert.equal(await service.stop(), 0, service.text());

  const { planned, doubted, holders } = await ledger();
  assert.deepEqual([planned, holders], [PEOPLE.length, 0]);
  const copies = Map.groupBy(relay.taken, ({ to }) => to);
  assert.deepEqual([...copies.keys()].toSorted(), PEOPLE.toSorted());
  const twice = [...copies].filter(([, messages]) => messages.length > 1);
  for (const [person, messages] of twice) {
    assert.ok(doubted.has(person), `${person} got it twice and is not named`);
    assert.equal(messages.length, 2, person);
    assert.equal(new Set(messages.map(({ messageId }) => messageId)).size, 1);
  }
  // One for each connection of a sender that lost its database, or its life.
  assert.ok(doubted.size <= 4 * CONNECTIONS, `${doubted.size} in doubt`);
  t.diagnostic(`${doubted.size} in doubt, ${twice.length} got it twice`);
});

/** An edition that is planned and due, and what sends it. */
async function openTown(t: TestContext) {
  const server = await startPostgres();
  cleanUpAfter(t, server.stop);
  const databaseUrl = server.url + (await createDatabase(server.url, TEMPLATE));
  const proxy = await openProxy(t, Number(new URL(databaseUrl).port));
  // Slow until all are at work.
  let delayMs = 500;
  const relay = await openCountingRelay(() => delayMs);
  cleanUpAfter(t, relay.close);
  const project = openProject(t, {
    config: `${CONFIG}${dueNow()}email: {connections: ${CONNECTIONS}}\n`,
  });
  const yesterday = Temporal.Now.instant().subtract({ hours: 20 }).toString().slice(0, 19);
  project.write('posts/wall.md', postText('The wall stands', yesterday));
  project.write('people.txt', PEOPLE.join('\n'));
  const environment = (url: string) => ({
    BROADSHEET_DATABASE_URL: url,
    BROADSHEET_SMTP_URL: relay.url,
  });
  const run = async (...args: string[]) => {
    const { code, stderr, stdout } = await project.runWith(environment(databaseUrl), ...args);
    assert.equal(code, 0, stdout + stderr);
  };
  await run('subscribers', 'import', 'people.txt');
  await watchedSinceYesterday(databaseUrl);
  await run('start', '--once', '--only', 'schedule');
  const store = await openStore(databaseUrl);
  cleanUpAfter(t, () => store.close());
  return {
    ...{ server, databaseUrl, proxy, relay },
    start: (url: string) => startService(t, project, environment(url), ['--only', 'delivery']),
    goOn() {
      delayMs = 10;
    },
    async ledger() {
      const [edition] = await editionRows(store.db, 'daily');
      const id = edition?.id ?? '';
      const doubted = await doubtedDeliveries(store.db, id);
      const senders = store.db.selectFrom('deliveries').select('sender').distinct();
      return {
        ...(await deliveryTable(store.db, id)),
        doubted: new Set<string>(doubted.map(({ address }) => address)),
        holders: (await senders.where('sender', 'is not', null).execute()).length,
      };
    },
  };
}
