import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type TestContext, test as testOnce } from 'node:test';
import { openStore } from '../../src/database/open-store.ts';
import { showEdition } from '../../src/delivery/editions/show-editions.ts';
import { checkSchedule } from '../../src/schedule/check-schedule.ts';
import { deliverNewsletter } from '../../src/service/deliver-newsletter.ts';
import { reportStatus } from '../../src/service/report-status.ts';
import { openCalendars } from '../../src/settings/open-calendars.ts';
import { testOnBoth } from '../support/databases.ts';
import { killedAt } from '../support/death.ts';
import { openScheduledSite, type ScheduledSite } from '../support/schedule.ts';
import { NEWSLETTER } from '../support/test-site.ts';

const SCRIPT = join(import.meta.dirname, '..', 'support', 'run-service.ts');
const PEOPLE = ['ada@example.org', 'bob@example.org'];
const DUE = '2026-03-20T07:00Z';
const EDITION = `${NEWSLETTER}-2026-03-20`;

/** A service in a process of its own, once, at the time that the slot is due; killed before `step`. */
async function runService({ testSite, deps }: ScheduledSite, step = 0) {
  const args = [
    SCRIPT,
    testSite.folder,
    testSite.inbox.url,
    deps.config.databaseUrl,
    DUE,
    String(step),
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const printed: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => printed.push(chunk));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  const [, steps] = /steps: (\d+)/.exec(Buffer.concat(printed).toString()) ?? [];
  return { code, signal, steps: Number(steps) };
}

async function openMorning(t: TestContext): Promise<ScheduledSite> {
  const scheduledSite = await openScheduledSite(t, {
    subscribers: PEOPLE,
    now: '2026-03-19T08:00Z',
  });
  await scheduledSite.checkAt('2026-03-19T08:00Z');
  scheduledSite.write('The wall stands');
  return scheduledSite;
}

/** No process has this number. */
const NO_PROCESS = 2 ** 22 + 1;

/** The leases of a program that died are over, and its process is gone: in some tests that is ours. */
async function waitForLeases({ deps }: ScheduledSite): Promise<void> {
  const { db } = deps.store;
  await db.updateTable('slots').set({ lease_until: '2000-01-01' }).execute();
  await db.updateTable('senders').set({ lease_until: '2000-01-01', pid: NO_PROCESS }).execute();
}

/** Asserts that everyone got the one edition once, but for copies that are named as in doubt. Gives how many those are. */
async function assertSent(scheduledSite: ScheduledSite, where: string): Promise<number> {
  scheduledSite.testSite.setTime(DUE);
  assert.deepEqual(await scheduledSite.slots(), ['2026-03-20 sent: 2 of 2'], where);
  const { editions } = await reportStatus(scheduledSite.deps);
  assert.deepEqual(
    editions.map(({ id }) => id),
    [EDITION],
    where,
  );
  const { inDoubt } = await showEdition(scheduledSite.deps, EDITION);
  const doubted = new Set(inDoubt.map(({ address }) => String(address)));
  let second = 0;
  for (const person of PEOPLE) {
    const copies = scheduledSite.testSite.inbox.messagesTo(person).length;
    assert.ok(copies === 1 || (copies === 2 && doubted.has(person)), `${where}: ${copies} copies`);
    second += copies - 1;
  }
  return second;
}

/** Kills of real programs, a second or two each; the test below dies without one. */
const KILLS = 5;

testOnBoth(
  'a service that is killed (SIGKILL) in the middle of a slot, and started again, sends one edition to everyone once',
  async (t) => {
    const { steps } = await runService(await openMorning(t));
    assert.ok(steps > 60, `${steps} steps`);
    let second = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const step = 1 + Math.floor(((kill + 0.5) / KILLS) * steps);
      const scheduledSite = await openMorning(t);
      assert.equal((await runService(scheduledSite, step)).signal, 'SIGKILL', `step ${step}`);
      await waitForLeases(scheduledSite);
      assert.equal((await runService(scheduledSite)).code, 0, `step ${step}`);
      second += await assertSent(scheduledSite, `step ${step} of ${steps}`);
    }
    t.diagnostic(
      `${KILLS} kills within ${steps} steps, ${second} second copies, each named in doubt`,
    );
  },
);

/** As a program does: opens the database, looks, delivers, and is over. */
async function serveOnce({ deps, testSite }: ScheduledSite): Promise<void> {
  testSite.setTime(DUE);
  const { config, log } = deps;
  const store = await openStore(config.databaseUrl);
  try {
    await checkSchedule({ ...deps, store }, openCalendars(config, log));
    for (const newsletter of config.newsletters) {
      await deliverNewsletter({ ...deps, store }, newsletter, new AbortController().signal);
    }
  } finally {
    await store.close();
  }
}

testOnce(
  'a service that dies before every second statement or write of a slot, and starts again, sends one edition to everyone once',
  async (t) => {
    let second = 0;
    let step = 1;
    for (; ; step += 2) {
      const scheduledSite = await openMorning(t);
      const serve = () => serveOnce(scheduledSite);
      const wasKilled = await killedAt(step, serve);
      await waitForLeases(scheduledSite);
      await serve();
      second += await assertSent(scheduledSite, `step ${step}`);
      if (!wasKilled) break;
    }
    assert.ok(step > 100, `${step} steps`);
    t.diagnostic(`${step} steps, ${second} second copies, each named in doubt`);
  },
);

testOnBoth(
  '5 services that wake at the same moment on one database send one edition, to everyone once',
  async (t) => {
    const scheduledSite = await openMorning(t);
    const ends = await Promise.all([1, 2, 3, 4, 5].map(() => runService(scheduledSite)));
    assert.deepEqual(
      ends.map(({ code }) => code),
      [0, 0, 0, 0, 0],
    );
    scheduledSite.testSite.setTime(DUE);
    // Whoever found the others at work left the rest to them.
    await scheduledSite.deliver();
    assert.deepEqual(await scheduledSite.slots(), ['2026-03-20 sent: 2 of 2']);
    assert.deepEqual(scheduledSite.testSite.inbox.messages.map(({ to }) => to).toSorted(), PEOPLE);
    const editions = await scheduledSite.deps.store.db
      .selectFrom('editions')
      .select('id')
      .execute();
    assert.deepEqual(
      editions.map(({ id }) => id),
      [EDITION],
    );
  },
);
