import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startStandInBridge, type StandInBridge } from '../../support/stand-in-bridge/stand-in-bridge.js';
import { written } from '../config/written-config.js';
import { createWorkplace, type CliWorkspace } from '../../support/ran-command.js';

let workspace: CliWorkspace;
let bridge: StandInBridge;
beforeEach(async () => {
  workspace = createWorkplace();
  bridge = await startStandInBridge({ sandbox: { dataCentres: [], publicKeyPem: '' }, homeserver: 'matrix.test' });
});
afterEach(async () => {
  workspace.remove();
  await bridge.stop();
});

const check = (upstream: object | undefined, ...options: readonly string[]) => {
  const permissions = { 'matrix.test': 'user', 'other.test': 'commands' };
  const text = written({ bridge: { permissions, ...(upstream ? { upstream } : {}) } });
  writeFileSync(join(workspace.folder, 'config.yaml'), text, { mode: 0o600 });
  return workspace.run(['config', 'check', ...options]);
};
const right = () => ({ address: bridge.url, shared_secret: bridge.sharedSecret });

describe('gangway config check --online', () => {
  it('reports that the bridge can take logins', async () => {
    const { code, out, err } = await check(right(), '--online');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`The bridge at ${bridge.url} accepts logins.\n`);
  });

  it('exits with 8 and the reason if it cannot, before the result of --who', async () => {
    await bridge.goDown();
    const { code, err } = await check(right(), '--online', '--who', '@u:other.test');
    expect(code).toBe(8);
    expect(err).toContain(`No program listens at ${bridge.url} (bridge.upstream.address). Start the bridge`);
    await bridge.comeUp();
  });

  it('never prints the secret', async () => {
    const { code, out, err } = await check({ ...right(), shared_secret: 'a-secret-of-the-wrong-bridge' }, '--online');
    expect(code).toBe(8);
    expect(err).toContain('rejects bridge.upstream.shared_secret');
    expect(out + err).not.toContain('a-secret-of-the-wrong-bridge');
  });

  it('reports no bridge without bridge.upstream', async () => {
    const { code, out } = await check(undefined, '--online');
    expect(code).toBe(0);
    expect(out).toContain('bridge.upstream is not set, so there is no bridge to check.\n');
  });

  it('sends no request without the option, or with an invalid configuration', async () => {
    expect((await check(right())).code).toBe(0);
    expect((await check({ ...right(), wait_seconds: 1000 }, '--online')).code).toBe(3);
    expect(bridge.requests).toEqual([]);
  });
});
