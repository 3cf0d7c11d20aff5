/** What a metric is and the labels that it has. Docs and Prometheus show `help`. */
interface Metric {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
}

/** Everything that is counted, by the name that Prometheus knows it by. */
export const METRICS = {
  broadsheet_http_requests_total: {
    kind: 'counter',
    help: 'Requests answered, by route pattern, method and status.',
    labels: ['route', 'method', 'status'],
  },
  broadsheet_http_request_duration_seconds: {
    kind: 'histogram',
    help: 'Time from the head of a request to the end of its answer.',
    labels: ['route'],
  },
  broadsheet_messages_total: {
    kind: 'counter',
    help: 'Messages handed to relays, by relay and outcome.',
    labels: ['relay', 'outcome'],
  },
  broadsheet_slots_total: {
    kind: 'counter',
    help: 'Slots of the schedule that came to an end, by newsletter and outcome.',
    labels: ['newsletter', 'outcome'],
  },
  broadsheet_notices_total: {
    kind: 'counter',
    help: 'Mails to one person about their subscriptions, by kind and outcome.',
    labels: ['kind', 'outcome'],
  },
  broadsheet_sign_ups_total: {
    kind: 'counter',
    help: 'Sign-ups, confirmations, departures and the like, by what was done.',
    labels: ['outcome'],
  },
  broadsheet_builds_total: {
    kind: 'counter',
    help: 'Builds of the feeds, by outcome.',
    labels: ['outcome'],
  },
} as const satisfies Readonly<Record<string, Metric>>;

type Catalogue = typeof METRICS;
type NameOf<Kind extends Metric['kind']> = {
  [Name in keyof Catalogue]: Catalogue[Name]['kind'] extends Kind ? Name : never;
}[keyof Catalogue];
type LabelsOf<Name extends keyof Catalogue> = Readonly<
  Record<Catalogue[Name]['labels'][number], string | number>
>;

/** What is counted and measured while the service runs. Handed in as the log is. Never an address. */
export interface Metrics {
  /** `by` (1) more of what `name` counts. */
  count<Name extends NameOf<'counter'>>(name: Name, labels: LabelsOf<Name>, by?: number): void;
  /** One more measurement, in the unit that the name ends with. */
  observe<Name extends NameOf<'histogram'>>(
    name: Name,
    labels: LabelsOf<Name>,
    value: number,
  ): void;
}

/** Metrics that nobody looks at. */
export const silentMetrics: Metrics = { count() {}, observe() {} };
