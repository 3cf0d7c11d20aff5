import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { buildApart } from '../../src/build/build-apart.ts';
import { draftApart, draftEdition } from '../../src/editions/compose/draft-edition.ts';
import { BroadsheetError, EXIT } from '../../src/kernel/errors.ts';
import { checkSchedule } from '../../src/schedule/check-schedule.ts';
import { openCalendars } from '../../src/settings/open-calendars.ts';
import { type EndlessWork, openEndlessWork } from '../support/endless-work.ts';
import { openScheduledSite, type ScheduledSite } from '../support/schedule.ts';

const { signal } = new AbortController();

async function openMorning(t: TestContext): Promise<ScheduledSite> {
  const scheduledSite = await openScheduledSite(t, {
    subscribers: ['ada@example.org'],
    now: '2026-03-19T08:00Z',
  });
  await scheduledSite.checkAt('2026-03-19T08:00Z');
  scheduledSite.write('The wall stands');
  return scheduledSite;
}

/** Looks at the schedule as the service does. */
async function lookApart(
  { deps, testSite }: ScheduledSite,
  at: string,
  limitMs = 60_000,
): Promise<void> {
  testSite.setTime(at);
  await checkSchedule(deps, openCalendars(deps.config, deps.log), {
    draft: (...order) => draftApart(...order, signal, limitMs),
  });
}

/** Runs `work` with `environment`, which the processes that it starts inherit. */
async function within<T>(
  environment: Readonly<Record<string, string>>,
  work: () => Promise<T>,
): Promise<T> {
  Object.assign(process.env, environment);
  try {
    return await work();
  } finally {
    for (const name of Object.keys(environment)) delete process.env[name];
  }
}

test('an edition that is composed in a process of its own is the one that is composed here', async (t) => {
  const scheduledSite = await openMorning(t);
  scheduledSite.testSite.writePost('broken.md', '---\ntitle: B\ndate: 20th March\n---\nText.\n');
  scheduledSite.testSite.setTime('2026-03-20T07:00Z');
  const [newsletter] = scheduledSite.deps.config.newsletters;
  assert.ok(newsletter);
  const { saveFiles: _, ...here } = await draftEdition(scheduledSite.deps, newsletter);
  const { publishedFile } = scheduledSite.deps.config;
  assert.equal(existsSync(publishedFile), false);
  const { saveFiles: __, ...apart } = await draftApart(scheduledSite.deps, newsletter, signal);
  assert.equal(apart.edition?.subject, 'The wall stands');
  assert.equal(apart.posts.leftOut.length, 1);
  assert.deepEqual(apart, here);
  // Before it is stored: no edition knows a post by an id that is forgotten.
  assert.equal(existsSync(publishedFile), true);
});

test('composing that does not end is ended, tried again, and what it failed of is said', async (t) => {
  const scheduledSite = await openMorning(t);
  const endless = openEndlessWork(t, scheduledSite.testSite.folder);
  await within({ ...endless.environment }, () =>
    lookApart(scheduledSite, '2026-03-20T07:00Z', 1000),
  );
  const [open] = await scheduledSite.slots();
  assert.match(
    open ?? '',
    /open: composing the edition took longer than .* and was ended; look for/,
  );
  await endless.untilRunning(0);
  await lookApart(scheduledSite, '2026-03-20T07:01Z');
  assert.deepEqual(await scheduledSite.slots(), ['2026-03-20 sending']);
  await scheduledSite.deliver();
  scheduledSite.write('Ferry fares rise');
  await within({ ...endless.environment }, () =>
    lookApart(scheduledSite, '2026-03-23T07:00Z', 1000),
  );
  await lookApart(scheduledSite, '2026-03-23T09:01Z');
  assert.match(
    (await scheduledSite.slots())[1] ?? '',
    /held: 2 hours late: composing the edition took/,
  );
});

test('composing that dies for lack of memory is reported, and tried again', async (t) => {
  const scheduledSite = await openMorning(t);
  await within({ NODE_OPTIONS: '--max-old-space-size=8' }, () =>
    lookApart(scheduledSite, '2026-03-20T07:00Z'),
  );
  assert.match((await scheduledSite.slots()).join(), /open: composing the edition was cut off/);
  await lookApart(scheduledSite, '2026-03-20T07:01Z');
  assert.deepEqual(await scheduledSite.slots(), ['2026-03-20 sending']);
});

test('composing that is killed while it works is reported, and tried again', async (t) => {
  const scheduledSite = await openMorning(t);
  const endless = openEndlessWork(t, scheduledSite.testSite.folder);
  const looked = within({ ...endless.environment }, () =>
    lookApart(scheduledSite, '2026-03-20T07:00Z'),
  );
  await endless.untilRunning(1);
  for (const pid of endless.running()) process.kill(pid, 'SIGKILL');
  await looked;
  assert.match(
    (await scheduledSite.slots()).join(),
    /open: composing the edition was cut off \(SIGKILL\)/,
  );
});

test('a build that does not end is ended, and says so', async (t) => {
  const { deps, testSite } = await openMorning(t);
  const endless: EndlessWork = openEndlessWork(t, testSite.folder);
  await assert.rejects(
    within({ ...endless.environment }, () => buildApart(deps.config, deps.clock(), signal, 1000)),
    (error) =>
      error instanceof BroadsheetError &&
      error.exitCode === EXIT.data &&
      /the build took longer than .* and was ended/.test(error.message),
  );
  await endless.untilRunning(0);
});

test('a service that is to stop begins to compose no other edition', async (t) => {
  const scheduledSite = await openMorning(t);
  const stopped = AbortSignal.abort();
  scheduledSite.testSite.setTime('2026-03-20T07:00Z');
  await checkSchedule(
    scheduledSite.deps,
    openCalendars(scheduledSite.deps.config, scheduledSite.deps.log),
    {
      signal: stopped,
    },
  );
  assert.deepEqual(await scheduledSite.slots(), ['2026-03-20 open']);
});
