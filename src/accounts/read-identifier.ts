import { cleanHumanInput } from '../base/human-input.js';
import type { UserIdentifier } from './authority.js';
import { AccountFailure } from './failure.js';

type Body = Readonly<Record<string, unknown>>;

/**
 * Returns the user that a login, or a stage of user-interactive authentication, names. The
 * deprecated members `user`, and `medium` with `address`, take precedence over `identifier`. Throws
 * AccountFailure parameter_missing or parameter_invalid.
 */
export function readIdentifier(body: Body): UserIdentifier {
  const { medium, address, user, identifier } = body;
  if (medium !== undefined && address !== undefined) {
    return { kind: 'address', medium: text('medium', medium), address: text('address', address) };
  }
  if (user !== undefined) return { kind: 'user', user: userName('user', user) };
  if (identifier === undefined) throw new AccountFailure({ kind: 'parameter_missing', name: 'identifier' });
  if (typeof identifier !== 'object' || identifier === null || Array.isArray(identifier)) {
    throw invalid('identifier', 'It must be an object.');
  }
  return readTyped(identifier as Body);
}

function readTyped(identifier: Body): UserIdentifier {
  // An example in the specification has an address and no type.
  const isBareAddress = identifier['medium'] !== undefined && identifier['address'] !== undefined;
  const type = identifier['type'] ?? (isBareAddress ? 'm.id.thirdparty' : undefined);
  switch (type) {
    case 'm.id.user':
      return { kind: 'user', user: userName('identifier.user', identifier['user']) };
    case 'm.id.thirdparty': {
      const medium = text('identifier.medium', identifier['medium']);
      return { kind: 'address', medium, address: text('identifier.address', identifier['address']) };
    }
    case 'm.id.phone': {
      // Clients sent `number` before the specification defined `phone`.
      const address = text('identifier.phone', identifier['phone'] ?? identifier['number']);
      const { country } = identifier;
      if (country === undefined) return { kind: 'address', medium: 'msisdn', address };
      return { kind: 'address', medium: 'msisdn', address, country: text('identifier.country', country) };
    }
    case undefined:
      throw new AccountFailure({ kind: 'parameter_missing', name: 'identifier.type' });
    default:
      throw invalid('identifier.type', 'It must be m.id.user, m.id.thirdparty or m.id.phone.');
  }
}

function userName(name: string, value: unknown): string {
  return cleanHumanInput(text(name, value));
}

function text(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw value === undefined
    ? new AccountFailure({ kind: 'parameter_missing', name })
    : invalid(name, 'It must be a text.');
}

function invalid(name: string, problem: string): AccountFailure {
  return new AccountFailure({ kind: 'parameter_invalid', name, problem });
}
