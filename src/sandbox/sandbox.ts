import { writeFile } from 'node:fs/promises';
import type { Clock } from '../base/clock.js';
import type { Random } from '../base/random.js';
import { createControl, type SandboxControl } from './control.js';
import { serveControl } from './control-http.js';
import { createGroup } from './crypto/group.js';
import { generateServerKey } from './crypto/server-key.js';
import { createDataCentre } from './dc/data-centre.js';
import { createKeyUsage } from './dc/key-usage.js';
import { listen, type Listener } from './dc/listener.js';
import { createFaults } from './faults.js';
import { createCallLog } from './rpc/call-log.js';
import { createDispatcher } from './rpc/dispatcher.js';
import { createLayers } from './schema/layers.js';
import { mtproto as mtprotoSchema } from './schema/mtproto.js';
import { createServices } from './services/index.js';
import type { DataCentreAddress } from './services/network.js';
import { createTlCodec } from './tl/codec.js';
import { parseTlSchema } from './tl/schema.js';
import type { LoginToken } from './world/login-tokens.js';
import { endLogin } from './world/devices.js';
import { createWorld } from './world/world.js';

export interface SandboxOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /**
   * The address that clients are sent to; default: `host`. It differs if `host` stands for all
   * addresses.
   */
  readonly announcedHost?: string;
  /** The ports of data centres 1, 2 and 3; default 0, a free one, each. */
  readonly ports?: readonly number[];
  /** The port of the control API, 0 for a free one; without it there is no control over HTTP. */
  readonly controlPort?: number;
  /** The file for the public key as PEM. Defaults to none. */
  readonly publicKeyPath?: string;
  /**
   * The 16 bytes that MTProxy clients must know; every data centre then serves them for all data
   * centres. Default: no MTProxy.
   */
  readonly mtproxySecret?: Buffer;
  /**
   * Whether an auth key that two connections use at the same time is invalidated, as Telegram does.
   * Default: it is recorded only.
   */
  readonly strictKeys?: boolean;
  /**
   * Whether a key exchange demands as much work of clients as Telegram's: two primes of 31 bits.
   * Default: small primes, so that tests cost less.
   */
  readonly largePrimes?: boolean;
}

/** A simulated Telegram that is running. */
export interface Sandbox {
  readonly dataCentres: readonly DataCentreAddress[];
  /** PKCS#1 PEM of its RSA key, which clients must be configured with. */
  readonly publicKeyPem: string;
  readonly controlUrl: string | undefined;
  readonly control: SandboxControl;
  stop(): Promise<void>;
}

const dataCentreIds = [1, 2, 3] as const;

/**
 * Starts three data centres that speak MTProto 2.0 on loopback, with a key of their own and the
 * accounts of world/magic.ts.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { clock, random, host = '127.0.0.1' } = options;
  const { announcedHost = host } = options;
  const serverKey = await generateServerKey();
  const group = createGroup();
  const world = createWorld({ clock, random, group });
  const faults = createFaults();
  const callLog = createCallLog();
  const mtproto = createTlCodec(parseTlSchema(mtprotoSchema));
  const addresses: DataCentreAddress[] = [];

  const announceAccepted = ({ keyName, dc }: LoginToken) => {
    const update = { _: 'updateShort', update: { _: 'updateLoginToken' }, date: Math.floor(clock.now() / 1000) };
    dataCentres.find(({ id }) => id === dc)?.push(keyName, update);
  };
  const rpc = createDispatcher({
    mtproto,
    layers: createLayers(),
    faults,
    devices: world.devices,
    calls: callLog,
    services: createServices({ world, dataCentreIds, announceAccepted, addresses: () => addresses }),
  });
  const dataCentres = dataCentreIds.map((id) => createDataCentre({ id, mtproto, clock, random, rpc }));

  const keyUsage = createKeyUsage({
    clock,
    isStrict: options.strictKeys ?? false,
    invalidate: (key, dc) => endLogin(world.devices.of(key, dc), 'AUTH_KEY_DUPLICATED'),
    forget(key) {
      const names = new Set([key]);
      for (const dataCentre of dataCentres) dataCentre.deleteKeys(names);
      world.devices.delete(names);
    },
  });
  const listeners: Listener[] = [];
  const cutConnections = () => listeners.forEach((listener) => listener.cutConnections());
  const control = createControl({ world, faults, callLog, dataCentres, keyUsage, cutConnections, announceAccepted });
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => void (await Promise.all(stops.map((stopOne) => stopOne())));

  try {
    for (const [index, dataCentre] of dataCentres.entries()) {
      const listener = await listen(
        dataCentre,
        { host, port: options.ports?.[index] ?? 0 },
        {
          mtproto,
          clock,
          random,
          group,
          serverKey,
          largePrimes: options.largePrimes ?? false,
          faults,
          keyUsage,
          mtproxySecret: options.mtproxySecret,
          dataCentre: (id) => dataCentres.find((other) => other.id === id),
        },
      );
      listeners.push(listener);
      stops.push(() => listener.stop());
      addresses.push({ id: dataCentre.id, ip: announcedHost, port: listener.port });
    }
    const info = { dataCentres: addresses, publicKeyPem: serverKey.publicPem };
    const served =
      options.controlPort === undefined
        ? undefined
        : await serveControl(control, info, { host, announcedHost, port: options.controlPort });
    if (served) stops.push(() => served.stop());
    if (options.publicKeyPath !== undefined) await writeFile(options.publicKeyPath, serverKey.publicPem);
    return { ...info, controlUrl: served?.url, control, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
