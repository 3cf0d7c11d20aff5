import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { deliverEdition } from '../../src/delivery/run/deliver-edition.ts';
import { prepareSend } from '../../src/delivery/run/prepare-send.ts';
import type { SendReport } from '../../src/delivery/run/send-report.ts';
import { settleLedger } from '../../src/delivery/run/settle-ledger.ts';
import { reportStatus } from '../../src/service/report-status.ts';
import { countSubscribers } from '../../src/subscribers/queries/subscribers.ts';
import { testOnBoth } from '../support/databases.ts';
import { type FaultPhase, type Moment, openFaultRelay } from '../support/fault-relay.ts';
import { NEWSLETTER, NONE, openTestSite, type TestSite } from '../support/test-site.ts';

/** Thirty readers of several providers. */
const READERS = Array.from(
  { length: 30 },
  (_, index) => `reader${index}@${['a', 'b', 'c'][index % 3]}.example`,
);

/** What the relay says of us, although it says it of readers. */
const ABOUT_US: readonly (readonly [FaultPhase, string])[] = [
  ['rcpt', '550 Requested action not taken: mailbox unavailable'],
  [
    'rcpt',
    "550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients",
  ],
  ['dot', '550 5.4.5 Daily user sending limit exceeded'],
  ['dot', '554 5.2.0 SubmissionQuotaExceededException'],
  ['dot', '454 Throttling failure: Daily message quota exceeded.'],
  ['dot', '554 5.2.252 SendAsDenied'],
  ['dot', '550 5.4.6 Unusual sending activity detected'],
  ['rcpt', '550 <TO>: Reject due to SPF policy'],
  ['rcpt', '550 Rejected by header based manually Blocked Senders'],
  ['rcpt', '450 4.7.1 Helo command rejected: Host not found'],
  ['dot', '550 5.2.0 message refused due to DMARC'],
  ['ehlo', '421 4.7.0 Try again later, closing connection. (EHLO)'],
  ['rcpt', '450 Requested mail action not taken: mailbox unavailable, mail send limit exceeded.'],
  ['rcpt', '550 5.1.1 User unknown'],
  ['rcpt', '552 5.2.2 Mailbox full'],
  ['rcpt', '452 4.2.2 Mailbox full'],
  ['rcpt', '550 5.7.1 Your account has been suspended'],
  ['mail', '550 5.7.60 Client does not have permissions to send as this sender'],
];

const DAYS = [20, 21, 22, 23, 24];

for (const [phase, words] of ABOUT_US) {
  testOnBoth(
    `five days of "${words}" end nobody's subscription, and fail nobody while it may still be mended`,
    async (t) => {
      const { testSite, refuseAfter, served } = await openRelayOf(t, phase, words);
      for (const day of DAYS) {
        // Each day the relay takes a few at first, save on the last.
        refuseAfter(day === 24 || phase === 'ehlo' ? 0 : 7);
        testSite.setTime(`2026-03-${day}T07:00Z`);
        await testSite.putEdition(`edition-${day}`);
        const report = await sendOnce(testSite);
        assert.deepEqual(report?.bounced, []);
        assert.equal(report?.deliveries.failed, 0, JSON.stringify(report?.deliveries));
        assert.ok(report?.stopped !== undefined || report?.retryAt !== undefined);
        for (const hour of ['08', '09', '12', '18']) {
          testSite.setTime(`2026-03-${day}T${hour}:30Z`);
          const later = await sendOnce(testSite);
          assert.deepEqual(later?.bounced ?? [], []);
        }
      }
      assert.equal(await countActive(testSite), 30);
      // On the last day nobody was served before it is mended, in time.
      refuseAfter(Number.POSITIVE_INFINITY);
      const before = served().length;
      testSite.setTime('2026-03-24T18:50Z');
      const report = await sendOnce(testSite, true);
      assert.deepEqual(report?.deliveries, { ...NONE, planned: 30, accepted: 30 });
      assert.deepEqual(served().slice(before).toSorted(), READERS.toSorted());
    },
  );
}

for (const count of [1, 2, 3]) {
  for (const [phase, words] of ABOUT_US.filter(([, text]) => !/unknown|full/i.test(text))) {
    testOnBoth(
      `a list of ${count} that a relay refuses by "${words}" waits as it is`,
      async (t) => {
        const people = READERS.slice(0, count);
        const { testSite, refuseAfter } = await openRelayOf(t, phase, words, people);
        refuseAfter(0);
        await testSite.putEdition();
        const report = await sendOnce(testSite);
        assert.deepEqual(report?.deliveries, { ...NONE, planned: count, queued: count });
        assert.ok(report?.stopped);
        assert.deepEqual(report?.bounced, []);
        refuseAfter(Number.POSITIVE_INFINITY);
        testSite.setTime('2026-03-20T09:00Z');
        const after = await sendOnce(testSite, true);
        assert.deepEqual(after?.deliveries, { ...NONE, planned: count, accepted: count });
      },
    );
  }
}

testOnBoth(
  'an account that may send ten an hour serves thirty in three hours, whatever it calls that',
  async (t) => {
    const words = '550 Requested action not taken: mailbox unavailable';
    const { testSite, refuseAfter, commands, served } = await openRelayOf(t, 'rcpt', words);
    refuseAfter(10);
    await testSite.putEdition();
    const first = await sendOnce(testSite);
    assert.deepEqual(first?.deliveries, { ...NONE, planned: 30, accepted: 10, queued: 20 });
    assert.equal(first?.stopped?.because, 'quota');
    assert.match(
      first?.stopped?.message ?? '',
      /refuses everyone, \d in a row: 550 Requested action/,
    );
    assert.equal(first?.stopped?.retryAt, '2026-03-20T08:00:00.000Z');
    // Within the hour nobody is offered again.
    const asked = commands().length;
    testSite.setTime('2026-03-20T07:30Z');
    assert.equal((await sendOnce(testSite))?.stopped?.because, 'quota');
    assert.equal(commands().length, asked);
    for (const hour of [8, 9]) {
      refuseAfter(10);
      testSite.setTime(`2026-03-20T0${hour}:00:01Z`);
      await sendOnce(testSite);
    }
    assert.deepEqual(served().toSorted(), READERS.toSorted());
    assert.equal(await countActive(testSite), 30);
  },
);

testOnBoth('a used-up quota is tried by one message each hour', async (t) => {
  const { testSite, refuseAfter, commands } = await openRelayOf(
    t,
    'dot',
    '454 Throttling failure: Daily message quota exceeded.',
  );
  refuseAfter(0);
  await testSite.putEdition();
  await sendOnce(testSite);
  for (const hour of ['08', '09', '10']) {
    const before = commands().filter((line) => line.startsWith('RCPT')).length;
    for (const minute of ['01', '06', '30']) {
      testSite.setTime(`2026-03-20T${hour}:${minute}Z`);
      const report = await sendOnce(testSite);
      assert.match(report?.stopped?.message ?? '', /daily quota is used up: 454 Throttling/);
    }
    assert.equal(commands().filter((line) => line.startsWith('RCPT')).length - before, 1);
  }
});

testOnBoth(
  'three dead addresses in a row of thirty are ended at once, and hold up nobody',
  async (t) => {
    for (const [index, words] of [
      '550 5.1.1 User unknown',
      '550 5.4.1 Recipient address rejected: Access denied',
    ].entries()) {
      const dead = READERS.slice(5 + 10 * index, 8 + 10 * index);
      const { testSite } = await openTestSiteOf(t, ({ phase, recipient }) =>
        phase === 'rcpt' && dead.includes(recipient) ? words : undefined,
      );
      await testSite.putEdition();
      const report = await sendOnce(testSite);
      assert.equal(report?.stopped, undefined);
      assert.deepEqual(report?.deliveries, { ...NONE, planned: 30, accepted: 27, failed: 3 });
      assert.deepEqual(report?.bounced.toSorted(), dead.toSorted());
    }
  },
);

testOnBoth(
  'addresses that are refused without a reason at the end of a list are asked first the next time, and ended then',
  async (t) => {
    const { testSite } = await openTestSiteOf(t, ({ phase, recipient }) =>
      phase === 'rcpt' && dead.includes(recipient)
        ? '550 Requested action not taken: mailbox unavailable'
        : undefined,
    );
    await testSite.putEdition('first');
    const order = await orderOf(testSite);
    const dead = order.slice(-2);
    const report = await sendOnce(testSite);
    // It may be our limit: they wait, and are tried again.
    assert.deepEqual(report?.deliveries, { ...NONE, planned: 30, accepted: 28, deferred: 2 });
    assert.equal(report?.retryAt, '2026-03-20T08:00:00.000Z');
    testSite.setTime('2026-03-21T07:00Z');
    await testSite.putEdition('second');
    const next = await sendOnce(testSite);
    assert.equal(next?.edition.id, 'second');
    assert.deepEqual(next?.bounced.toSorted(), dead.toSorted());
    assert.deepEqual(next?.deliveries, { ...NONE, planned: 30, accepted: 28, failed: 2 });
  },
);

testOnBoth(
  'a limit of 28 that sounds like two dead addresses ends neither of them, day after day',
  async (t) => {
    const { testSite, refuseAfter } = await openRelayOf(t, 'rcpt', ABOUT_US[0]?.[1] ?? '');
    for (const day of DAYS) {
      testSite.setTime(`2026-03-${day}T07:00Z`);
      refuseAfter(28);
      await testSite.putEdition(`edition-${day}`);
      const report = await sendOnce(testSite);
      assert.equal(report?.deliveries.accepted, 28);
      assert.equal(report?.deliveries.failed, 0);
    }
    assert.equal(await countActive(testSite), 30);
  },
);

testOnBoth(
  'somebody whom one provider refuses for our sender keeps nobody else waiting',
  async (t) => {
    const { testSite } = await openTestSiteOf(t, ({ phase, recipient }) =>
      phase === 'rcpt' && recipient === picky ? '550 5.1.8 Sender domain not found' : undefined,
    );
    await testSite.putEdition('first');
    const [picky] = await orderOf(testSite);
    const report = await sendOnce(testSite);
    assert.equal(report?.stopped, undefined);
    assert.deepEqual(report?.deliveries, { ...NONE, planned: 30, accepted: 29, deferred: 1 });
  },
);

testOnBoth(
  'a slower pace, fewer connections and shorter ones are kept by the next program',
  async (t) => {
    let asked = 0;
    let open = 0;
    const most = { connection: 3 };
    const { testSite } = await openTestSiteOf(
      t,
      ({ phase, connection, recipient }) => {
        if (phase === 'mail') {
          served.set(connection, (served.get(connection) ?? 0) + 1);
          if ((served.get(connection) ?? 0) > most.connection)
            return '451 Mails per session limit exceeded.';
        }
        if (phase !== 'dot') return undefined;
        asked += 1;
        if (asked === 2) return '432 4.3.2 Concurrent connections limit exceeded';
        if (asked === 4) return '454 Throttling failure: Maximum sending rate exceeded.';
        open += recipient === '' ? 0 : 1;
        return undefined;
      },
      { connections: 4, subscribers: READERS.slice(0, 12) },
    );
    const served = new Map<number, number>();
    await testSite.putEdition();
    const report = await sendOnce(testSite);
    assert.deepEqual(report?.deliveries, { ...NONE, planned: 12, accepted: 12 });
    assert.equal(open, 12);
    const [row] = await testSite.deps.store.db.selectFrom('relays').selectAll().execute();
    assert.equal(row?.connections, 2);
    assert.equal(row?.messages_per_connection, 3);
    assert.ok((row?.messages_per_hour ?? 0) > 0);
    const status = await reportStatus(testSite.deps);
    assert.equal(status.relays[0]?.limits?.connections, 2);
    assert.ok((status.relays[0]?.limits?.messagesPerHour ?? 0) > 0);
  },
);

type Script = (moment: Moment) => string | undefined;

/** A test site whose relay says what the script does, or what is right. */
async function openTestSiteOf(
  t: TestContext,
  script: Script,
  options: { readonly connections?: number; readonly subscribers?: readonly string[] } = {},
) {
  const relay = await openFaultRelay(t, (moment) => {
    const words = script(moment);
    return words === undefined
      ? undefined
      : { say: `${words}\r\n`, close: words.startsWith('421') };
  });
  const testSite = await openTestSite(t, {
    ...{ subscribers: READERS, relayUrl: relay.url, connections: 2 },
    ...options,
  });
  return { testSite, relay };
}

/** A test site whose relay refuses everyone by these words once it has kept so many messages. */
async function openRelayOf(
  t: TestContext,
  phase: FaultPhase,
  words: string,
  subscribers: readonly string[] = READERS,
) {
  let left = 0;
  const { testSite, relay } = await openTestSiteOf(
    t,
    (moment) => {
      const isRefused = moment.phase === phase && left <= 0;
      // Counted where it is let through for good.
      if (!isRefused && moment.phase === (phase === 'dot' ? 'dot' : 'rcpt')) left -= 1;
      return isRefused ? words.replace('TO', moment.recipient) : undefined;
    },
    { subscribers },
  );
  return {
    testSite,
    served: () => relay.kept.map(({ to }) => to),
    commands: () => relay.commands,
    refuseAfter(messages: number) {
      left = messages;
    },
  };
}

/** As `send --yes` does; undefined where there is nothing to send. */
async function sendOnce({ deps }: TestSite, resume = false): Promise<SendReport | undefined> {
  for (const newsletter of deps.config.newsletters) await settleLedger(deps, newsletter);
  const options = resume ? { resume } : {};
  const prepared = await prepareSend(deps, { newsletter: NEWSLETTER, ...options });
  return prepared.kind === 'ready' ? deliverEdition(deps, prepared) : undefined;
}

/** Who is asked in which order. */
async function orderOf({ deps }: TestSite): Promise<readonly string[]> {
  const rows = await deps.store.db
    .selectFrom('subscribers')
    .select('address')
    .orderBy('id')
    .execute();
  return rows.map(({ address }) => address);
}

async function countActive({ deps }: TestSite): Promise<number> {
  const [newsletter] = deps.config.newsletters;
  return countSubscribers(deps.store.db, newsletter?.id ?? '');
}
