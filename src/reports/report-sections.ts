import { formatTable } from '../kernel/format-table.ts';
import { barChart, formatMinutes, shareChart } from './charts.ts';
import type {
  EditionDetails,
  EditionFigures,
  NewsletterReport,
  ProviderFigures,
  Report,
} from './make-report.ts';

/** A part of a report: the same numbers as sentences, as a table, and as a picture. */
export interface Section {
  readonly title: string;
  readonly lines: readonly string[];
  /** The first row has the names of the columns. Empty if the lines say everything. */
  readonly table: readonly Row[];
  /** SVG. */
  readonly chart?: string;
}

type Row = readonly (string | number)[];

/** The title of a report, and its sections. */
export function sectionsOf(report: Report): {
  readonly title: string;
  readonly sections: readonly Section[];
} {
  const { edition, newsletters, site } = report;
  const ofNewsletters = newsletters.flatMap((each, at) => [
    sideBySide(each, at),
    growthSection(each, at),
  ]);
  if (edition === undefined) return { title: `Report: ${site}`, sections: ofNewsletters };
  const zone = newsletters[0]?.timeZone ?? 'UTC';
  const sections = [numbersSection(edition, zone), timeSection(edition), providersSection(edition)];
  const title = `Report: ${edition.subject}`;
  return { title, sections: [...sections, ...ofNewsletters] };
}

/** The report as plain text, for a terminal and for mail. */
export function reportText(report: Report): readonly string[] {
  const { title, sections } = sectionsOf(report);
  return [
    title,
    ...sections.flatMap((section) => {
      const [head = [], ...rows] = section.table;
      const shown = formatTable(alignNumbers([head, ...rows.slice(-MOST_ROWS)]));
      return ['', section.title, ...section.lines, ...(rows.length === 0 ? [] : shown)].map(
        (line, at) => (at < 2 ? line : `  ${line}`),
      );
    }),
  ];
}

/** Columns of numbers end at the same place. */
function alignNumbers(rows: readonly Row[]): readonly Row[] {
  const [head = [], ...others] = rows;
  const widths = head.map((_, at) =>
    others.every((row) => isNumber(row[at]))
      ? Math.max(...rows.map((row) => String(row[at]).length))
      : 0,
  );
  return rows.map((row) => row.map((cell, at) => String(cell).padStart(widths[at] ?? 0)));
}

/** Whether a cell is a number, a share or a time. */
export function isNumber(cell: string | number | undefined): boolean {
  return /^([−+]?[\d,.]+( %| min| h)?|–|)$/.test(String(cell ?? ''));
}

/** The page has all weeks. */
const MOST_ROWS = 12;

function numbersSection(edition: EditionDetails, timeZone: string): Section {
  const { id, deliveries, plannedAt, complaints, departures, cancelledAt } = edition;
  const { planned } = deliveries;
  const at = Temporal.Instant.from(plannedAt).toLocaleString('en-GB', {
    ...{ timeZone, dateStyle: 'full', timeStyle: 'short' },
  });
  const row = (name: string, count: number): Row => [
    name,
    formatCount(count),
    percent(count, planned),
  ];
  const rows: readonly Row[] = [
    ['', 'messages', 'share'],
    row('planned', planned),
    row('accepted by a relay', deliveries.accepted),
    row('returned afterwards', deliveries.returned),
    row('failed', deliveries.failed),
    row('still waiting', deliveries.queued + deliveries.deferred),
    row('in doubt', deliveries.inDoubt),
    row('left before it was sent', deliveries.suppressed),
    row('called spam', complaints),
  ];
  return {
    title: id,
    lines: [
      `Sent ${at}.${cancelledAt === undefined ? '' : ' It was cancelled later.'}`,
      `${sentenceOf(departures)} after it and before the next edition.`,
    ],
    table: rows,
  };
}

function sentenceOf({ left, bounced, complained, paused }: EditionFigures['departures']): string {
  return `${formatCount(left)} left, ${formatCount(bounced)} ended because mail came back, and ${formatCount(complained)} because of a complaint${paused === 0 ? '' : `, and ${formatCount(paused)} were paused`},`;
}

function timeSection({ accepted, minutes, deliveries }: EditionDetails): Section {
  const title = 'Time to accepted';
  if (minutes === undefined) return { title, lines: ['No message was accepted.'], table: [] };
  const { half, most, all } = minutes;
  const line = `Half of the accepted messages were accepted within ${formatMinutes(half)}, 95 % within ${formatMinutes(most)}, all within ${formatMinutes(all)}.`;
  const total = deliveries.accepted;
  // A few that were deferred for hours would press all others together.
  const shown = accepted.filter(({ total: sum }, at) => at === 0 || sum <= total * 0.99);
  const points = shown.map(({ minute, total: sum }) => ({
    minute: minute + 1,
    share: sum / total,
  }));
  const rest = accepted.length > shown.length && most < all ? ' The last 1 % is not shown.' : '';
  return {
    title,
    lines: [line],
    table: [],
    chart: shareChart({ id: 'time', title, description: `${line}${rest}` }, [
      ...points,
      ...(rest === '' ? [{ minute: all, share: 1 }] : []),
    ]),
  };
}

function providersSection({ providers, deliveries }: EditionDetails): Section {
  const replies = (of: ProviderFigures) =>
    of.replies.map(({ reply, count }) => `${reply}: ${formatCount(count)}`).join('; ');
  return {
    title: 'Providers',
    lines: [
      `Where ${formatCount(deliveries.planned)} readers get their mail. Groups of fewer than five people are among the others.`,
    ],
    table: [
      ['provider', 'readers', 'accepted', 'returned', 'called spam', 'not accepted because'],
      ...providers.map((each) => [
        each.name,
        formatCount(each.planned),
        percent(each.accepted, each.planned),
        formatCount(each.returned),
        formatCount(each.complaints),
        replies(each),
      ]),
    ],
  };
}

function sideBySide({ name, active, editions }: NewsletterReport, at: number): Section {
  const title = `${name}: editions side by side`;
  const lines = [`${formatCount(active)} active subscribers now.`];
  if (editions.length === 0) {
    return { title, lines: [...lines, 'No edition has been sent yet.'], table: [] };
  }
  const oldestFirst = editions.toReversed();
  return {
    title,
    lines,
    table: [
      [
        'edition',
        'readers',
        'accepted',
        '95 % within',
        'failed',
        'returned',
        'spam',
        'left',
        'subject',
      ],
      ...oldestFirst.map(({ day, subject, deliveries, minutes, complaints, departures }) => [
        day,
        formatCount(deliveries.planned),
        percent(deliveries.accepted, deliveries.planned),
        minutes === undefined ? '' : formatMinutes(minutes.most),
        formatCount(deliveries.failed),
        formatCount(deliveries.returned),
        formatCount(complaints),
        formatCount(departures.left),
        subject,
      ]),
    ],
    chart: barChart(
      {
        id: `editions-${at}`,
        title: `Accepted messages of each edition of ${name}`,
        description: oldestFirst
          .map(({ day, deliveries }) => `${day}: ${formatCount(deliveries.accepted)}`)
          .join(', '),
      },
      oldestFirst.map(({ day, deliveries }) => ({ label: shortDay(day), up: deliveries.accepted })),
    ),
  };
}

function growthSection({ name, growth }: NewsletterReport, at: number): Section {
  const title = `${name}: growth`;
  if (growth.length === 0) {
    return { title, lines: ['Nobody joined or left in the last year.'], table: [] };
  }
  const total = (of: 'joined' | 'ended') => growth.reduce((sum, week) => sum + week[of], 0);
  const [joined, ended] = [total('joined'), total('ended')];
  const weeks = growth.length === 1 ? 'this week' : `in the last ${growth.length} weeks`;
  const line = `${formatCount(joined)} joined and ${formatCount(ended)} ended ${weeks}.`;
  return {
    title,
    lines: [line],
    table: [
      ['week of', 'joined', 'ended', 'change'],
      ...growth.map((week) => [
        week.week,
        formatCount(week.joined),
        formatCount(week.ended),
        formatChange(week.joined - week.ended),
      ]),
    ],
    chart: barChart(
      { id: `growth-${at}`, title, description: `${line} Up: joined; down: ended.` },
      growth.map(({ week, joined: up, ended: down }) => ({ label: shortDay(week), up, down })),
    ),
  };
}

/** `5 Mar`. */
function shortDay(day: string): string {
  return Temporal.PlainDate.from(day).toLocaleString('en-GB', { day: 'numeric', month: 'short' });
}

function formatCount(count: number): string {
  return count.toLocaleString('en');
}

function formatChange(change: number): string {
  return change > 0 ? `+${formatCount(change)}` : formatCount(change).replace('-', '−');
}

/** Never 100 % if one is missing. */
function percent(count: number, of: number): string {
  if (of === 0) return '–';
  const share = (100 * count) / of;
  const rounded = share > 99 && share < 100 ? Math.min(99.9, share) : share;
  return `${Number(rounded.toFixed(1))} %`;
}
