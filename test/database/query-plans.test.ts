import assert from 'node:assert/strict';
import { applyFeedback } from '../../src/inbound/apply-feedback.ts';
import { catchUpWithJournal } from '../../src/recovery/catch-up-with-journal.ts';
import { makeReport } from '../../src/reports/make-report.ts';
import { queueReports } from '../../src/reports/queue-reports.ts';
import { askEditors } from '../../src/schedule/ask-editors.ts';
import { checkSchedule } from '../../src/schedule/check-schedule.ts';
import { listSchedule } from '../../src/schedule/list-schedule.ts';
import { reportOutcomes } from '../../src/schedule/report-outcomes.ts';
import { deliverNewsletter } from '../../src/service/deliver-newsletter.ts';
import { measureService } from '../../src/service/measure-service.ts';
import { reportStatus } from '../../src/service/report-status.ts';
import { sendDueHooks, tidyHookEvents } from '../../src/service/send-hooks.ts';
import { openCalendars } from '../../src/settings/open-calendars.ts';
import { HOOK_EVENTS } from '../../src/settings/schema.ts';
import { forgetRequests } from '../../src/site/answer-requests.ts';
import { askReaders, pauseSilent } from '../../src/site/ask-readers.ts';
import { testOnBoth } from '../support/databases.ts';
import { postText } from '../support/program.ts';
import {
  fillLargeTables,
  findScans,
  type Recorded,
  recordStatements,
} from '../support/query-plans.ts';
import { WEEKDAYS } from '../support/schedule.ts';
import { serviceOf } from '../support/site.ts';
import { collectPages } from '../support/site-pages.ts';
import { address, NEWSLETTER, openTestSite } from '../support/test-site.ts';
import { form } from '../support/web.ts';
import type { WholeTestSite } from '../support/whole-test-site.ts';

/** What the test asks for itself, to have the tokens of mails; and the planning of an edition, which is for everyone. */
const NOT_OF_ONE_CLIENT = ['order by "at" desc', 'insert into "deliveries"'];

/** The numbers of /metrics, which are counted once a minute at most. */
const NUMBERS = ['count(*) as "count" from'];

/** Whether an edition was ever sent: it stops at the first. */
const STOPS_AT_ONCE = ['from "editions" where "planned_at" is not null limit'];

const REPORTED = {
  sunset: { afterEditions: 1, pauseAfterDays: 1 },
  editor: address('editor@harbour.example'),
  reportAfterHours: 24,
};

const without = (scans: readonly string[], expected: readonly string[]) =>
  scans.filter((scan) => !expected.some((each) => scan.includes(each)));

testOnBoth(
  'no page, form or link of the site makes the database read a large table as a whole',
  async (t, database) => {
    const recorded: Recorded = new Map();
    const { site } = await collectPages(t, {
      async store({ deps: { store } }) {
        await fillLargeTables(store, database);
        return recordStatements(store, recorded);
      },
    });
    await askTheRest(site);
    assert.ok(recorded.size > 60, `${recorded.size} statements`);
    const scans = await findScans(site.deps.store, database, recorded);
    assert.deepEqual(without(scans, NOT_OF_ONE_CLIENT), []);
  },
);

/** What `collectPages` leaves out, and the mails that answer it. */
async function askTheRest(site: WholeTestSite): Promise<void> {
  const { ask, tokens } = site;
  const person = 'bo@example.org';
  const preferences = async () => `preferences/${await tokens.preferences(person)}`;
  await ask('api/form');
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ address: person, newsletters: ['politics-essential'] });
  await ask('api/subscribe', { method: 'POST', headers, body });
  await ask(`${await preferences()}/data`);
  await ask(await preferences(), form({ save: '1' }));
  const oneClick = form({ 'List-Unsubscribe': 'One-Click' });
  await ask(`unsubscribe/${await tokens.unsubscribe(person)}`, oneClick);
  await ask('/readyz');
  await site.answer();
  await site.publishArchive();
  await ask('archive/politics-essential/');
  await forgetRequests(site.deps);
}

testOnBoth(
  'what the service does by itself reads no large table as a whole, but for its numbers',
  async (t, database) => {
    const recorded: Recorded = new Map();
    const posts = { 'wall.md': postText('The wall stands', '2026-03-19T18:00') };
    const now = '2026-03-19T06:00Z';
    const testSite = await openTestSite(t, {
      subscribers: ['ada@example.org', 'bob@example.org'],
      posts,
      now,
    });
    await fillLargeTables(testSite.deps.store, database);
    const service = serviceOf(testSite);
    const newsletters = service.config.newsletters.map((each) => ({ ...each, schedule: WEEKDAYS }));
    // Nothing answers there.
    const hooks = [{ url: 'http://127.0.0.1:1/', on: [...HOOK_EVENTS] }];
    const config = { ...service.config, newsletters, hooks, hookSecrets: ['whsec_'] };
    const store = recordStatements(testSite.deps.store, recorded);
    const deps = { ...service, config, store };
    const calendars = openCalendars(config, deps.log);
    const { signal } = new AbortController();
    for (const now of ['2026-03-19T07:00Z', '2026-03-20T07:00Z', '2026-03-20T07:05Z']) {
      testSite.setTime(now);
      await checkSchedule(deps, calendars);
      await askEditors(deps, signal);
      for (const newsletter of newsletters) await deliverNewsletter(deps, newsletter, signal);
      await reportOutcomes(deps, calendars, signal);
      await sendDueHooks(deps, signal);
    }
    await applyFeedback(deps, {
      ...{ kind: 'complaint', key: 'complaint x', at: deps.clock(), source: 'ses' },
      about: { kind: 'recipient', address: address('ada@example.org'), messageId: '<x@y>' },
    });
    await tidyHookEvents(deps);
    await measureService(deps);
    await reportStatus(deps);
    await listSchedule(deps, { count: 3 });
    await makeReport(deps, { edition: `${NEWSLETTER}-2026-03-20` });
    testSite.setTime('2026-03-21T07:05Z');
    const reported = newsletters.map((each) => ({ ...each, ...REPORTED }));
    const reporting = { ...deps, config: { ...config, newsletters: reported } };
    assert.equal(await queueReports(reporting), 1);
    assert.equal(await askReaders(reporting, new Map()), 1);
    testSite.setTime('2026-03-23T07:05Z');
    assert.equal(await pauseSilent(reporting), 1);
    await catchUpWithJournal(deps);
    assert.equal(testSite.inbox.messages.length, 2);
    assert.ok(recorded.size > 60, `${recorded.size} statements`);
    const scans = await findScans(testSite.deps.store, database, recorded);
    assert.deepEqual(without(scans, [...NUMBERS, ...STOPS_AT_ONCE]), []);
  },
);
