import type { LoginProof, UserIdentifier } from '../../accounts/authority.js';
import { AccountFailure } from '../../accounts/failure.js';
import { Secret } from '../../base/secret.js';

/** The body of a login, as it came. */
export type LoginBody = Readonly<Record<string, unknown>>;

const maxDeviceIdLength = 512;

/** Whether the client can use refresh tokens; throws AccountFailure, as all of these functions do. */
export function readRefreshWish({ refresh_token: wish = false }: LoginBody): boolean {
  if (typeof wish === 'boolean') return wish;
  throw invalid('refresh_token', 'must be true or false');
}

/** The login type. */
export function readLoginType(body: LoginBody): string {
  return readText(body, 'type');
}

/** What the login proves itself with. `userName` is what this version calls the member that says who it is. */
export function readProof(type: string, body: LoginBody, userName: string): LoginProof {
  switch (type) {
    case 'm.login.password': {
      const password = new Secret(readText(body, 'password'));
      return { kind: 'password', identifier: readIdentifier(body, userName), password };
    }
    case 'm.login.token':
      return { kind: 'token', token: new Secret(readText(body, 'token')) };
    default:
      return { kind: 'other', type };
  }
}

/** The device that the login asks for, and what to call it. */
export function readDevice(body: LoginBody): { deviceId: string | undefined; deviceName: string | undefined } {
  const deviceId = readOptionalText(body, 'device_id');
  if (deviceId !== undefined && deviceId.length > maxDeviceIdLength) throw invalid('device_id', 'is too long');
  return {
    deviceId: deviceId === '' ? undefined : deviceId,
    deviceName: readOptionalText(body, 'initial_device_display_name'),
  };
}

// The members of old win over `identifier`, and among them an address over a user: so does Synapse.
function readIdentifier(body: LoginBody, userName: string): UserIdentifier {
  const { user, medium, address, identifier } = body;
  if (medium !== undefined && address !== undefined) return readAddress(body);
  if (user !== undefined) return { kind: 'user', user: readText(body, 'user') };
  if (identifier === undefined) throw missing(userName);
  if (!isObject(identifier)) throw invalid('identifier', 'must be an object');
  return readTypedIdentifier(identifier);
}

function readTypedIdentifier(identifier: LoginBody): UserIdentifier {
  switch (identifier['type']) {
    case 'm.id.user':
      return { kind: 'user', user: readText(identifier, 'user', 'identifier.user') };
    case 'm.id.thirdparty':
      return readAddress(identifier, 'identifier.');
    case 'm.id.phone':
      return readPhone(identifier);
    case undefined:
      // The prose of the specification has an example without a type.
      if (identifier['medium'] === undefined || identifier['address'] === undefined) throw missing('identifier.type');
      return readAddress(identifier, 'identifier.');
    default:
      throw invalid('identifier.type', 'is none that is known');
  }
}

function readAddress(from: LoginBody, path = ''): UserIdentifier {
  return {
    kind: 'address',
    medium: readText(from, 'medium', `${path}medium`),
    address: readText(from, 'address', `${path}address`),
  };
}

// `number` is what servers called it before the specification did; many clients send both.
function readPhone(identifier: LoginBody): UserIdentifier {
  const address = readText(identifier, identifier['phone'] === undefined ? 'number' : 'phone', 'identifier.phone');
  const country = readOptionalText(identifier, 'country', 'identifier.country');
  return { kind: 'address', medium: 'msisdn', address, ...(country === undefined ? {} : { country }) };
}

function readText(from: LoginBody, name: string, path = name): string {
  const value = from[name];
  if (value === undefined) throw missing(path);
  if (typeof value !== 'string') throw invalid(path, 'must be a string');
  return value;
}

function readOptionalText(from: LoginBody, name: string, path = name): string | undefined {
  return from[name] === undefined || from[name] === null ? undefined : readText(from, name, path);
}

function isObject(value: unknown): value is LoginBody {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function missing(name: string): AccountFailure {
  return new AccountFailure({ kind: 'parameter_missing', name });
}

function invalid(name: string, problem: string): AccountFailure {
  return new AccountFailure({ kind: 'parameter_invalid', name, problem });
}
