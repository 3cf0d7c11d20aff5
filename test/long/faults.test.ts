import assert from 'node:assert/strict';
import { openRelay } from '../../src/delivery/relay/open-relay.ts';
import { deliverEdition } from '../../src/delivery/run/deliver-edition.ts';
import { prepareSend } from '../../src/delivery/run/prepare-send.ts';
import type { SendReport } from '../../src/delivery/run/send-report.ts';
import { testOnBoth } from '../support/databases.ts';
import {
  type Act,
  at,
  type FaultPhase,
  type FaultRelayOptions,
  openFaultRelay,
  type Script,
} from '../support/fault-relay.ts';
import { NEWSLETTER, openTestSite, type TestSite } from '../support/test-site.ts';
import { PATIENCE_MS } from '../support/wait-for.ts';

/**
 * What becomes of three readers, who are served over one connection one after the other, when it
 * goes wrong for the second: the first is served, the third waits. Readers are 1, 2 and 3.
 */
interface Fate {
  /** Their states in the ledger. */
  readonly first: string;
  /** Whose messages the relay has, in the order that it got them. */
  readonly inbox: string;
  /** Why the send stopped before its end. */
  readonly stopped?: 'relay';
  /** The same after a second send, half an hour later, when the fault is gone. */
  readonly later: string;
  readonly inboxLater: string;
}

const ALL = 'accepted accepted accepted';

const NOBODY_YET: Fate = {
  ...{ first: 'queued queued queued', inbox: '', stopped: 'relay' },
  ...{ later: ALL, inboxLater: '1 2 3' },
};
const ONE_ALREADY: Fate = {
  ...{ first: 'accepted queued queued', inbox: '1', stopped: 'relay' },
  ...{ later: ALL, inboxLater: '1 2 3' },
};
const TWO_NEVER: Fate = {
  ...{ first: 'accepted failed accepted', inbox: '1 3' },
  ...{ later: 'accepted failed accepted', inboxLater: '1 3' },
};
const TWO_LATER: Fate = {
  ...{ first: 'accepted deferred accepted', inbox: '1 3' },
  ...{ later: ALL, inboxLater: '1 3 2' },
};
const TWO_IN_DOUBT: Fate = {
  ...{ first: 'accepted inDoubt queued', inbox: '1', stopped: 'relay' },
  ...{ later: ALL, inboxLater: '1 2 3' },
};
/** The only one who may get it twice: the relay had it, and did not say so. */
const TWO_TWICE: Fate = { ...TWO_IN_DOUBT, inbox: '1 2', inboxLater: '1 2 2 3' };
const NO_HARM: Fate = { first: ALL, inbox: '1 2 3', later: ALL, inboxLater: '1 2 3' };

/** `act` at `phase`, for the second of the recipients that came. */
function forTheSecond(phase: FaultPhase, act: Act): Script {
  const came: string[] = [];
  return (moment) => {
    const { recipient, connection } = moment;
    // Another relay, of the same test on the other database.
    if (moment.phase === 'banner' && connection === 1) came.length = 0;
    if (recipient !== '' && !came.includes(recipient)) came.push(recipient);
    return recipient !== '' && recipient === came[1] ? at(phase, act)(moment) : undefined;
  };
}

const says = (reply: string): Act => ({ say: `${reply}\r\n` });
const GOODBYE: Act = { say: '421 4.3.2 going down\r\n', close: true };
const HANGS_UP: Act = { close: true };
const HANGS: Act = {};

/** How long a relay that hangs is waited for: longer than all that comes before takes a busy machine. */
const HANGS_MS = 3000;

const TLS: FaultRelayOptions = { extensions: ['STARTTLS', 'PIPELINING'] };

/** What a relay does wrong (after "a relay that"), how, and what becomes of the readers. */
type Fault = readonly [name: string, Script, Fate, FaultRelayOptions?];

const FAULTS: readonly Fault[] = [
  ['refuses connections', at('banner', says('554 5.7.1 blocked')), NOBODY_YET],
  ['says goodbye in place of a greeting', at('banner', GOODBYE), NOBODY_YET],
  ['hangs up in place of a greeting', at('banner', HANGS_UP), NOBODY_YET],
  ['never greets', at('banner', HANGS), NOBODY_YET],
  ['says goodbye to EHLO', at('ehlo', GOODBYE), NOBODY_YET],
  ['never replies to EHLO', at('ehlo', HANGS), NOBODY_YET],
  ['refuses STARTTLS', at('starttls', says('454 4.7.0 not now')), NOBODY_YET, TLS],
  ['answers the handshake with something else', at('handshake', says('hello')), NOBODY_YET, TLS],
  ['refuses the sender', at('mail', says('550 5.7.1 not you')), NOBODY_YET],
  ['refuses a recipient', forTheSecond('rcpt', says('550 5.1.1 nobody')), TWO_NEVER],
  ['refuses a recipient for now', forTheSecond('rcpt', says('450 4.2.1 later')), TWO_LATER],
  ['says goodbye to a recipient', forTheSecond('rcpt', GOODBYE), TWO_LATER],
  ['hangs up at a recipient', forTheSecond('rcpt', HANGS_UP), ONE_ALREADY],
  ['never replies to a recipient', forTheSecond('rcpt', HANGS), ONE_ALREADY],
  ['refuses DATA for now', forTheSecond('data', says('451 4.3.0 later')), TWO_LATER],
  ['hangs up at DATA', forTheSecond('data', HANGS_UP), ONE_ALREADY],
  ['never replies to DATA', forTheSecond('data', HANGS), ONE_ALREADY],
  ['refuses a message', forTheSecond('dot', says('554 5.7.1 spam')), TWO_NEVER],
  ['refuses a message for now', forTheSecond('dot', says('451 4.7.1 later')), TWO_LATER],
  ['says goodbye to a message', forTheSecond('dot', GOODBYE), TWO_LATER],
  ['has no message and hangs up', forTheSecond('dot', HANGS_UP), TWO_IN_DOUBT],
  ['has a message and hangs up', forTheSecond('dot', { ...HANGS_UP, keep: true }), TWO_TWICE],
  ['has no message and never replies', forTheSecond('dot', HANGS), TWO_IN_DOUBT],
  ['has a message and never replies', forTheSecond('dot', { ...HANGS, keep: true }), TWO_TWICE],
  [
    'has a message and replies without end',
    forTheSecond('dot', { say: '250-more\r\n'.repeat(500_000), keep: true }),
    TWO_TWICE,
  ],
  [
    'replies with a million bytes',
    forTheSecond('dot', says(`250 ${'a'.repeat(999_994)}`)),
    NO_HARM,
  ],
  ['replies byte by byte', () => undefined, NO_HARM, { inPieces: true }],
];

for (const [name, script, fate, options] of FAULTS) {
  testOnBoth(
    `a relay that ${name} loses nobody, and only who is in doubt may get it twice`,
    async (t) => {
      const relay = await openFaultRelay(t, script, options);
      const subscribers = ['ada', 'bob', 'cyd'].map((who) => `${who}@example.org`);
      const relayUrl = `${relay.url}?certificate=self-signed`;
      const testSite = await openTestSite(t, { subscribers, relayUrl, connections: 1 });
      await testSite.putEdition();

      const report = await send(testSite, name.includes('never') ? HANGS_MS : PATIENCE_MS);
      const { order, states } = await deliveries(testSite);
      const inbox = () => relay.kept.map(({ to }) => order.indexOf(to) + 1).join(' ');
      assert.equal(states, fate.first);
      assert.equal(inbox(), fate.inbox);
      assert.equal(report?.stopped?.because, fate.stopped);
      assert.deepEqual(
        report?.inDoubt.map(({ address }) => address),
        order.filter((_, index) => fate.first.split(' ')[index] === 'inDoubt'),
      );

      relay.mend();
      testSite.setTime('2026-03-20T07:30Z');
      await send(testSite);
      assert.equal((await deliveries(testSite)).states, fate.later);
      assert.equal(inbox(), fate.inboxLater);
      const idOf = (raw: Buffer) => /^Message-ID: (\S+)/m.exec(raw.toString())?.[1];
      const ids = relay.kept.map(({ to, raw }) => `${to} ${idOf(raw)}`);
      assert.equal(new Set(ids).size, new Set(relay.kept.map(({ to }) => to)).size);
    },
  );
}

testOnBoth(
  'a relay that has no SMTPUTF8 fails whose address needs it, and nobody else',
  async (t) => {
    const relay = await openFaultRelay(t, () => undefined, { extensions: ['PIPELINING'] });
    const subscribers = ['ada@example.org', 'böb@example.org', 'cyd@example.org'];
    const testSite = await openTestSite(t, { subscribers, relayUrl: relay.url, connections: 1 });
    await testSite.putEdition();
    await send(testSite);
    assert.deepEqual(await testSite.states(), {
      ...{ 'ada@example.org': 'accepted', 'böb@example.org': 'failed' },
      'cyd@example.org': 'accepted',
    });
    assert.deepEqual(relay.kept.map(({ to }) => to).toSorted(), [subscribers[0], subscribers[2]]);
  },
);

testOnBoth('a relay that has a certificate that nobody vouches for gets nothing', async (t) => {
  const relay = await openFaultRelay(t, () => undefined, TLS);
  const subscribers = ['ada@example.org'];
  const testSite = await openTestSite(t, { subscribers, relayUrl: relay.url, connections: 1 });
  await testSite.putEdition();
  const report = await send(testSite);
  assert.match(report?.stopped?.message ?? '', /has trouble with TLS: self-signed certificate/);
  assert.deepEqual(await testSite.states(), { 'ada@example.org': 'queued' });
  assert.deepEqual(relay.kept, []);
  assert.deepEqual(relay.commands.slice(1), ['STARTTLS']);
});

/** As `send --yes` does, with relays that are waited for so long. */
async function send({ deps }: TestSite, waitMs = PATIENCE_MS): Promise<SendReport | undefined> {
  const impatient: typeof openRelay = (settings) =>
    openRelay({ ...settings, timeouts: { connectMs: waitMs, silenceMs: waitMs } });
  const prepared = await prepareSend(deps, { newsletter: NEWSLETTER });
  if (prepared.kind !== 'ready') return undefined;
  return deliverEdition({ ...deps, openRelay: impatient }, prepared);
}

/** Who is served first, second and third, and their states. */
async function deliveries({ deps }: TestSite): Promise<{ order: string[]; states: string }> {
  const rows = await deps.store.db
    .selectFrom('deliveries')
    .select(['address', 'state'])
    .orderBy('id')
    .execute();
  return {
    order: rows.map(({ address }) => address),
    states: rows.map(({ state }) => state).join(' '),
  };
}
