import { randomBytes } from 'node:crypto';
import { systemClock } from '../../src/base/clock.js';
import { parseMxid, type Mxid } from '../../src/base/mxid.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { install, type ConfigOverrides, type Installation, type ServingInstallation } from './daemon.js';
import { startReverseProxy } from './reverse-proxy.js';
import { startSynapse, type Synapse } from './synapse.js';

/** A Matrix user who can log in by name and by phone number. */
export interface MatrixUser {
  readonly mxid: Mxid;
  readonly password: string;
  /** E.164 digits without the plus. */
  readonly phone: string;
}

/** A server name whose users can log in through Gangway. */
export interface MatrixEnvironment<Gangway = Installation> {
  readonly gangway: Gangway;
  readonly alice: MatrixUser;
  readonly bob: MatrixUser;
  /** The base URL of the homeserver, for clients. */
  url(): string;
  close(): Promise<void>;
}

const phones = { alice: '447700900123', bob: '447700900456' };

/** `install` or `installHere`. */
type Install<Gangway> = (sandbox: Sandbox, overrides: ConfigOverrides) => Promise<Gangway>;

/** Gangway alone, with its own accounts. */
export function startEmbeddedEnvironment(
  sandbox: Sandbox,
  overrides: ConfigOverrides = {},
): Promise<MatrixEnvironment> {
  return startEmbeddedPlaceBy(install, sandbox, overrides);
}

/** Does the same for a daemon in the process of its choice. */
export async function startEmbeddedPlaceBy<Gangway extends ServingInstallation>(
  installBy: Install<Gangway>,
  sandbox: Sandbox,
  overrides: ConfigOverrides,
): Promise<MatrixEnvironment<Gangway>> {
  const gangway = await installBy(sandbox, overrides);
  await gangway.start();
  const user = async (localpart: 'alice' | 'bob') => {
    const mxid = matrixId(`@${localpart}:example.test`);
    const password = `the password of ${localpart}`;
    await gangway.addUser(mxid, password);
    await addPhone(gangway, mxid, phones[localpart]);
    return { mxid, password, phone: phones[localpart] };
  };
  return {
    gangway,
    alice: await user('alice'),
    bob: await user('bob'),
    url: () => gangway.url(),
    close: () => gangway.remove(),
  };
}

/** Gangway beside a Synapse, and a reverse proxy in front of both. */
export function startRelayEnvironment(sandbox: Sandbox, overrides: ConfigOverrides = {}): Promise<MatrixEnvironment> {
  return startRelayPlaceBy(install, sandbox, overrides);
}

/**
 * Does the same for a daemon in the process of its choice. With a Synapse that several tests share,
 * the users are new ones, and the Synapse stays.
 */
export async function startRelayPlaceBy<Gangway extends ServingInstallation>(
  installBy: Install<Gangway>,
  sandbox: Sandbox,
  overrides: ConfigOverrides,
  shared?: Synapse,
): Promise<MatrixEnvironment<Gangway>> {
  const synapse = shared ?? (await startSynapse());
  const suffix = shared ? `-${randomBytes(4).toString('hex')}` : '';
  const gangway = await installBy(sandbox, {
    homeserver: { domain: synapse.serverName, address: synapse.url },
    http: { trusted_proxies: ['127.0.0.1'] },
    bridge: { permissions: { [synapse.serverName]: 'full' } },
    ...overrides,
  });
  await gangway.start();
  const proxy = await startReverseProxy({ gangway: gangway.url(), homeserver: synapse.url });
  const user = async (localpart: 'alice' | 'bob') => {
    const { mxid: registered, password } = await synapse.register(`${localpart}${suffix}`);
    const mxid = matrixId(registered);
    await addPhone(gangway, mxid, phones[localpart]);
    return { mxid, password, phone: phones[localpart] };
  };
  return {
    gangway,
    alice: await user('alice'),
    bob: await user('bob'),
    url: () => proxy.url,
    async close() {
      await proxy.close();
      await gangway.remove();
      if (!shared) await synapse.stop();
    },
  };
}

async function addPhone(gangway: ServingInstallation, mxid: Mxid, phone: string): Promise<void> {
  const database = await gangway.openDatabase();
  const now = systemClock.now();
  const record = {
    id: `phone of ${mxid}`,
    mxid,
    medium: 'msisdn',
    address: phone,
    validatedAt: now,
    addedAt: now,
    telegramAccountId: undefined,
  } as const;
  await database.transaction((tx) => tx.accountAddresses.insert(record));
  await database.close();
}

function matrixId(text: string): Mxid {
  const mxid = parseMxid(text);
  if (mxid === undefined) throw new Error(`${text} is no Matrix ID`);
  return mxid;
}
