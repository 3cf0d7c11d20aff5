/** What a metric is and the labels that it has. */
interface Metric {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
}

/**
 * Everything that is measured, by the name that Prometheus knows it by, beside what its client
 * measures of any program. Counters and histograms are of this process; gauges are what the
 * database says, the same for every process.
 */
export const METRICS = {
  broadsheet_http_requests_total: {
    kind: 'counter',
    help: 'Requests answered.',
    labels: ['route', 'method', 'status'],
  },
  broadsheet_http_request_duration_seconds: {
    kind: 'histogram',
    help: 'Time from the head of a request to the end of its answer.',
    labels: ['route'],
  },
  broadsheet_messages_total: {
    kind: 'counter',
    help: 'Messages of editions that were handed to relays.',
    labels: ['relay', 'outcome'],
  },
  broadsheet_builds_total: {
    kind: 'counter',
    help: 'Builds of the feeds.',
    labels: ['outcome'],
  },
  broadsheet_database_up: {
    kind: 'gauge',
    help: '1 if the database answers, else 0.',
    labels: [],
  },
  broadsheet_database_held: {
    kind: 'gauge',
    help: '1 if the database is held, so that nothing is sent, else 0.',
    labels: [],
  },
  broadsheet_subscribers: {
    kind: 'gauge',
    help: 'Subscriptions.',
    labels: ['newsletter', 'status'],
  },
  broadsheet_deliveries: {
    kind: 'gauge',
    help: 'Deliveries of the newest edition of each newsletter.',
    labels: ['newsletter', 'state'],
  },
  broadsheet_edition_planned_timestamp_seconds: {
    kind: 'gauge',
    help: 'When the newest edition of a newsletter was planned.',
    labels: ['newsletter'],
  },
  broadsheet_slots: {
    kind: 'gauge',
    help: 'Days of the schedule, by where they stand.',
    labels: ['newsletter', 'state'],
  },
  broadsheet_slot_good_timestamp_seconds: {
    kind: 'gauge',
    help: 'When the last slot of a newsletter ended well: sent, or skipped since there was nothing to send.',
    labels: ['newsletter'],
  },
  broadsheet_sign_ups: {
    kind: 'gauge',
    help: 'Sign-ups of the last days, by where they stand.',
    labels: ['state'],
  },
  broadsheet_notices: {
    kind: 'gauge',
    help: 'Mails to one person of the last days: confirmations and the like.',
    labels: ['kind', 'state'],
  },
} as const satisfies Readonly<Record<string, Metric>>;

type Catalogue = typeof METRICS;

/** Names of the metrics of one kind. */
export type MetricName<Kind extends Metric['kind'] = Metric['kind']> = {
  [Name in keyof Catalogue]: Catalogue[Name]['kind'] extends Kind ? Name : never;
}[keyof Catalogue];

/** The labels of a metric. Never an address, a token or a URL. */
export type MetricLabels<Name extends MetricName> = Readonly<
  Record<Catalogue[Name]['labels'][number], string | number>
>;

/** What is counted and measured while the service runs. Handed in as the log is. */
export interface Metrics {
  /** `by` (1) more of what `name` counts. */
  count<Name extends MetricName<'counter'>>(
    name: Name,
    labels: MetricLabels<Name>,
    by?: number,
  ): void;
  /** One more measurement, in the unit that the name ends with. */
  observe<Name extends MetricName<'histogram'>>(
    name: Name,
    labels: MetricLabels<Name>,
    value: number,
  ): void;
}

/** Metrics that nobody looks at. */
export const silentMetrics: Metrics = { count() {}, observe() {} };
