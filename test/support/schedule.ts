import type { TestContext } from 'node:test';
import type { Store } from '../../src/database/open-store.ts';
import type { ServiceDependencies } from '../../src/delivery/send-dependencies.ts';
import { openChangeSignal } from '../../src/kernel/change-signal.ts';
import { type EventLog, silentLog } from '../../src/kernel/log.ts';
import { askEditors } from '../../src/schedule/ask-editors.ts';
import { checkSchedule } from '../../src/schedule/check-schedule.ts';
import { slotOfRow } from '../../src/schedule/queries/slots.ts';
import { reportOutcomes } from '../../src/schedule/report-outcomes.ts';
import type { StoredSlot } from '../../src/schedule/slot.ts';
import { deliverNewsletter } from '../../src/service/deliver-newsletter.ts';
import type { Config } from '../../src/settings/config.ts';
import { openCalendars } from '../../src/settings/open-calendars.ts';
import type {
  AlertSettings,
  NewsletterSettings,
  ScheduleSettings,
} from '../../src/settings/settings.ts';
import { readTexts } from '../../src/templates/read-texts.ts';
import { postText } from './program.ts';
import { openTestSite, type TestSite, type TestSiteOptions } from './test-site.ts';

/** Weekdays at 07:00 in London. */
export const WEEKDAYS: ScheduleSettings = {
  cron: '0 7 * * 1-5',
  holidays: { country: 'GB', region: 'ENG' },
  whenTooFew: 'skip',
  waitUntil: '12:00',
  latestHours: 2,
};

export interface ScheduledSiteOptions extends TestSiteOptions {
  readonly schedule?: Partial<ScheduleSettings>;
  readonly newsletter?: Partial<NewsletterSettings>;
  readonly alerts?: AlertSettings;
}

/** A test site with a schedule, and the parts of the service to call one at a time. */
export interface ScheduledSite {
  readonly testSite: TestSite;
  readonly deps: ServiceDependencies;
  /** What was logged, a line each: `trouble: ...`. */
  readonly logged: string[];
  /** Sets the clock, and checks the schedule once. */
  checkAt(instant: string): Promise<void>;
  /** Sends what is due, once. */
  deliver(): Promise<void>;
  /** Reports how slots ended, and asks editors. */
  tell(): Promise<void>;
  /** `2026-03-20 sent: 2 of 2`, a line for each slot that was due by the clock. */
  slots(): Promise<string[]>;
  slot(day: string): Promise<StoredSlot | undefined>;
  /** A post that is new at the clock's time. */
  write(title: string): void;
}

/** Opens a test site that is sent on weekdays at 07:00; its schedule was not checked yet. */
export async function openScheduledSite(
  t: TestContext,
  options: ScheduledSiteOptions = {},
): Promise<ScheduledSite> {
  const testSite = await openTestSite(t, options);
  const config = configOf(testSite.deps.config, options);
  const logged: string[] = [];
  const log: EventLog = {
    ...silentLog,
    event: (message) => void logged.push(`event: ${message}`),
    trouble: (message) => void logged.push(`trouble: ${message}`),
    failure: (message, error) => void logged.push(`failure: ${message}: ${String(error)}`),
  };
  const deps: ServiceDependencies = {
    ...testSite.deps,
    ...{ config, log, textsOf: readTexts(config.folders.languages) },
    signals: { deliveries: openChangeSignal(), notices: openChangeSignal() },
  };
  const newsletters = openCalendars(config, log);
  const signal = new AbortController().signal;
  const slots = () => readSlots(deps.store);
  return {
    ...{ testSite, deps, logged },
    async checkAt(instant) {
      testSite.setTime(instant);
      await checkSchedule(deps, newsletters);
    },
    async deliver() {
      for (const newsletter of config.newsletters) {
        await deliverNewsletter(deps, newsletter, signal);
      }
    },
    async tell() {
      await askEditors(deps, signal);
      await reportOutcomes(deps, newsletters, signal);
    },
    async slots() {
      const now = deps.clock().toString({ fractionalSecondDigits: 3 });
      return (await slots())
        .filter(({ dueAt }) => dueAt <= now)
        .map(({ day, state, reason }) => `${day} ${state}${reason ? `: ${reason}` : ''}`);
    },
    slot: async (day) => (await slots()).find((each) => each.day === day),
    write(title) {
      const date = deps.clock().toZonedDateTimeISO('Europe/London').toPlainDateTime();
      const text = postText(title, date.toString({ smallestUnit: 'second' }), bodyOf(title));
      testSite.writePost(`${title.replaceAll(' ', '-')}.md`, text);
    },
  };
}

function configOf(
  config: Config,
  { schedule, newsletter, alerts = {} }: ScheduledSiteOptions,
): Config {
  const [first] = config.newsletters;
  if (first === undefined) throw new Error('the paper has no newsletter');
  const scheduled = { ...first, schedule: { ...WEEKDAYS, ...schedule }, ...newsletter };
  return { ...config, newsletters: [scheduled], alerts };
}

async function readSlots(store: Store): Promise<readonly StoredSlot[]> {
  const rows = await store.db.selectFrom('slots').selectAll().orderBy('day').execute();
  return rows.map(slotOfRow);
}

/** A body that is like no other title's, or they would tell one story. */
function bodyOf(title: string): string {
  return title
    .split(' ')
    .map((word, at) => `${word} ${at} is what ${word}s of ${title} say of ${word} today.`)
    .join(' ');
}
