import type { LoginProof } from '../../accounts/authority.js';
import { AccountFailure } from '../../accounts/failure.js';
import { readIdentifier } from '../../accounts/read-identifier.js';
import { Secret } from '../../base/secret.js';

/** The body of a login, as it was received. */
export type LoginBody = Readonly<Record<string, unknown>>;

/**
 * Returns whether the client supports refresh tokens. Like all functions here, throws
 * AccountFailure.
 */
export function readRefreshWish({ refresh_token: wish = false }: LoginBody): boolean {
  if (typeof wish === 'boolean') return wish;
  throw invalid('refresh_token', 'It must be true or false.');
}

/** Returns the login type. */
export function readLoginType(body: LoginBody): string {
  return readText(body, 'type');
}

/**
 * Returns the proof of the login. `userName` is the member that identifies the user in this
 * version.
 */
export function readProof(type: string, body: LoginBody, userName: string): LoginProof {
  switch (type) {
    case 'm.login.password': {
      const password = new Secret(readText(body, 'password'));
      const saysWho = ['identifier', 'user', 'medium', 'address'].some((name) => body[name] !== undefined);
      if (!saysWho) throw new AccountFailure({ kind: 'parameter_missing', name: userName });
      return { kind: 'password', identifier: readIdentifier(body), password };
    }
    case 'm.login.token':
      return { kind: 'token', token: new Secret(readText(body, 'token')) };
    default:
      return { kind: 'other', type };
  }
}

/** Returns the device that the login requests, with its display name. */
export function readDevice(body: LoginBody): { deviceId: string | undefined; deviceName: string | undefined } {
  return {
    deviceId: readOptionalText(body, 'device_id'),
    deviceName: readOptionalText(body, 'initial_device_display_name'),
  };
}

function readText(body: LoginBody, name: string): string {
  const value = body[name];
  if (value === undefined) throw new AccountFailure({ kind: 'parameter_missing', name });
  if (typeof value !== 'string') throw invalid(name, 'It must be a text.');
  return value;
}

// Some libraries send null if they have no device.
function readOptionalText(body: LoginBody, name: string): string | undefined {
  return body[name] === undefined || body[name] === null ? undefined : readText(body, name);
}

function invalid(name: string, problem: string): AccountFailure {
  return new AccountFailure({ kind: 'parameter_invalid', name, problem });
}
