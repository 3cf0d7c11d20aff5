import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test as testOnce } from 'node:test';
import { callUrl } from '../../src/schedule/call-url.ts';
import { claimSlot } from '../../src/schedule/queries/slots.ts';
import { runCommand } from '../../src/schedule/run-command.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { test } from '../support/databases.ts';
import { newFolder } from '../support/desk.ts';
import { closedPort } from '../support/inbox.ts';
import { openScheduledSite } from '../support/schedule.ts';
import { address, configFor, NEWSLETTER } from '../support/test-site.ts';
import { inTime } from '../support/wait-for.ts';
import { openWebListener } from '../support/web-listener.ts';

const ADA = 'ada@example.org';
const NEVER = new AbortController().signal;
const A_DAY_MS = 86_400_000;

test('a held slot is reported once: to a command in its environment, to a URL as JSON', async (t) => {
  const listener = await openWebListener(t);
  const variables = ['SUBJECT', 'NEWSLETTER', 'DAY', 'STATE', 'REASON', 'COUNT', 'EDITION'];
  const print = variables.map((name) => `"$BROADSHEET_ALERT_${name}"`).join(' ');
  const file = join(newFolder(t), 'alerts');
  const scheduledSite = await openScheduledSite(t, {
    ...{ subscribers: [ADA], now: '2026-03-19T08:00Z' },
    alerts: {
      command: `printf '%s\\n' ${print} >> '${file}'`,
      url: `${listener.url}hook?key=secret`,
    },
  });
  await scheduledSite.checkAt('2026-03-19T08:00Z');
  await scheduledSite.checkAt('2026-03-20T10:00Z');
  for (let time = 0; time < 3; time += 1) {
    await scheduledSite.tell();
    // However long after.
    await scheduledSite.deps.store.db
      .updateTable('slots')
      .set({ lease_until: '2000-01-01' })
      .execute();
  }
  const subject = `${NEWSLETTER} of 2026-03-20: held: 3 hours late`;
  const said = readFileSync(file, 'utf8').split('\n');
  assert.deepEqual(said, [
    subject,
    NEWSLETTER,
    '2026-03-20',
    'held',
    'held: 3 hours late',
    '1',
    '',
    '',
  ]);
  assert.equal(listener.calls.length, 1);
  const [{ method = '', path = '', body = '' } = {}] = listener.calls;
  assert.deepEqual([method, path], ['POST', '/hook?key=secret']);
  const { text, slots } = JSON.parse(body) as { text: string; slots: unknown };
  assert.match(
    text,
    /`broadsheet schedule run 2026-03-20 --newsletter politics-essential` sends it now/,
  );
  assert.deepEqual(slots, [
    {
      day: '2026-03-20',
      dueAt: '2026-03-20T07:00:00.000Z',
      state: 'held',
      reason: 'held: 3 hours late',
    },
  ]);
  assert.ok(!scheduledSite.logged.join('\n').includes('secret'));
});

test('programs that read the same pending slots send one alert and ask the editor once', async (t) => {
  const listener = await openWebListener(t);
  const newsletter = { approve: true, editor: address('editor@harbour.example') };
  const scheduledSite = await openScheduledSite(t, {
    ...{ subscribers: [ADA], now: '2026-03-18T08:00Z', newsletter },
    alerts: { url: listener.url },
  });
  await scheduledSite.checkAt('2026-03-18T08:00Z');
  scheduledSite.write('The wall stands');
  await scheduledSite.checkAt('2026-03-20T07:00Z');
  assert.deepEqual(await scheduledSite.slots(), [
    '2026-03-19 held: 24 hours late',
    '2026-03-20 approval',
  ]);
  await Promise.all([scheduledSite.tell(), scheduledSite.tell(), scheduledSite.tell()]);
  assert.equal(listener.calls.length, 1);
  assert.equal(scheduledSite.testSite.inbox.messages.length, 1);
  // A program that has read the slot before it was reported, and claims it afterwards.
  const slot = await scheduledSite.slot('2026-03-20');
  assert.ok(slot);
  const claimed = await claimSlot(scheduledSite.deps.store, slot, 60, 'approval');
  assert.equal(claimed, undefined);
});

test('an alert that reached nobody is sent again after five minutes', async (t) => {
  const scheduledSite = await openScheduledSite(t, {
    ...{ subscribers: [ADA], now: '2026-03-19T08:00Z' },
    alerts: { command: 'echo no such thing >&2; exit 3' },
  });
  await scheduledSite.checkAt('2026-03-19T08:00Z');
  await scheduledSite.checkAt('2026-03-20T10:00Z');
  await scheduledSite.tell();
  await scheduledSite.tell();
  const count = () =>
    scheduledSite.logged.filter((line) => line.includes('ended with 3: no such thing')).length;
  assert.equal(count(), 1);
  await scheduledSite.deps.store.db
    .updateTable('slots')
    .set({ lease_until: '2000-01-01' })
    .execute();
  await scheduledSite.tell();
  assert.equal(count(), 2);
});

test('a heartbeat is sent once for each slot that went well, and for no other', async (t) => {
  const listener = await openWebListener(t);
  const scheduledSite = await openScheduledSite(t, {
    ...{ subscribers: [ADA], now: '2026-03-31T08:00Z' },
    alerts: { heartbeatUrl: `${listener.url}beat` },
  });
  await scheduledSite.checkAt('2026-03-31T08:00Z');
  scheduledSite.write('The wall stands');
  const beats: number[] = [];
  // Sent, nothing new, a holiday, a holiday; then too late.
  for (const day of ['04-01', '04-02', '04-03', '04-06']) {
    await scheduledSite.checkAt(`2026-${day}T06:00Z`);
    await scheduledSite.tell();
    await scheduledSite.deliver();
    await scheduledSite.tell();
    await scheduledSite.tell();
    beats.push(listener.calls.length);
  }
  assert.deepEqual(beats, [1, 2, 3, 4]);
  await scheduledSite.checkAt('2026-04-07T10:00Z');
  await scheduledSite.tell();
  assert.equal(listener.calls.length, 4);
  assert.deepEqual(
    [...new Set(listener.calls.map(({ method, path }) => `${method} ${path}`))],
    ['GET /beat'],
  );
});

test('an edition that nobody gets within 2 hours because the relay is away causes an alert; when it is sent later, a heartbeat', async (t) => {
  const listener = await openWebListener(t);
  const scheduledSite = await openScheduledSite(t, {
    ...{ subscribers: [ADA], now: '2026-03-19T08:00Z' },
    alerts: { url: `${listener.url}alert`, heartbeatUrl: `${listener.url}beat` },
  });
  await scheduledSite.checkAt('2026-03-19T08:00Z');
  scheduledSite.write('The wall stands');
  const { relays } = scheduledSite.deps.config;
  const away = configFor(scheduledSite.testSite, `smtp://127.0.0.1:${closedPort()}`).relays;
  Object.assign(scheduledSite.deps.config, { relays: away });
  await scheduledSite.checkAt('2026-03-20T07:00Z');
  await scheduledSite.deliver();
  await scheduledSite.tell();
  assert.equal(listener.calls.length, 0);
  assert.match(
    (await scheduledSite.slots())[0] ?? '',
    /^2026-03-20 sending: .*ECONNREFUSED|^2026-03-20 sending: /,
  );
  await scheduledSite.checkAt('2026-03-20T09:01Z');
  await scheduledSite.tell();
  await scheduledSite.tell();
  assert.equal(listener.calls.length, 1);
  assert.match(listener.calls[0]?.body ?? '', /nobody has got it yet: /);
  Object.assign(scheduledSite.deps.config, { relays });
  await scheduledSite.deliver();
  await scheduledSite.tell();
  assert.deepEqual(
    listener.calls.map(({ path }) => path),
    ['/alert', '/beat'],
  );
  assert.equal((await scheduledSite.slots())[0], '2026-03-20 sent: 1 of 1');
});

test('a day that passes without its edition causes an alert, also if an editor never answered', async (t) => {
  const listener = await openWebListener(t);
  const newsletter = { approve: true, editor: address('editor@harbour.example') };
  const scheduledSite = await openScheduledSite(t, {
    ...{ subscribers: [ADA], now: '2026-03-19T08:00Z', newsletter },
    alerts: { url: listener.url },
  });
  await scheduledSite.checkAt('2026-03-19T08:00Z');
  scheduledSite.write('The wall stands');
  await scheduledSite.checkAt('2026-03-20T07:00Z');
  await scheduledSite.checkAt('2026-03-20T23:59Z');
  await scheduledSite.tell();
  assert.equal(listener.calls.length, 0);
  await scheduledSite.checkAt('2026-03-21T00:00Z');
  await scheduledSite.tell();
  await scheduledSite.tell();
  assert.equal(listener.calls.length, 1);
  assert.match(
    listener.calls[0]?.body ?? '',
    /the day has passed without its edition \(approval\)/,
  );
  assert.match(listener.calls[0]?.body ?? '', /editions approve politics-essential-2026-03-20/);
});

testOnce(
  'a URL that answers with a server error is called three times, one that refuses is called once',
  async (t) => {
    const busy = await openWebListener(t, (call) => (call < 3 ? 503 : 200));
    assert.equal(await callUrl(busy.url, { text: 'x' }, NEVER, [20, 80]), undefined);
    assert.equal(busy.calls.length, 3);
    const gone = await openWebListener(t, () => 404);
    assert.equal(await callUrl(gone.url, undefined, NEVER), 'it answered 404');
    assert.equal(gone.calls.length, 1);
  },
);

testOnce(
  'a URL that cannot be reached is reported without the URL; an abort does not wait for an answer',
  async () => {
    const url = `http://127.0.0.1:${closedPort()}/key-of-the-house`;
    const trouble = await callUrl(url, undefined, NEVER, []);
    assert.equal(trouble, 'it cannot be reached (ECONNREFUSED)');
    const stop = new AbortController();
    stop.abort();
    const stopped = callUrl(url, undefined, stop.signal, [A_DAY_MS]);
    await inTime('the end of a call that is stopped', stopped);
  },
);

testOnce('a command that does not end is killed, with the processes that it started', async (t) => {
  const ended = runCommand('sleep 600 & sleep 600', {}, 300);
  assert.equal(await inTime('its end', ended), 'the command took longer than 0.3 seconds');
  assert.equal(
    await runCommand('no-such-command-here', {}).then((text) => /ended with 127/.test(text ?? '')),
    true,
  );
  // What it leaves running keeps nobody waiting.
  const left = join(newFolder(t), 'pid');
  const leaving = runCommand('sleep 600 & echo $! > "$LEFT"; exit 0', { LEFT: left });
  cleanUpAfter(t, () => process.kill(Number(readFileSync(left, 'utf8')), 'SIGKILL'));
  assert.equal(await inTime('the end of a command', leaving), undefined);
});

testOnce('a redirected alert counts as not sent', async (t) => {
  const asked: string[] = [];
  const server = createServer((request, reply) => {
    asked.push(`${request.method} ${request.url}`);
    if (request.url === '/hook') reply.writeHead(302, { location: '/sign-in' });
    reply.end();
  }).listen(0, '127.0.0.1');
  cleanUpAfter(t, () => server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/hook`;
  assert.equal(await callUrl(url, { text: 'x' }, NEVER), 'it answered 302');
  assert.deepEqual(asked, ['POST /hook']);
});
