/** The kind of a metric and its labels. */
interface Metric {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
}

/**
 * All metrics by their Prometheus names, besides the default metrics of its client. Counters and
 * histograms are of this process. Gauges come from the database and are the same for every process.
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
    help: 'Messages of editions that were sent to relays.',
    labels: ['relay', 'outcome'],
  },
  broadsheet_hook_requests_total: {
    kind: 'counter',
    help: 'Requests to the hooks of the config.',
    labels: ['type', 'outcome'],
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
    help: '1 if the database is on hold and sends nothing, else 0.',
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
  broadsheet_feedback: {
    kind: 'gauge',
    help: 'Bounces, complaints and other mails that came back. Those that changed nothing, for 90 days.',
    labels: ['kind'],
  },
  broadsheet_hook_events: {
    kind: 'gauge',
    help: 'Events for hooks that wait, and those of the last 30 days that were given up.',
    labels: ['type', 'state'],
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

/** Counts and measures while the service runs. A parameter, like the log. */
export interface Metrics {
  /** Adds `by` (default 1) to the counter `name`. */
  count<Name extends MetricName<'counter'>>(
    name: Name,
    labels: MetricLabels<Name>,
    by?: number,
  ): void;
  /** Adds a measurement, in the unit at the end of the name. */
  observe<Name extends MetricName<'histogram'>>(
    name: Name,
    labels: MetricLabels<Name>,
    value: number,
  ): void;
}

/** Metrics without a reader. */
export const silentMetrics: Metrics = { count() {}, observe() {} };
