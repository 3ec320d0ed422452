import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { install } from '../support/daemon.js';
import { startStandInBridge } from '../support/stand-in-bridge/stand-in-bridge.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startStrictSandbox();
});
afterAll(() => sandbox.stop());

it('starts beside a bridge that is unreachable, and logs what to do', async () => {
  const bridge = await startStandInBridge({ sandbox });
  await bridge.goDown();
  const upstream = { address: bridge.url, shared_secret: bridge.sharedSecret };
  const installation = await install(sandbox, { bridge: { upstream } });
  try {
    await installation.start();
    await installation.line('No program listens at');
    expect(installation.output()).toContain('bridge not ready');
    expect(installation.output()).not.toContain(bridge.sharedSecret);
    expect(await installation.probe('ready')).toBe(200);
    expect(await installation.stop()).toBe(0);
  } finally {
    await installation.remove();
    await bridge.comeUp();
    await bridge.stop();
  }
});
