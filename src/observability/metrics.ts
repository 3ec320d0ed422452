import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** The declaration of a metric. */
export interface MetricDefinition {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** The values of each label; or `routes`, the routes that the daemon serves. */
  readonly labels: Readonly<Record<string, readonly string[] | 'routes'>>;
  /** The upper bounds of a histogram. */
  readonly buckets?: readonly number[];
}

/** Metrics by name. */
export type MetricDefinitions = Readonly<Record<string, MetricDefinition>>;

/** The labels of a metric. A value outside of its declaration is counted as `other`. */
export type MetricLabels<D extends MetricDefinition> = { readonly [L in keyof D['labels']]: string };

/** Counts what happens, and prints it for Prometheus. */
export interface Metrics<D extends MetricDefinitions> {
  /** Adds to a counter or a gauge. */
  add<N extends keyof D & string>(name: N, labels: MetricLabels<D[N]>, value?: number): void;
  /** Sets a gauge. */
  set<N extends keyof D & string>(name: N, labels: MetricLabels<D[N]>, value: number): void;
  /** Adds a measured value to a histogram. */
  observe<N extends keyof D & string>(name: N, labels: MetricLabels<D[N]>, value: number): void;
  /** Adds routes to the values of labels that are routes. */
  allowRoutes(routes: readonly string[]): void;
  /** Removes all values of a gauge. */
  clear(name: keyof D & string): void;
  /** Adds work that sets gauges before each scrape. */
  beforeScrape(work: () => Promise<void>): void;
  /** Returns all metrics in the text format of Prometheus, those of the process included. */
  render(): Promise<{ readonly text: string; readonly contentType: string }>;
}

/** The value of a label that is not declared. */
export const otherLabel = 'other';

/** Values that are not declared could otherwise fill the memory between two scrapes. */
const maxPending = 1_000;

/** Creates the metrics. */
export function createMetrics<const D extends MetricDefinitions>(definitions: D): Metrics<D> {
  const routes = new Set([otherLabel]);
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 20 });
  const work: (() => Promise<void>)[] = [];
  const counters = new Map<string, Counter | Gauge>();
  const gauges = new Map<string, Gauge>();
  const histograms = new Map<string, Histogram>();
  const allowed = new Map<string, ReadonlyMap<string, ReadonlySet<string>>>();
  for (const [name, { type, help, labels, buckets = [] }] of Object.entries(definitions)) {
    const options = { name, help, labelNames: Object.keys(labels), registers: [registry] };
    if (type === 'histogram') histograms.set(name, new Histogram({ ...options, buckets: [...buckets] }));
    if (type === 'counter') counters.set(name, new Counter(options));
    if (type === 'gauge') {
      const gauge = new Gauge(options);
      counters.set(name, gauge);
      gauges.set(name, gauge);
    }
    const values = Object.entries(labels).map(([label, declared]) => {
      return [label, declared === 'routes' ? routes : new Set(declared)] as const;
    });
    allowed.set(name, new Map(values));
  }

  /**
   * What was counted since the last scrape: the library takes microseconds for each call.
   */
  const pending = new Map<string, { readonly name: string; readonly labels: Record<string, string>; count: number }>();

  function count(name: string, labels: Readonly<Record<string, string>>, value: number): void {
    const key = `${name} ${Object.values(labels).join(' ')}`;
    const entry = pending.get(key);
    if (entry) entry.count += value;
    else pending.set(key, { name, labels: closed(name, labels), count: value });
    if (pending.size > maxPending) flush();
  }

  function flush(): void {
    for (const { name, labels, count: counted } of pending.values()) counters.get(name)?.inc(labels, counted);
    pending.clear();
  }

  function closed(name: string, labels: Readonly<Record<string, string>>): Record<string, string> {
    const result: Record<string, string> = {};
    for (const [label, values] of allowed.get(name) ?? []) {
      const value = labels[label] ?? otherLabel;
      result[label] = values.has(value) ? value : otherLabel;
    }
    return result;
  }

  return {
    add: (name, labels, value = 1) => count(name, labels, value),
    set: (name, labels, value) => gauges.get(name)?.set(closed(name, labels), value),
    observe: (name, labels, value) => histograms.get(name)?.observe(closed(name, labels), value),
    allowRoutes(allowedRoutes) {
      flush();
      allowedRoutes.forEach((route) => routes.add(route));
    },
    clear: (name) => gauges.get(name)?.reset(),
    beforeScrape: (one) => void work.push(one),
    async render() {
      flush();
      await Promise.all(work.map((one) => one()));
      return { text: await registry.metrics(), contentType: registry.contentType };
    },
  };
}
