import { metricDefinitions } from '../../src/app/metrics/definitions.js';
import type { MetricDefinition } from '../../src/observability/metrics.js';
import type { ServingInstallation } from './daemon.js';

/** One line of the text format of Prometheus. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The sections of the configuration that enable metrics on a free port. */
export const metricsOn = { metrics: { enabled: true, port: 0 } };

/** Returns what the daemon serves at /metrics. */
export async function scrape({ output }: Pick<ServingInstallation, 'output'>): Promise<string> {
  const ports = [...output().matchAll(/"message":"metrics listening".*?"port":(\d+)/g)];
  const response = await fetch(`http://127.0.0.1:${ports.at(-1)?.[1]}/metrics`);
  if (response.status !== 200) throw new Error(`/metrics returned ${response.status}`);
  return response.text();
}

/** Returns the samples in the text. */
export function samplesIn(text: string): readonly Sample[] {
  return text.split('\n').flatMap((line) => {
    const [, name = '', written = '', value] = /^([a-z_]\w*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (value === undefined) return [];
    const labels = Object.fromEntries([...written.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, text_]) => [key, text_]));
    return [{ name, labels, value: Number(value) }];
  });
}

/** Returns the definition of the metric that a sample belongs to, by its name without a suffix. */
export function definitionOf(name: string): MetricDefinition | undefined {
  const definitions: Readonly<Record<string, MetricDefinition>> = metricDefinitions;
  return definitions[name] ?? definitions[name.replace(/_(?:bucket|sum|count)$/, '')];
}
