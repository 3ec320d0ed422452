import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { processMetrics } from '../../src/app/metrics/definitions.js';
import { definitionOf } from '../support/metrics.js';
import { promtoolMissing, runPromtool } from '../support/promtool.js';

const read = (name: string) => readFileSync(new URL(`../../deploy/${name}`, import.meta.url), 'utf8');

/** Labels that Prometheus itself adds. */
const added = new Set(['instance', 'job']);

interface Selector {
  readonly name: string;
  readonly labels: readonly { readonly label: string; readonly values: readonly string[] }[];
}

/** Returns the metrics that an expression reads, with the labels that it compares. */
function selectorsIn(expression: string): readonly Selector[] {
  const names = /\b((?:gangway|process|nodejs)_\w+|up)\b(?:\{([^}]*)\})?/g;
  return [...expression.matchAll(names)].map(([, name = '', written = '']) => ({
    name,
    labels: [...written.matchAll(/(\w+)(?:=~|!~|!=|=)"([^"]*)"/g)].map(([, label = '', text = '']) => ({
      label,
      values: text.split('|'),
    })),
  }));
}

/** Returns the labels by which an expression groups. */
function groupedIn(expression: string): readonly string[] {
  return [...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) =>
    list.split(',').map((one) => one.trim()),
  );
}

/** Returns the units that a panel of this expression may have. */
function unitsOf(expression: string): readonly string[] {
  if (/_seconds_bucket\b/.test(expression)) return ['s'];
  if (/cpu_seconds_total/.test(expression)) return ['percentunit'];
  if (/\brate\(/.test(expression)) return ['ops', 'reqps'];
  const name = selectorsIn(expression)[0]?.name ?? '';
  if (name.endsWith('_seconds')) return ['s'];
  return name.endsWith('_bytes') ? ['bytes'] : ['short'];
}

/** Returns what is wrong with an expression. */
function problemsIn(expression: string): readonly string[] {
  const selectors = selectorsIn(expression);
  if (selectors.length === 0) return [`no metric in ${expression}`];
  return selectors.flatMap(({ name, labels }) => {
    if (name === 'up' || (processMetrics as readonly string[]).includes(name)) return [];
    const definition = definitionOf(name);
    if (definition === undefined) return [`${name} does not exist`];
    const suffix = /_(bucket|sum|count)$/.exec(name)?.[1];
    if ((suffix !== undefined) !== (definition.type === 'histogram')) return [`${name} is a ${definition.type}`];
    const known = new Set([...Object.keys(definition.labels), ...added, ...(suffix === 'bucket' ? ['le'] : [])]);
    const unknownLabels = [...labels.map(({ label }) => label), ...groupedIn(expression)].filter(
      (label) => !known.has(label),
    );
    const unknownValues = labels.flatMap(({ label, values }) => {
      const declared = definition.labels[label];
      return declared === undefined || declared === 'routes' ? [] : values.filter((value) => !declared.includes(value));
    });
    return [
      ...unknownLabels.map((label) => `${name} has no label ${label}`),
      ...unknownValues.map((value) => `${name} has no value ${value}`),
    ];
  });
}

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[];
}

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat?: string }[];
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
}

interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: unknown }[] };
}

const alerts = (parse(read('alerts.yaml')) as Rules).groups.flatMap(({ rules }) => rules);
const dashboard = JSON.parse(read('grafana-dashboard.json')) as Dashboard;
const panels = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => ({ title, expr: expr.replaceAll('instance=~"$instance"', 'instance="any"') })),
);

describe('the alert rules and the dashboard', () => {
  it('each alert is explained in docs/operating.md', () => {
    const page = read('../docs/operating.md');
    expect(alerts.map(({ alert }) => alert).filter((alert) => !page.includes(`| \`${alert}\``))).toEqual([]);
  });

  it('are read at all', () => {
    expect(alerts.length).toBeGreaterThan(10);
    expect(panels.length).toBeGreaterThan(20);
  });

  it.each([
    ...alerts.map(({ alert, expr }) => [alert, expr] as const),
    ...panels.map(({ title, expr }) => [title, expr] as const),
  ])('use metrics, labels and values that exist: %s, %s', (_title, expr) => expect(problemsIn(expr)).toEqual([]));

  it('each panel has a unit', () => {
    const drawn = dashboard.panels.filter(({ type }) => type !== 'row');
    const units = new Set(['short', 's', 'bytes', 'ops', 'reqps', 'percentunit']);
    const without = drawn.filter(({ fieldConfig }) => !units.has(fieldConfig?.defaults.unit ?? ''));
    expect(without.map(({ title }) => title)).toEqual([]);
  });

  it('each unit fits the query: a rate for rates of counters, seconds or bytes for metrics in them', () => {
    const wrong = dashboard.panels.flatMap(({ title, targets = [], fieldConfig }) => {
      const unit = fieldConfig?.defaults.unit;
      return targets.filter(({ expr }) => !unitsOf(expr).includes(unit ?? '')).map(({ expr }) => [title, unit, expr]);
    });
    expect(wrong).toEqual([]);
  });

  it('each legend uses labels by which its query groups, or those of the target', () => {
    const wrong = dashboard.panels.flatMap(({ title, targets = [] }) =>
      targets.flatMap(({ expr, legendFormat = '' }) => {
        const known = new Set([...groupedIn(expr), ...(/\bby \(/.test(expr) ? [] : added)]);
        const used = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
        return used.filter((label) => !known.has(label)).map((label) => `${title}: ${label}`);
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('each variable of a query is declared, and reads a metric that exists', () => {
    const declared = dashboard.templating.list.map(({ name }) => name);
    const used = new Set([...read('grafana-dashboard.json').matchAll(/\$\{?([a-z]\w*)/g)].map(([, name]) => name));
    expect([...used].filter((name) => !declared.includes(name ?? '') && name !== '__rate_interval')).toEqual([]);
    expect(
      selectorsIn(JSON.stringify(dashboard.templating))
        .map(({ name }) => problemsIn(name))
        .flat(),
    ).toEqual([]);
  });

  it.skipIf(promtoolMissing)('are valid for promtool', () => {
    const path = fileURLToPath(new URL('../../deploy/alerts.yaml', import.meta.url));
    expect(runPromtool(['check', 'rules', path])).toEqual({ code: 0, printed: expect.stringContaining('SUCCESS') });
  });

  it.each([
    ['gangway_nothing_total', 'does not exist'],
    ['rate(gangway_http_requests_total{path="/"}[5m])', 'has no label path'],
    ['sum by (mxid) (gangway_hand_overs)', 'has no label mxid'],
    ['gangway_hand_overs{state=~"pending|lost"}', 'has no value lost'],
    ['gangway_http_request_duration_seconds{route="x"}', 'is a histogram'],
  ])('would be refused: %s', (expr, problem) => expect(problemsIn(expr).join()).toContain(problem));
});
