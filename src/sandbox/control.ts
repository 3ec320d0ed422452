import { Failure } from '../base/failure.js';
import type { DataCentre } from './dc/data-centre.js';
import type { KeyUsage, KeyUse } from './dc/key-usage.js';
import type { Fault, Faults } from './faults.js';
import type { CallLog, SandboxCall } from './rpc/call-log.js';
import { accountOfPhone, botOfToken, type Account } from './world/accounts.js';
import { endLogin } from './world/devices.js';
import type { LoginToken } from './world/login-tokens.js';
import type { World } from './world/world.js';

export type { KeyUse } from './dc/key-usage.js';
export type { Fault } from './faults.js';
export type { SandboxCall } from './rpc/call-log.js';

/** The control of a running sandbox. */
export interface SandboxControl {
  /** Adds a fault. The returned function removes it. */
  addFault(fault: Fault): () => void;
  clearFaults(): void;
  /** Closes every TCP connection now; new ones are taken. */
  cutConnections(): void;
  /**
   * Rejects all auth keys with -404 from now on, or those of one account, named by phone number or
   * bot token. Throws SandboxFailure.
   */
  deleteAuthKeys(phoneOrToken?: string): void;
  /**
   * Ends the logins of an account: their next calls are 401 with this name, or 406
   * AUTH_KEY_DUPLICATED. Throws SandboxFailure.
   */
  revokeSessions(phoneOrToken: string, error: string): void;
  /**
   * Accepts a QR login for the account of this phone number, and notifies the client. Throws
   * SandboxFailure, or RpcRefusal for the token.
   */
  acceptLoginToken(token: Uint8Array, phone: string): void;
  /**
   * Resets the sandbox: deletes faults, logins, codes, keys and the list of calls, and closes all
   * connections.
   */
  reset(): void;
  /** Returns the auth keys that are logged in. */
  sessions(): readonly SandboxSession[];
  /** Every auth key that has been used, with its simultaneous connections. */
  keys(): readonly KeyUse[];
  /** What arrived: one entry per call, in order. */
  calls(): readonly SandboxCall[];
}

/**
 * An auth key that is logged in: `key` is its identifier, 16 hexadecimal digits; `userId` is
 * Telegram's.
 */
export interface SandboxSession {
  readonly key: string;
  readonly dc: number;
  readonly userId: string;
}

/** Thrown for an order that names no account of the sandbox. */
export class SandboxFailure extends Failure<{ readonly kind: 'no_such_account' }> {}

export interface ControlDeps {
  readonly world: World;
  readonly faults: Faults;
  readonly callLog: CallLog;
  readonly dataCentres: readonly DataCentre[];
  readonly keyUsage: KeyUsage;
  readonly cutConnections: () => void;
  readonly announceAccepted: (token: LoginToken) => void;
}

export function createControl(deps: ControlDeps): SandboxControl {
  const { world, faults, callLog, dataCentres, keyUsage, cutConnections, announceAccepted } = deps;

  function deleteKeys(names?: ReadonlySet<string>): void {
    for (const dataCentre of dataCentres) dataCentre.deleteKeys(names);
    world.devices.delete(names);
  }

  return {
    addFault: (fault) => faults.add(fault),
    clearFaults: () => faults.clear(),
    cutConnections,
    deleteAuthKeys(phoneOrToken) {
      if (phoneOrToken === undefined) return deleteKeys();
      const devices = world.devices.ofAccount(loadAccount(phoneOrToken));
      deleteKeys(new Set(devices.map((device) => device.keyName)));
    },
    revokeSessions(phoneOrToken, error) {
      for (const device of world.devices.ofAccount(loadAccount(phoneOrToken))) endLogin(device, error);
    },
    acceptLoginToken(token, phone) {
      announceAccepted(world.loginTokens.accept(token, loadAccount(phone)));
    },
    reset() {
      faults.clear();
      deleteKeys();
      world.clear();
      callLog.clear();
      cutConnections();
      keyUsage.clear();
    },
    sessions: () =>
      world.devices.list().flatMap(({ keyName, dc, account }) => {
        return account ? [{ key: keyName, dc, userId: String(account.id) }] : [];
      }),
    keys: () => keyUsage.list(),
    calls: () => callLog.list(),
  };
}

function loadAccount(phoneOrToken: string): Account {
  const account = botOfToken(phoneOrToken) ?? accountOfPhone(phoneOrToken);
  if (!account) throw new SandboxFailure({ kind: 'no_such_account' });
  return account;
}
