import type { Account } from './accounts.js';

/** Telegram's record of one auth key. */
export interface Device {
  readonly keyName: string;
  readonly dc: number;
  /** The API layer that each session named, the newest last. */
  readonly layers: Map<bigint, number>;
  account: Account | undefined;
  /**
   * The account whose code was entered here and whose password is still missing. Outlives the
   * connection.
   */
  awaitingPassword: Account | undefined;
  /** The last number that a code was asked for. */
  codePhone: string | undefined;
  /** The error that ended its login. */
  revokedAs: string | undefined;
}

/** All auth keys that have made a call. */
export interface Devices {
  /** Returns the device of a key, a new one if there is none yet. */
  of(keyName: string, dc: number): Device;
  list(): readonly Device[];
  find(keyName: string): Device | undefined;
  /** Returns the devices of an account: logged in, or in the middle of a login. */
  ofAccount(account: Account): readonly Device[];
  delete(keyNames?: ReadonlySet<string>): void;
}

const maxSessionsOfKey = 8;

/** Returns the layer of the session, or the last one that another session of the key named. */
export function layerOf({ layers }: Device, sessionId: bigint): number | undefined {
  return layers.get(sessionId) ?? [...layers.values()].at(-1);
}

export function rememberLayer({ layers }: Device, sessionId: bigint, layer: number): void {
  layers.delete(sessionId);
  layers.set(sessionId, layer);
  const [oldest] = layers.keys();
  if (layers.size > maxSessionsOfKey && oldest !== undefined) layers.delete(oldest);
}

export function createDevices(): Devices {
  const devices = new Map<string, Device>();
  return {
    of(keyName, dc) {
      const existing = devices.get(keyName);
      if (existing) return existing;
      const created: Device = {
        keyName,
        dc,
        layers: new Map(),
        account: undefined,
        awaitingPassword: undefined,
        codePhone: undefined,
        revokedAs: undefined,
      };
      devices.set(keyName, created);
      return created;
    },
    list: () => [...devices.values()],
    find: (keyName) => devices.get(keyName),
    ofAccount: ({ id, phone }) =>
      [...devices.values()].filter(
        (device) =>
          device.account?.id === id ||
          device.awaitingPassword?.id === id ||
          (phone !== undefined && device.codePhone === phone),
      ),
    delete(keyNames) {
      if (!keyNames) return devices.clear();
      for (const keyName of keyNames) devices.delete(keyName);
    },
  };
}

/** Ends the login of an auth key: its next calls fail with this error. */
export function endLogin(device: Device, error: string): void {
  device.account = undefined;
  device.awaitingPassword = undefined;
  device.revokedAs = error;
}
