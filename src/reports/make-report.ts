import type { StoreDependencies } from '../database/dependencies.ts';
import { storedInstant } from '../database/instants.ts';
import type { Database } from '../database/tables.ts';
import type { DeliveryTable } from '../delivery/delivery.ts';
import { deliveryTable } from '../delivery/queries/deliveries.ts';
import { findStoredEdition } from '../editions/compose/find-stored-edition.ts';
import { BroadsheetError, EXIT } from '../kernel/errors.ts';
import { findNewsletter } from '../settings/find-newsletter.ts';
import { providerOfDomain } from '../settings/mail-providers.ts';
import type { NewsletterSettings } from '../settings/settings.ts';
import { countSubscribers } from '../subscribers/queries/subscribers.ts';
import {
  acceptedByMinute,
  type ChangeKind,
  changesByDay,
  complaintsAbout,
  lastEditions,
  nextPlannedAt,
  type OutcomeGroup,
  outcomesOf,
  type SentEdition,
  STARTS,
} from './queries/report.ts';

/** What an edition did, in numbers. They come from the ledger and the history: no reader is tracked. */
export interface EditionFigures extends SentEdition {
  readonly deliveries: DeliveryTable;
  readonly complaints: number;
  /** Subscriptions that ended after it was sent, until the next edition was. */
  readonly departures: Departures;
  /** Minutes from its start until relays had accepted this share of what they accepted. */
  readonly minutes?: { readonly half: number; readonly most: number; readonly all: number };
}

/** Subscriptions that ended, by what ended them. */
export interface Departures {
  readonly left: number;
  readonly bounced: number;
  readonly complained: number;
  /** Did not answer whether they still read it. */
  readonly paused: number;
}

/** An edition in detail. */
export interface EditionDetails extends EditionFigures {
  /** Messages that relays had accepted this many minutes after the start, added up. */
  readonly accepted: readonly { readonly minute: number; readonly total: number }[];
  readonly providers: readonly ProviderFigures[];
}

/** Where readers get their mail: a large provider, a domain with several readers, or all others. */
export interface ProviderFigures {
  readonly name: string;
  readonly planned: number;
  readonly accepted: number;
  readonly returned: number;
  readonly complaints: number;
  /** The others: how many deliveries had this reply as the last one. */
  readonly replies: readonly { readonly reply: string; readonly count: number }[];
}

/** The subscriptions of a newsletter in one week. */
export interface WeekOfGrowth {
  /** Its Monday: `2026-03-16`. */
  readonly week: string;
  readonly joined: number;
  readonly ended: number;
}

/** A newsletter: its last editions, newest first, and the weeks of the last year, oldest first. */
export interface NewsletterReport {
  readonly id: string;
  readonly name: string;
  readonly timeZone: string;
  readonly active: number;
  readonly editions: readonly EditionFigures[];
  readonly growth: readonly WeekOfGrowth[];
}

/** What `broadsheet report` shows. Nobody's address or id is in it. */
export interface Report {
  /** ISO 8601 instant. */
  readonly madeAt: string;
  readonly site: string;
  readonly edition?: EditionDetails;
  readonly newsletters: readonly NewsletterReport[];
}

/** Editions side by side. */
const EDITIONS = 12;

const WEEKS = 52;

/** A domain with fewer readers is not named, because it could be one person's. */
const FEWEST_NAMED = 5;

/** Domains that are named besides the large providers. */
const MOST_NAMED = 8;

/**
 * The report of one edition, or without one of a newsletter's last editions, or of all newsletters. Throws a
 * usage error for an unknown edition or newsletter, or an edition that was not sent.
 */
export async function makeReport(
  deps: Pick<StoreDependencies, 'config' | 'store' | 'clock'>,
  of: { readonly edition?: string | undefined; readonly newsletter?: string | undefined },
): Promise<Report> {
  const { config, store, clock } = deps;
  const now = clock();
  const madeAt = storedInstant(now);
  const common = { madeAt, site: config.site.title };
  if (of.edition !== undefined) {
    const sent = await findSent(store.db, of.edition);
    const newsletter = config.newsletters.find(({ id }) => id === sent.newsletter);
    const { figures, details } = await detailsOf(store.db, sent);
    const newsletters = newsletter
      ? [await newsletterReport(deps, newsletter, { until: sent.plannedAt, known: figures })]
      : [];
    return { ...common, edition: details, newsletters };
  }
  const chosen =
    of.newsletter === undefined ? config.newsletters : [findNewsletter(config, of.newsletter)];
  const newsletters: NewsletterReport[] = [];
  for (const each of chosen)
    newsletters.push(await newsletterReport(deps, each, { until: madeAt }));
  return { ...common, newsletters };
}

async function findSent(db: Database, id: string): Promise<SentEdition> {
  const { edition, plannedAt, cancelledAt } = await findStoredEdition(db, id);
  const { newsletter, day, subject } = edition;
  if (plannedAt !== undefined) return { id, newsletter, day, subject, plannedAt, cancelledAt };
  const remedy = '`broadsheet editions list` shows those that were';
  throw new BroadsheetError(
    EXIT.usage,
    `${id} was not sent, so there is nothing to report; ${remedy}`,
  );
}

/** `until` (ISO 8601 instant): the last edition that is shown was sent by then. `known`: one of them. */
async function newsletterReport(
  { store: { db }, clock }: Pick<StoreDependencies, 'store' | 'clock'>,
  { id, name, timeZone }: NewsletterSettings,
  { until, known }: { readonly until: string; readonly known?: EditionFigures },
): Promise<NewsletterReport> {
  const now = clock();
  const sent = await lastEditions(db, id, { until, limit: EDITIONS });
  const editions: EditionFigures[] = [];
  for (const each of sent) {
    editions.push(each.id === known?.id ? known : (await figuresOf(db, each)).figures);
  }
  const first = mondayOf(
    now
      .toZonedDateTimeISO('UTC')
      .toPlainDate()
      .subtract({ weeks: WEEKS - 1 }),
  );
  const since = `${first}T00:00:00.000Z`;
  const changes = await changesByDay(db, id, { since });
  const weeks = growthByWeek(first, changes);
  return { id, name, timeZone, active: await countSubscribers(db, id), editions, growth: weeks };
}

/** The figures of an edition, and what they are made of. */
async function figuresOf(db: Database, sent: SentEdition) {
  const { id, newsletter, plannedAt } = sent;
  const until = await nextPlannedAt(db, newsletter, plannedAt);
  const changes = await changesByDay(db, newsletter, { since: plannedAt, until });
  const complaints = await complaintsAbout(db, id, plannedAt);
  const accepted = totalsByMinute(plannedAt, await acceptedByMinute(db, id));
  const figures: EditionFigures = {
    ...sent,
    deliveries: await deliveryTable(db, id),
    complaints: sum(complaints.map(({ count }) => count)),
    departures: departuresOf(changes),
    minutes: minutesOf(accepted),
  };
  return { figures, complaints, accepted };
}

async function detailsOf(db: Database, sent: SentEdition) {
  const { figures, complaints, accepted } = await figuresOf(db, sent);
  const providers = providersOf(await outcomesOf(db, sent.id), complaints);
  const details: EditionDetails = { ...figures, accepted, providers };
  return { figures, details };
}

/** Adds up the messages of each minute, from minute 0, when the edition was sent. */
export function totalsByMinute(
  plannedAt: string,
  minutes: readonly { readonly minute: string; readonly count: number }[],
): EditionDetails['accepted'] {
  const start = Temporal.Instant.from(`${plannedAt.slice(0, 16)}Z`);
  let total = 0;
  return minutes.map(({ minute, count }) => {
    total += count;
    const after = Temporal.Instant.from(`${minute}Z`).since(start).total('minutes');
    return { minute: Math.max(0, after), total };
  });
}

/** After how many minutes half, 95 % and all of the accepted messages were. Undefined if none was. */
export function minutesOf(accepted: EditionDetails['accepted']): EditionFigures['minutes'] {
  const all = accepted.at(-1)?.total;
  if (all === undefined) return undefined;
  // A minute counts when it is over.
  const after = (share: number) =>
    (accepted.find(({ total }) => total >= all * share)?.minute ?? 0) + 1;
  return { half: after(0.5), most: after(0.95), all: after(1) };
}

const PROVIDERS: Readonly<Record<string, string>> = {
  google: 'Gmail',
  microsoft: 'Outlook and Hotmail',
  yahoo: 'Yahoo and AOL',
  apple: 'iCloud',
};

function providerOf(domain: string): string | undefined {
  const provider = /^(icloud|me|mac)\.com$/.test(domain) ? 'apple' : providerOfDomain(domain);
  return provider && PROVIDERS[provider];
}

const OTHERS = 'all others';

/** The providers of an edition's readers, the largest first, and last the others, who are not named. */
export function providersOf(
  outcomes: readonly OutcomeGroup[],
  complaints: readonly { readonly domain: string; readonly count: number }[],
): readonly ProviderFigures[] {
  const groupOf = namesOf(outcomes);
  const groups = Map.groupBy(outcomes, ({ domain }) => groupOf(domain));
  return [...groups]
    .map(([name, of]) => ({
      name,
      planned: sum(of.map(({ count }) => count)),
      accepted: sum(of.filter(isAccepted).map(({ count }) => count)),
      returned: sum(
        of.filter((each) => isAccepted(each) && each.returnedAs).map(({ count }) => count),
      ),
      complaints: sum(
        complaints.filter(({ domain }) => groupOf(domain) === name).map(({ count }) => count),
      ),
      replies: repliesOf(of),
    }))
    .toSorted(
      (a, b) => Number(a.name === OTHERS) - Number(b.name === OTHERS) || b.planned - a.planned,
    );
}

/** The name under which a domain is shown. */
function namesOf(outcomes: readonly OutcomeGroup[]): (domain: string) => string {
  const readers = new Map<string, number>();
  for (const { domain, count } of outcomes) {
    const name = providerOf(domain) ?? domain;
    readers.set(name, (readers.get(name) ?? 0) + count);
  }
  const large = [...readers].filter(([, count]) => count >= FEWEST_NAMED);
  const isProvider = (name: string) => Object.values(PROVIDERS).includes(name);
  const domains = large
    .filter(([name]) => !isProvider(name) && name !== 'erased.invalid')
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, MOST_NAMED);
  const named = new Set(
    [...large.filter(([name]) => isProvider(name)), ...domains].map(([name]) => name),
  );
  return (domain) => {
    const name = providerOf(domain) ?? domain;
    return named.has(name) ? name : OTHERS;
  };
}

function isAccepted({ state }: OutcomeGroup): boolean {
  return state === 'accepted';
}

/** `ReplyClass` in words. */
const REPLIES: Readonly<Record<string, string>> = {
  noSuchAddress: 'no such address',
  unclear: 'refused without a reason',
  mailboxTrouble: 'mailbox full or closed',
  slowDown: 'asked for less mail',
  policy: 'refused by a policy',
  relay: 'trouble of the relay',
};

/** Why deliveries were not accepted, the most frequent first. */
function repliesOf(outcomes: readonly OutcomeGroup[]): ProviderFigures['replies'] {
  const replies = Map.groupBy(
    outcomes.filter((each) => !isAccepted(each)),
    ({ state, replyClass }) => {
      if (state === 'suppressed') return 'left before it was sent';
      if (state === 'inDoubt') return 'in doubt';
      if (replyClass !== null) return REPLIES[replyClass] ?? 'other replies';
      return state === 'failed' ? 'not sent in time' : 'waiting';
    },
  );
  return [...replies]
    .map(([reply, of]) => ({ reply, count: sum(of.map(({ count }) => count)) }))
    .toSorted((a, b) => b.count - a.count);
}

type Changes = readonly {
  readonly day: string;
  readonly kind: ChangeKind;
  readonly count: number;
}[];

function departuresOf(changes: Changes): Departures {
  const count = (...kinds: readonly ChangeKind[]) =>
    sum(changes.filter(({ kind }) => kinds.includes(kind)).map((each) => each.count));
  return {
    // Who undid it did not leave.
    left: Math.max(0, count('left', 'erased', 'merged') - count('undone')),
    bounced: count('bounced'),
    complained: count('complained'),
    paused: count('paused'),
  };
}

/** Every week from the one of `first`, a Monday, to the last with a change. */
export function growthByWeek(first: Temporal.PlainDate, changes: Changes): readonly WeekOfGrowth[] {
  const weeks = Map.groupBy(changes, ({ day }) => String(mondayOf(Temporal.PlainDate.from(day))));
  const [oldest] = [...weeks.keys()].toSorted();
  if (oldest === undefined) return [];
  return Array.from({ length: WEEKS }, (_, at) => String(first.add({ weeks: at })))
    .filter((week) => week >= oldest)
    .map((week) => {
      const of = weeks.get(week) ?? [];
      const isStart = ({ kind }: { readonly kind: ChangeKind }) =>
        STARTS.some((each) => each === kind);
      return {
        week,
        joined: sum(of.filter(isStart).map(({ count }) => count)),
        ended: sum(of.filter((each) => !isStart(each)).map(({ count }) => count)),
      };
    });
}

function mondayOf(day: Temporal.PlainDate): Temporal.PlainDate {
  return day.subtract({ days: day.dayOfWeek - 1 });
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
