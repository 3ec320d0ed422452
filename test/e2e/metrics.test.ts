import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { metricDefinitions, processMetrics } from '../../src/app/metrics/definitions.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import type { ServingInstallation } from '../support/daemon.js';
import { installHere } from '../support/daemon-here.js';
import { definitionOf, metricsOn, samplesIn, scrape, type Sample } from '../support/metrics.js';
import { promtoolMissing, runPromtool } from '../support/promtool.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';

const alice = '@alice:example.test';
const bob = '@bob:example.test';
const phone = '9996620345';

let sandbox: Sandbox;
let gangway: ServingInstallation;
beforeAll(async () => {
  sandbox = await startStrictSandbox();
  gangway = await installHere(sandbox, metricsOn);
  await gangway.start();
});
afterAll(async () => {
  await gangway.remove();
  await sandbox.stop();
});

const valueOf = (samples: readonly Sample[], name: string, labels: Sample['labels']) =>
  samples
    .filter((sample) => sample.name === name)
    .find((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))?.value;

const hostilePaths = [
  '/',
  '/_matrix/provision/login/@eve:evil.test/unknown',
  `/_matrix/provision/${encodeURIComponent(alice)}/nothing`,
  '/_matrix/client/v3/account/whoami?access_token=syt_a_token',
  '/metrics',
  '/%00%ff/"quoted"\\{}',
  `/${'a'.repeat(4000)}`,
  '/_matrix/identity/v2/3pid/getValidated3pid?sid=1&client_secret=monkeys',
];

describe('/metrics', () => {
  it('has only declared label values after hostile paths and odd errors of Telegram', async () => {
    for (const path of hostilePaths) await fetch(`${gangway.url()}${path}`);
    await fetch(`${gangway.url()}/_matrix/mau/live`, { method: 'PROPFIND' });
    await gangway.login(bob, 'request_code', { phone: `+${phone}` });
    sandbox.control.addFault({ kind: 'rpc_error', code: 400, message: 'ODD_ERROR_42', times: 1 });
    await gangway.login(bob, 'send_code', { code: '22222' });
    await gangway.login(alice, 'bot_token', { token: '777:an-invalid-token' });
    const text = await scrape(gangway);
    const samples = samplesIn(text).filter(({ name }) => name.startsWith('gangway_'));
    expect(samples.length).toBeGreaterThan(50);
    const routes = /^(?:other|\/(?:_matrix|_gangway|\.well-known|\{|metrics)[\w/.{}:-]*)$/;
    for (const { name, labels } of samples) {
      const declared = definitionOf(name)?.labels ?? {};
      for (const [label, value] of Object.entries(labels)) {
        if (label === 'le') continue;
        const values = declared[label];
        if (values === 'routes') expect(value).toMatch(routes);
        else expect(values, `${name} ${label}`).toContain(value);
      }
    }
    for (const secret of [
      'evil',
      'syt_a_token',
      'monkeys',
      'quoted',
      'aaaa',
      'ODD_ERROR',
      phone,
      'alice',
      'PROPFIND',
    ]) {
      expect(text).not.toContain(secret);
    }
    expect(valueOf(samples, 'gangway_http_requests_total', { route: 'other', status: '404' })).toBeGreaterThan(3);
    expect(valueOf(samples, 'gangway_login_steps_total', { step: 'code', outcome: 'telegram_error' })).toBe(1);
    expect(valueOf(samples, 'gangway_login_steps_total', { step: 'bot_token', outcome: 'bot_token_invalid' })).toBe(1);
  });

  it('counts a whole login', async () => {
    const carol = '@carol:example.test';
    const before = samplesIn(await scrape(gangway));
    await gangway.login(carol, 'request_code', { phone: '+9996620346' });
    await gangway.login(carol, 'send_code', { code: '22222' });
    await gangway.getMe(carol);
    const after = samplesIn(await scrape(gangway));
    const change = (name: string, labels: Sample['labels']) =>
      (valueOf(after, name, labels) ?? 0) - (valueOf(before, name, labels) ?? 0);
    const route = '/_matrix/provision/login/{mxid}/send_code';
    expect(change('gangway_http_requests_total', { method: 'POST', route, status: '200' })).toBe(1);
    expect(change('gangway_http_request_duration_seconds_count', { route })).toBe(1);
    expect(change('gangway_login_steps_total', { step: 'code', outcome: 'complete' })).toBe(1);
    expect(change('gangway_events_total', { event: 'login.succeeded', outcome: 'ok' })).toBe(1);
    const call = 'gangway_telegram_call_duration_seconds_count';
    for (const method of ['sendCode', 'signIn', 'getMe']) expect(change(call, { method, result: 'ok' })).toBe(1);
    expect(change('gangway_database_duration_seconds_count', { work: 'transaction', outcome: 'ok' })).toBeGreaterThan(
      1,
    );
    expect(valueOf(after, 'gangway_telegram_connections', {})).toBeGreaterThanOrEqual(1);
    expect(valueOf(after, 'gangway_connection_leases', {})).toBe(valueOf(after, 'gangway_telegram_connections', {}));
    expect(valueOf(after, 'gangway_outbox_depth', { outbox: 'hand_overs' })).toBe(0);
  });

  it('has the documented metrics of the process, and a help text and a type for each metric', async () => {
    const text = await scrape(gangway);
    // Garbage collection has samples only once it has run.
    const names = new Set([...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name));
    expect(processMetrics.filter((name) => !names.has(name))).toEqual([]);
    for (const [name, { type, help }] of Object.entries(metricDefinitions)) {
      expect(text).toContain(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`);
    }
  });

  it.skipIf(promtoolMissing)('is valid for promtool', async () => {
    await gangway.login(bob, 'request_code', { phone: 'no number' });
    const { code, printed } = runPromtool(['check', 'metrics'], await scrape(gangway));
    // promtool would have another name for a metric of Node.js libraries.
    const ours = printed.split('\n').filter((line) => line.includes('gangway_') || line.includes('error'));
    expect({ ours, isParsed: code === 0 || code === 3 }).toEqual({ ours: [], isParsed: true });
  });

  it('is not served beside the APIs', async () => {
    expect((await fetch(`${gangway.url()}/metrics`)).status).toBe(404);
  });
});
