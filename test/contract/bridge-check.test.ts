import { afterEach, describe, expect, it } from 'vitest';
import { warnAboutSessionsAtBridge } from '../../src/app/sessions-at-bridge.js';
import { warnAboutUpstream } from '../../src/app/upstream-check.js';
import { systemClock } from '../../src/base/clock.js';
import { Secret } from '../../src/base/secret.js';
import { checkBridge } from '../../src/bridge/check-bridge.js';
import { usersToCheck } from '../../src/config/users-to-check.js';
import type { ServerName } from '../../src/base/mxid.js';
import { mxidOf } from '../support/bridge-calls.js';
import { createFakeClock } from '../support/fake-clock.js';
import { openTestDatabase } from '../support/database.js';
import { createRecordingLogger } from '../support/recording-logger.js';
import { startSilentServer } from '../support/silent-server.js';
import {
  startStandInBridge,
  type StandInBridge,
  type StandInBridgeOptions,
} from '../support/stand-in-bridge/stand-in-bridge.js';

const alice = mxidOf('@alice:example.test');
const bob = mxidOf('@bob:example.test');
const sandbox = { dataCentres: [], publicKeyPem: '' };

const standIns: StandInBridge[] = [];
afterEach(async () => void (await Promise.all(standIns.splice(0).map((standIn) => standIn.stop()))));

async function start(options: Partial<StandInBridgeOptions> = {}): Promise<StandInBridge> {
  const standIn = await startStandInBridge({ sandbox, ...options });
  standIns.push(standIn);
  return standIn;
}

function check(address: string, { secret = 'the-secret-of-the-stand-in-bridge', users = [alice] } = {}) {
  return checkBridge({
    address,
    sharedSecret: new Secret(secret),
    homeserver: 'example.test',
    users,
    clock: systemClock,
  });
}

describe('the check of the bridge', () => {
  it('reports no problem with the current bridge', async () => {
    const standIn = await start();
    expect(await check(standIn.url, { users: [alice, bob] })).toEqual([]);
    expect(standIn.requests.map(({ mxid }) => mxid)).toEqual([alice, bob]);
  });

  it.each<[string, Partial<StandInBridgeOptions>, string]>([
    ['too old', { flows: ['phone', 'qr', 'bot'] }, 'cannot take logins. Update mautrix-telegram to v26.04 or newer.'],
    [
      'of another network',
      { network: { network_id: 'signal', beeper_bridge_type: 'signal', displayname: 'Signal' } },
      'is for the network "Signal". Set bridge.upstream.address to mautrix-telegram.',
    ],
    [
      'of another homeserver',
      { homeserver: 'other.test', allows: () => true },
      'belongs to the homeserver "other.test"',
    ],
    ['without a provisioning API', { sharedSecret: 'disable' }, 'is disabled. Set provisioning.shared_secret'],
    [
      'with another secret',
      { sharedSecret: 'another-secret-of-a-bridge' },
      'rejects bridge.upstream.shared_secret. Copy',
    ],
  ])('reports a bridge that is %s', async (_what, options, expected) => {
    const { url } = await start(options);
    const problems = await check(url);
    expect(problems).toEqual([expect.stringContaining(expected)]);
    expect(problems[0]).toContain(url);
  });

  it('reports each user who may log in here but not at the bridge', async () => {
    const standIn = await start({ allows: (mxid) => mxid === alice });
    const problems = await check(standIn.url, { users: [bob, alice, mxidOf('@carol:example.test')] });
    expect(problems).toEqual([
      expect.stringContaining(`does not let ${bob} log in, and bridge.permissions does. Set the same levels`),
      expect.stringContaining('@carol:example.test'),
    ]);
  });

  it('reports another program at the address', async () => {
    const standIn = await start();
    for (const [status, text] of [
      [200, '<html></html>'],
      [200, '{"user_id":"@alice:example.test"}'],
      [404, '{"errcode":"M_UNRECOGNIZED","error":"Unrecognized request"}'],
      [301, ''],
    ] as const) {
      standIn.fail('whoami', { kind: 'answer', status, text });
      const [problem] = await check(standIn.url);
      expect(problem).toContain('is not one of the provisioning API, version 3, of a mautrix bridge.');
    }
  });

  it('reports an address without a server, once', async () => {
    const standIn = await start();
    await standIn.goDown();
    expect(await check(standIn.url, { users: [alice, bob] })).toEqual([
      expect.stringMatching(/^No program listens at .* Start the bridge, or set bridge\.upstream\.address/),
    ]);
    await standIn.comeUp();
    standIn.fail('whoami', { kind: 'answer', status: 502, text: '' });
    expect(await check(standIn.url)).toEqual([expect.stringContaining('cannot be reached (status 502)')]);
  });

  it('gives up after 10 seconds', async () => {
    const silent = await startSilentServer();
    const clock = createFakeClock();
    const problems = checkBridge({
      address: `http://127.0.0.1:${silent.port}`,
      sharedSecret: new Secret('the-secret'),
      homeserver: 'example.test',
      users: [alice, bob],
      clock,
    });
    await silent.firstTaken;
    await clock.advance(10_000);
    expect(await problems).toEqual([expect.stringContaining('does not answer within 10 seconds.')]);
    await silent.stop();
  });
});

describe('the users for whom the bridge is queried', () => {
  it.each<[Record<string, string>, string[]]>([
    [{ '*': 'user' }, ['@gangway-check:example.test']],
    [
      { '*': 'relay', 'other.test:8448': 'full', '@a:b.test': 'admin' },
      ['@gangway-check:other.test:8448', '@a:b.test'],
    ],
    [{ '@blocked:b.test': 'block', '@a:b.test': 'user' }, ['@a:b.test']],
  ])('are, for %j, %j', (permissions, expected) => {
    expect(usersToCheck(new Map(Object.entries(permissions)), 'example.test' as ServerName)).toEqual(expected);
  });

  it('are at most ten', () => {
    const many = Array.from({ length: 30 }, (_, index) => [`@user${index}:b.test`, 'user'] as const);
    expect(usersToCheck(new Map(many), 'example.test' as ServerName)).toHaveLength(10);
  });
});

describe('at start-up', () => {
  it('logs a bridge that is not ready, and does not fail', async () => {
    const logger = createRecordingLogger();
    const standIn = await start({ flows: [] });
    const upstream = {
      address: standIn.url,
      sharedSecret: new Secret(standIn.sharedSecret),
      handOver: 'automatic',
      waitMs: 0,
    } as const;
    const bridge = { permissions: new Map([['*', 'user']]), maxAccounts: 5, upstream };
    const homeserver = { domain: 'example.test' as ServerName, address: undefined, adminAccessToken: undefined };
    await warnAboutUpstream({ bridge, homeserver }, { clock: systemClock, logger });
    await warnAboutUpstream({ bridge: { ...bridge, upstream: undefined }, homeserver }, { clock: systemClock, logger });
    expect(logger.lines).toEqual([expect.objectContaining({ level: 'warn', message: 'bridge not ready' })]);
  });

  it.each([
    ['gangway', 0],
    ['hand_over', 1],
    ['bridge', 1],
  ] as const)('logins held by %s are logged if no bridge is configured: %i', async (heldBy, count) => {
    const logger = createRecordingLogger();
    const database = await openTestDatabase();
    const account = { id: 'a1', owner: alice, telegramUserId: '1', session: null, profile: new Secret('{}'), heldBy };
    await database.transaction((tx) => tx.telegramAccounts.insert({ ...account, createdAt: 0, updatedAt: 0 }));
    await warnAboutSessionsAtBridge(database, logger);
    await database.close();
    expect(logger.lines).toHaveLength(count);
  });
});
