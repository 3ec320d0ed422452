import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

interface Service {
  readonly ports?: readonly string[];
  readonly healthcheck?: object;
  readonly build?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly stop_grace_period?: string;
  readonly volumes?: readonly string[];
}
const compose = parse(read('deploy/compose.yaml')) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};
const services = Object.entries(compose.services);

it('compose.yaml publishes only the ports of Caddy', () => {
  expect(services.filter(([, { ports }]) => ports !== undefined).map(([name]) => name)).toEqual(['caddy']);
});

it('each service of compose.yaml has a health check, of its own or in the image that is built here', () => {
  expect(read('Dockerfile')).toContain('HEALTHCHECK');
  expect(services.filter(([, it]) => it.healthcheck === undefined && it.build === undefined)).toEqual([]);
});

it('compose.yaml declares each named volume', () => {
  const sources = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0] ?? ''));
  const named = sources.filter((source) => !source.startsWith('.')).toSorted();
  expect(named).toEqual(Object.keys(compose.volumes).toSorted());
});

it('compose.yaml sets only variables of the configuration', () => {
  const variables = Object.keys(compose.services['gangway']?.environment ?? {});
  expect(variables).not.toEqual([]);
  const documented = read('docs/configuration.md');
  expect(variables.filter((variable) => !documented.includes(`- Environment: \`${variable}\``))).toEqual([]);
});

it('systemd, Docker and Kubernetes wait longer for the end of the daemon than its own deadline', () => {
  const { http } = parse(read('config.sample.yaml')) as { http: { shutdown_seconds: number } };
  const closingMs = Number(/closingMs = ([\d_]+)/.exec(read('src/cli/run.ts'))?.[1]?.replaceAll('_', ''));
  const deadline = http.shutdown_seconds + closingMs / 1000;
  const deployment = parseAllDocuments(read('deploy/kubernetes.yaml')).map((each) => each.toJS() as KubernetesObject);
  const periods = [
    Number(/^TimeoutStopSec=(\d+)$/m.exec(read('deploy/gangway.service'))?.[1]),
    Number(/^(\d+)s$/.exec(compose.services['gangway']?.stop_grace_period ?? '')?.[1]),
    Number(deployment.find(({ kind }) => kind === 'Deployment')?.spec?.template?.spec.terminationGracePeriodSeconds),
  ];
  expect(periods.map((seconds) => seconds > deadline)).toEqual([true, true, true]);
});

interface KubernetesObject {
  readonly kind: string;
  readonly spec?: { readonly template?: { readonly spec: { readonly terminationGracePeriodSeconds: number } } };
}
