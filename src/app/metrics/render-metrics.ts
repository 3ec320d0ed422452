import type { MetricDefinition } from '../../observability/metrics.js';
import { metricDefinitions, processMetrics } from './definitions.js';

const introduction = `# Metrics

Gangway serves metrics for Prometheus at \`http://127.0.0.1:9464/metrics\`, on a listener of their own, if they are enabled in \`config.yaml\`:

\`\`\`yaml
metrics:
  enabled: true
  host: 127.0.0.1 # the default; in a container, 0.0.0.0
  port: 9464 # the default
\`\`\`

The listener has no credentials, so keep it away from the internet. In the configuration of Prometheus:

\`\`\`yaml
scrape_configs:
  - job_name: gangway
    static_configs: [{ targets: ['127.0.0.1:9464'] }]
\`\`\`

The label values are closed sets, listed below; any other value is counted as \`other\`. Routes are templates such as
\`/_matrix/provision/login/{mxid}/request_code\`. No label is a Matrix ID, a phone number, an address or a path that a client sent.

Values about outboxes, hand-overs and linked accounts come from the database, so all daemons of one database report the same: use \`max\`, not \`sum\`.
They are at most 10 seconds old; linked accounts, 60 seconds. If the database does not answer, they are absent.

Metrics take about 6 µs of CPU time for a cheap request, about 2 % of it.

[grafana-dashboard.json](../deploy/grafana-dashboard.json) is a dashboard to import into Grafana. [alerts.yaml](../deploy/alerts.yaml) has alert rules for
\`rule_files\` of Prometheus; [Operating](operating.md#when-an-alert-fires) has what to do for each alert.
`;

/** Returns docs/metrics.md. */
export function renderMetrics(): string {
  const entries = Object.entries<MetricDefinition>(metricDefinitions).flatMap(([name, one]) => [
    '',
    ...render(name, one),
  ]);
  const ofProcess = processMetrics.map((name) => `- \`${name}\``);
  const rest = ['', '## The process', '', 'The usual metrics of Node.js programs, among them:', '', ...ofProcess, ''];
  return [introduction.trimEnd(), ...entries, ...rest].join('\n');
}

function render(name: string, { type, help, labels, buckets }: MetricDefinition): string[] {
  const lines = Object.entries(labels).map(([label, values]) =>
    values === 'routes' ? `- \`${label}\`: the template of a route, or \`other\`` : `- \`${label}\`: ${listed(values)}`,
  );
  const bounds = buckets ? [`- Buckets: ${buckets.join(', ')}`] : [];
  return [`## \`${name}\``, '', `${help} (${type})`, '', ...lines, ...bounds].filter(
    (line, index, all) => line !== '' || index < all.length - 1,
  );
}

const listed = (values: readonly string[]) => values.map((value) => `\`${value}\``).join(', ');
