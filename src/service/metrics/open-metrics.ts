import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { METRICS, type MetricName, type Metrics } from '../../kernel/metrics.ts';
import type { Measure } from '../measure-service.ts';

/** Metrics that Prometheus can read. */
export interface OpenMetrics extends Metrics {
  /** All metrics in the text format of Prometheus, and the media type. */
  scrape(): Promise<{ readonly text: string; readonly contentType: string }>;
}

/** Typical answer times: thousandths of a second for feeds, hundredths for pages with a query. */
const BUCKETS_SECONDS = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10];

/**
 * To count a million subscribers takes a tenth of a second. All requests within a minute share one count.
 */
const MEASURES_ARE_FRESH_MS = 60_000;

/**
 * Metrics with all counters at zero. `measure` returns the gauges. It is called when somebody reads the
 * metrics, at most once a minute.
 */
export function openMetrics(measure: () => Promise<readonly Measure[]>): OpenMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const counters = new Map<string, Counter>();
  const histograms = new Map<string, Histogram>();
  const gauges = new Map<string, Gauge>();
  for (const [name, { kind, help, labels }] of Object.entries(METRICS)) {
    const options = { name, help, labelNames: [...labels], registers: [registry] };
    if (kind === 'counter') counters.set(name, new Counter(options));
    else if (kind === 'gauge') gauges.set(name, new Gauge(options));
    else histograms.set(name, new Histogram({ ...options, buckets: BUCKETS_SECONDS }));
  }
  let measuredAt = Number.NEGATIVE_INFINITY;
  let measuring: Promise<void> = Promise.resolve();
  const refresh = async () => {
    const measures = await measure();
    for (const gauge of gauges.values()) gauge.reset();
    for (const { name, labels, value } of measures) gauges.get(name)?.set(labels, value);
  };
  return {
    count: (name: MetricName, labels: object, by = 1) => counters.get(name)?.inc({ ...labels }, by),
    observe: (name: MetricName, labels: object, value: number) =>
      histograms.get(name)?.observe({ ...labels }, value),
    async scrape() {
      if (performance.now() - measuredAt > MEASURES_ARE_FRESH_MS) {
        measuredAt = performance.now();
        measuring = refresh();
      }
      await measuring;
      return { text: await registry.metrics(), contentType: registry.contentType };
    },
  };
}
