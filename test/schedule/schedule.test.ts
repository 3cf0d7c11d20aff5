import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test as testOnce } from 'node:test';
import { holdDatabase } from '../../src/database/identity.ts';
import { pauseEditionById, resumeEditionById } from '../../src/delivery/editions/manage-edition.ts';
import { composeEdition } from '../../src/editions/compose/compose-edition.ts';
import { draftEdition } from '../../src/editions/compose/draft-edition.ts';
import { cancelForgotten } from '../../src/recovery/catch-up-with-journal.ts';
import { checkSchedule } from '../../src/schedule/check-schedule.ts';
import { runSlotByHand, skipSlot } from '../../src/schedule/decide-by-hand.ts';
import { runSlot } from '../../src/schedule/run-slot.ts';
import { openCalendars } from '../../src/settings/open-calendars.ts';
import { damageFile } from '../support/damage.ts';
import { test } from '../support/databases.ts';
import { openScheduledSite } from '../support/schedule.ts';
import { address, makeEdition, NEWSLETTER } from '../support/test-site.ts';

const ADA = 'ada@example.org';
const BOB = 'bob@example.org';
const EDITION = `${NEWSLETTER}-2026-03-20`;

test('a due slot composes the edition, and everyone gets it once, however often the schedule is checked', async (t) => {
  const scheduledSite = await openScheduledSite(t, {
    subscribers: [ADA, BOB],
    now: '2026-03-20T06:00Z',
  });
  await scheduledSite.checkAt('2026-03-20T06:00Z');
  scheduledSite.write('The wall stands');
  await scheduledSite.checkAt('2026-03-20T06:59:59Z');
  assert.deepEqual(await scheduledSite.slots(), []);
  await scheduledSite.checkAt('2026-03-20T07:00Z');
  assert.deepEqual(await scheduledSite.slots(), ['2026-03-20 sending']);
  await scheduledSite.deliver();
  assert.deepEqual(await scheduledSite.slots(), ['2026-03-20 sent: 2 of 2']);
  for (const minute of ['01', '02', '59']) {
    await scheduledSite.checkAt(`2026-03-20T07:${minute}:00Z`);
    await scheduledSite.deliver();
  }
  assert.deepEqual(scheduledSite.testSite.inbox.messages.map(({ to }) => to).toSorted(), [
    ADA,
    BOB,
  ]);
  assert.equal((await scheduledSite.slot('2026-03-20'))?.edition, EDITION);
  assert.equal((await scheduledSite.slot('2026-03-23'))?.state, 'open');
});

test('a program that was overtaken while composing stores no second edition, whatever posts are new', async (t) => {
  for (const approve of [false, true]) {
    const newsletter = { approve, editor: address('editor@harbour.example') };
    const scheduledSite = await openScheduledSite(t, {
      subscribers: [ADA],
      now: '2026-03-19T08:00Z',
      newsletter,
    });
    await scheduledSite.checkAt('2026-03-19T08:00Z');
    scheduledSite.write('The wall stands');
    scheduledSite.testSite.setTime('2026-03-20T07:00Z');
    const slot = await scheduledSite.slot('2026-03-20');
    const [scheduled] = openCalendars(scheduledSite.deps.config, scheduledSite.deps.log);
    assert.ok(slot && scheduled);
    // Both have found it open, and both took it in hand: the lease of the first was over.
    const work = { deps: scheduledSite.deps, scheduled, slot, draft: draftEdition };
    const first = await runSlot(work);
    assert.equal(first?.state, approve ? 'approval' : 'sending');
    scheduledSite.write('Ferry fares rise');
    assert.equal(await runSlot(work), undefined);
    const editions = await scheduledSite.deps.store.db
      .selectFrom('editions')
      .select('id')
      .execute();
    assert.deepEqual(
      editions.map(({ id }) => id),
      [EDITION],
    );
  }
});

test('a new newsletter has no slots for past days', async (t) => {
  const scheduledSite = await openScheduledSite(t, {
    subscribers: [ADA],
    now: '2026-03-20T07:01Z',
  });
  scheduledSite.write('The wall stands');
  await scheduledSite.checkAt('2026-03-20T07:01Z');
  await scheduledSite.checkAt('2026-03-20T08:00Z');
  assert.deepEqual(await scheduledSite.slots(), []);
  await scheduledSite.checkAt('2026-03-23T07:00Z');
  assert.deepEqual(await scheduledSite.slots(), ['2026-03-23 sending']);
});

test('a day without new posts, a holiday and a day without subscribers are skipped, with the reason', async (t) => {
  const scheduledSite = await openScheduledSite(t, { now: '2026-04-01T20:00Z' });
  await scheduledSite.checkAt('2026-04-01T20:00Z');
  scheduledSite.write('Ferry fares rise');
  await scheduledSite.checkAt('2026-04-02T06:00Z');
  await scheduledSite.testSite.add(ADA);
  await scheduledSite.checkAt('2026-04-03T06:00Z');
  await scheduledSite.checkAt('2026-04-06T06:00Z');
  await scheduledSite.checkAt('2026-04-07T06:00Z');
  await scheduledSite.deliver();
  await scheduledSite.checkAt('2026-04-08T06:00Z');
  assert.deepEqual(await scheduledSite.slots(), [
    '2026-04-02 skipped: nobody is subscribed',
    '2026-04-03 skipped: a holiday: Good Friday',
    '2026-04-06 skipped: a holiday: Easter Monday',
    '2026-04-07 sent: 1 of 1',
    '2026-04-08 skipped: no new story',
  ]);
});

test('a machine that slept at the scheduled time sends if it wakes within 2 hours; later the slot is held', async (t) => {
  const scheduledSite = await openScheduledSite(t, {
    subscribers: [ADA],
    now: '2026-03-19T08:00Z',
  });
  await scheduledSite.checkAt('2026-03-19T08:00Z');
  scheduledSite.write('The wall stands');
  await scheduledSite.checkAt('2026-03-20T09:00Z');
  await scheduledSite.deliver();
  scheduledSite.write('Ferry fares rise');
  await scheduledSite.checkAt('2026-03-23T09:00:01Z');
  await scheduledSite.checkAt('2026-03-23T09:05Z');
  await scheduledSite.deliver();
  assert.deepEqual(await scheduledSite.slots(), [
    '2026-03-20 sent: 1 of 1',
    '2026-03-23 held: 2 hours late',
  ]);
});

test('after a service was down for 30 days, the slots of the last 7 are held, and reported once', async (t) => {
  const scheduledSite = await openScheduledSite(t, {
    ...{ subscribers: [ADA], now: '2026-05-29T06:00Z' },
    alerts: { command: 'exit 0' },
  });
  await scheduledSite.checkAt('2026-05-29T07:00Z');
  scheduledSite.write('The wall stands');
  await scheduledSite.checkAt('2026-06-29T20:00Z');
  const slots = await scheduledSite.slots();
  assert.deepEqual(slots, [
    '2026-06-01 held: 28 days late',
    '2026-06-22 held: 7 days late',
    '2026-06-23 held: 6 days late',
    '2026-06-24 held: 5 days late',
    '2026-06-25 held: 4 days late',
    '2026-06-26 held: 3 days late',
    '2026-06-29 held: 14 hours late',
  ]);
  await scheduledSite.tell();
  await scheduledSite.tell();
  const alarms = scheduledSite.logged.filter((line) => line.startsWith('trouble:'));
  assert.deepEqual(alarms, [`trouble: ${NEWSLETTER}: 6 editions did not go out as they should`]);
});

test('if an editor skips a future day, missed days before it are still held', async (t) => {
  const scheduledSite = await openScheduledSite(t, {
    subscribers: [ADA],
    now: '2026-03-16T08:00Z',
  });
  await scheduledSite.checkAt('2026-03-16T08:00Z');
  const skipped = await skipSlot(
    scheduledSite.deps,
    NEWSLETTER,
    '2026-03-19',
    'the office is closed',
  );
  assert.equal(skipped.state, 'skipped');
  scheduledSite.write('The wall stands');
  await scheduledSite.checkAt('2026-03-19T07:00Z');
  assert.deepEqual(await scheduledSite.slots(), [
    '2026-03-17 held: 2 days late',
    '2026-03-18 held: 24 hours late',
    '2026-03-19 skipped: the office is closed',
  ]);
});

test('an editor can have a held slot sent, once, or skip it', async (t) => {
  const scheduledSite = await openScheduledSite(t, {
    subscribers: [ADA],
    now: '2026-03-18T08:00Z',
  });
  await scheduledSite.checkAt('2026-03-18T08:00Z');
  scheduledSite.write('The wall stands');
  await scheduledSite.checkAt('2026-03-20T06:00Z');
  assert.deepEqual(await scheduledSite.slots(), ['2026-03-19 held: 23 hours late']);
  const run = await runSlotByHand(scheduledSite.deps, NEWSLETTER, '2026-03-19');
  assert.deepEqual([run.state, run.edition], ['sending', EDITION]);
  await assert.rejects(
    runSlotByHand(scheduledSite.deps, NEWSLETTER, '2026-03-19'),
    /has its edition already/,
  );
  await assert.rejects(
    skipSlot(scheduledSite.deps, NEWSLETTER, '2026-03-19', undefined),
    /has its edition already/,
  );
  await assert.rejects(runSlotByHand(scheduledSite.deps, NEWSLETTER, '2026-03-20'), /not due yet/);
  await assert.rejects(
    runSlotByHand(scheduledSite.deps, NEWSLETTER, '2026-03-21'),
    /no slot on 2026-03-21/,
  );
  await scheduledSite.deliver();
  // The slot of today is another one.
  scheduledSite.write('Ferry fares rise');
  await scheduledSite.checkAt('2026-03-20T12:00Z');
  await skipSlot(scheduledSite.deps, NEWSLETTER, '2026-03-20', undefined);
  await scheduledSite.checkAt('2026-03-20T12:01Z');
  assert.deepEqual(await scheduledSite.slots(), [
    '2026-03-19 sent: 1 of 1',
    '2026-03-20 skipped: an editor said so',
  ]);
  assert.equal(scheduledSite.testSite.inbox.messages.length, 1);
});

test('a day with too few stories waits, is checked every 5 minutes, and is sent when there are enough', async (t) => {
  const schedule = { whenTooFew: 'wait' } as const;
  const newsletter = { minimumStories: 2 };
  const scheduledSite = await openScheduledSite(t, {
    subscribers: [ADA],
    now: '2026-03-19T08:00Z',
    schedule,
    newsletter,
  });
  await scheduledSite.checkAt('2026-03-19T08:00Z');
  scheduledSite.write('The wall stands');
  await scheduledSite.checkAt('2026-03-20T07:00Z');
  const waiting = '2026-03-20 waiting: fewer than 2 new stories yet; looks again until 12:00';
  assert.deepEqual(await scheduledSite.slots(), [waiting]);
  scheduledSite.write('Ferry fares rise');
  await scheduledSite.checkAt('2026-03-20T07:04Z');
  assert.deepEqual(await scheduledSite.slots(), [waiting]);
  await scheduledSite.checkAt('2026-03-20T07:05Z');
  await scheduledSite.deliver();
  // Nothing comes: at noon it is over.
  await scheduledSite.checkAt('2026-03-23T07:00Z');
  await scheduledSite.checkAt('2026-03-23T11:58Z');
  await scheduledSite.checkAt('2026-03-23T12:03Z');
  // Asleep from before the end of waiting until long after it.
  await scheduledSite.checkAt('2026-03-24T07:00Z');
  await scheduledSite.checkAt('2026-03-24T14:01Z');
  assert.deepEqual(await scheduledSite.slots(), [
    '2026-03-20 sent: 1 of 1',
    '2026-03-23 skipped: fewer than 2 new stories',
    '2026-03-24 held: 2 hours late',
  ]);
});

test('an edition that was sent by hand is the edition of the day', async (t) => {
  const scheduledSite = await openScheduledSite(t, {
    subscribers: [ADA, BOB],
    now: '2026-03-19T08:00Z',
  });
  await scheduledSite.checkAt('2026-03-19T08:00Z');
  scheduledSite.write('The wall stands');
  scheduledSite.testSite.setTime('2026-03-20T06:00Z');
  await scheduledSite.testSite.send();
  scheduledSite.write('Ferry fares rise');
  await scheduledSite.checkAt('2026-03-20T07:00Z');
  await scheduledSite.checkAt('2026-03-20T07:01Z');
  await scheduledSite.deliver();
  assert.deepEqual(await scheduledSite.slots(), ['2026-03-20 sent: sent by hand: 2 of 2']);
  assert.equal(scheduledSite.testSite.inbox.messages.length, 2);
});

test('an edition that was composed by hand and not sent is sent at its time; one that an editor paused is held', async (t) => {
  const scheduledSite = await openScheduledSite(t, {
    subscribers: [ADA],
    now: '2026-03-19T08:00Z',
  });
  await scheduledSite.checkAt('2026-03-19T08:00Z');
  scheduledSite.write('The wall stands');
  scheduledSite.testSite.setTime('2026-03-19T20:00Z');
  await composeEdition(scheduledSite.deps, NEWSLETTER);
  await scheduledSite.checkAt('2026-03-20T07:00Z');
  await scheduledSite.deliver();
  assert.equal((await scheduledSite.slot('2026-03-20'))?.edition, `${NEWSLETTER}-2026-03-19`);
  scheduledSite.write('Ferry fares rise');
  scheduledSite.testSite.setTime('2026-03-23T06:00Z');
  await composeEdition(scheduledSite.deps, NEWSLETTER);
  const id = `${NEWSLETTER}-2026-03-23`;
  await pauseEditionById(scheduledSite.deps, id, 'a wrong name in the lead');
  await scheduledSite.checkAt('2026-03-23T07:00Z');
  assert.deepEqual(await scheduledSite.slots(), [
    '2026-03-20 sent: 1 of 1',
    '2026-03-23 held: it was paused: a wrong name in the lead',
  ]);
  await resumeEditionById(scheduledSite.deps, id);
  await scheduledSite.testSite.send();
  await scheduledSite.checkAt('2026-03-23T08:00Z');
  assert.equal((await scheduledSite.slots()).at(-1), '2026-03-23 sent: 1 of 1');
});

test('an edition that only the journal of a restored backup knows is the edition of its day', async (t) => {
  const scheduledSite = await openScheduledSite(t, {
    subscribers: [ADA],
    now: '2026-03-19T08:00Z',
  });
  await scheduledSite.checkAt('2026-03-19T08:00Z');
  const at = '2026-03-20T06:30:00.000Z';
  const { id: edition, html: _html, text: _text, ...composed } = makeEdition(EDITION);
  await cancelForgotten(scheduledSite.deps.store.db, { edition, at, composed });
  scheduledSite.write('Ferry fares rise');
  await scheduledSite.checkAt('2026-03-20T07:00Z');
  await scheduledSite.deliver();
  assert.deepEqual(await scheduledSite.slots(), [
    '2026-03-20 skipped: sent by hand: its edition was cancelled',
  ]);
  assert.equal(scheduledSite.testSite.inbox.messages.length, 0);
});

test('a held slot whose edition an editor sends by hand becomes sent by hand', async (t) => {
  const scheduledSite = await openScheduledSite(t, {
    subscribers: [ADA],
    now: '2026-03-19T08:00Z',
  });
  await scheduledSite.checkAt('2026-03-19T08:00Z');
  scheduledSite.write('The wall stands');
  await scheduledSite.checkAt('2026-03-20T10:30Z');
  assert.deepEqual(await scheduledSite.slots(), ['2026-03-20 held: 3 hours late']);
  await scheduledSite.testSite.send();
  await scheduledSite.checkAt('2026-03-20T10:31Z');
  assert.deepEqual(await scheduledSite.slots(), ['2026-03-20 sent: sent by hand: 1 of 1']);
});

test('a database on hold, a missing secret and a relay without a URL hold the slot, with the reason', async (t) => {
  const scheduledSite = await openScheduledSite(t, {
    subscribers: [ADA],
    now: '2026-03-19T08:00Z',
  });
  await scheduledSite.checkAt('2026-03-19T08:00Z');
  scheduledSite.write('The wall stands');
  const { deps } = scheduledSite;
  const withConfig = async (change: object, instant: string) => {
    scheduledSite.testSite.setTime(instant);
    const changed = { ...deps, config: { ...deps.config, ...change } };
    await checkSchedule(changed, openCalendars(changed.config, deps.log));
  };
  const { url: _url, ...relay } = deps.config.relays[0];
  await withConfig({ secrets: [] }, '2026-03-20T07:00Z');
  await withConfig({ relays: [relay] }, '2026-03-23T07:00Z');
  await holdDatabase(deps.store.db, { since: '2026-03-24T06:00:00.000Z', because: 'was copied' });
  await scheduledSite.checkAt('2026-03-24T07:00Z');
  const slots = await scheduledSite.slots();
  assert.equal(slots.length, 3);
  assert.match(slots[0] ?? '', /^2026-03-20 held: BROADSHEET_SECRET is not set/);
  assert.match(slots[1] ?? '', /^2026-03-23 held: the relay .* has no URL/);
  assert.match(slots[2] ?? '', /^2026-03-24 held: this database was copied; it sends nothing/);
  assert.equal(scheduledSite.testSite.inbox.messages.length, 0);
});

testOnce('a slot of a damaged database is held, with the reason', async (t) => {
  const scheduledSite = await openScheduledSite(t, {
    subscribers: [ADA],
    now: '2026-03-19T08:00Z',
  });
  await scheduledSite.checkAt('2026-03-19T08:00Z');
  scheduledSite.write('The wall stands');
  damageFile(join(scheduledSite.testSite.folder, 'paper.db'));
  await scheduledSite.checkAt('2026-03-20T07:00Z');
  assert.match((await scheduledSite.slots()).join(), /^2026-03-20 held: .*paper\.db is damaged: /);
});

test('composing that fails is tried again; when it is too late, the slot gives the reason', async (t) => {
  const scheduledSite = await openScheduledSite(t, {
    subscribers: [ADA],
    now: '2026-03-19T08:00Z',
  });
  await scheduledSite.checkAt('2026-03-19T08:00Z');
  scheduledSite.write('The wall stands');
  let broken = true;
  const { templates } = scheduledSite.deps;
  Object.defineProperty(scheduledSite.deps, 'templates', {
    get() {
      if (broken) throw new Error('the disk is full');
      return templates;
    },
  });
  await scheduledSite.checkAt('2026-03-20T07:00Z');
  assert.deepEqual(await scheduledSite.slots(), ['2026-03-20 open: the disk is full']);
  broken = false;
  await scheduledSite.checkAt('2026-03-20T07:01Z');
  await scheduledSite.deliver();
  broken = true;
  scheduledSite.write('Ferry fares rise');
  await scheduledSite.checkAt('2026-03-23T07:00Z');
  await scheduledSite.checkAt('2026-03-23T09:01Z');
  assert.deepEqual(await scheduledSite.slots(), [
    '2026-03-20 sent: 1 of 1',
    '2026-03-23 held: 2 hours late: the disk is full',
  ]);
});
