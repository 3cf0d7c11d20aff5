import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { openStore } from '../../src/database/open-store.ts';
import { deliveryTable, doubtedDeliveries } from '../../src/delivery/queries/deliveries.ts';
import { editionRows } from '../../src/editions/queries/editions.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { openCountingRelay, type TakenMessage } from '../support/counting-relay.ts';
import { createDatabase, startPostgres, TEMPLATE } from '../support/postgres-server.ts';
import { CONFIG, openProject, postText } from '../support/program.ts';

const PEOPLE = 300;
const CONNECTIONS = 4;

// The kill comes while messages go out; the server is back before the sender has seen it, or later.
for (const isBackAtOnce of [true, false]) {
  const when = isBackAtOnce ? 'and is back at once' : 'and stays away';
  test(`a database server that is killed in the middle of a send ${when} ends it with what to do; the next one goes on`, async (t) => {
    const { server, relay, send, ledger } = await openTown(t);
    const crashed = new Promise<void>((done, failed) => {
      relay.at(100, () => {
        const killed = isBackAtOnce ? server.crash().then(server.restart) : server.crash();
        killed.then(done, failed);
      });
    });
    const first = await send();
    await crashed;
    assert.ok(first.code === 69 || first.code === 75, `${first.code} ${first.stderr}`);
    assert.match(
      first.stderr,
      /^broadsheet: 127\.0\.0\.1:\d+\/test_\w+ {2}.*; .*\brun (the command|it) again/m,
    );
    assert.doesNotMatch(first.stderr, /\n {4}at /, 'no stack');
    const before = relay.taken.length;
    assert.ok(before >= 100 && before <= 100 + 2 * CONNECTIONS, `${before} taken`);
    if (!isBackAtOnce) {
      const away = await send();
      assert.equal(away.code, 69, away.stderr);
      assert.equal(relay.taken.length, before);
      await server.restart();
    }
    const second = await send();
    assert.equal(second.code, 0, second.stderr);

    const { table, doubted } = await ledger();
    assert.deepEqual([table.planned, table.accepted], [PEOPLE, PEOPLE]);
    const copies = Map.groupBy(relay.taken, ({ to }: TakenMessage) => to);
    assert.equal(copies.size, PEOPLE);
    const twice = [...copies].filter(([, messages]) => messages.length > 1);
    for (const [person, messages] of twice) {
      assert.ok(doubted.has(person), `${person} got it twice and is not named`);
      assert.equal(new Set(messages.map(({ messageId }) => messageId)).size, 1);
    }
    assert.ok(doubted.size <= CONNECTIONS, `${doubted.size} in doubt`);
    t.diagnostic(`${before} taken before, ${doubted.size} in doubt, ${twice.length} got it twice`);
  });
}

async function openTown(t: TestContext) {
  const server = await startPostgres();
  cleanUpAfter(t, server.stop);
  const relay = await openCountingRelay(() => 1);
  cleanUpAfter(t, relay.close);
  const databaseUrl = server.url + (await createDatabase(server.url, TEMPLATE));
  const project = openProject(t, { config: `${CONFIG}email: {connections: ${CONNECTIONS}}\n` });
  project.write('posts/2026-03-19-wall.md', postText('The wall stands'));
  const people = Array.from({ length: PEOPLE }, (_, index) => `reader${index}@example.org\n`);
  project.write('people.txt', people.join(''));
  const environment = { BROADSHEET_DATABASE_URL: databaseUrl, BROADSHEET_SMTP_URL: relay.url };
  const run = (...args: string[]) => project.runWith(environment, ...args);
  const imported = await run('subscribers', 'import', 'people.txt');
  assert.equal(imported.code, 0, imported.stderr);
  const ledger = async () => {
    const store = await openStore(databaseUrl);
    try {
      const [edition] = await editionRows(store.db, 'daily');
      const id = edition?.id ?? '';
      const doubted = await doubtedDeliveries(store.db, id);
      return {
        table: await deliveryTable(store.db, id),
        doubted: new Set<string>(doubted.map(({ address }) => address)),
      };
    } finally {
      await store.close();
    }
  };
  const send = () => run('send', 'daily', '--yes', '--now', '2026-03-20T07:00');
  return { server, relay, send, ledger };
}
