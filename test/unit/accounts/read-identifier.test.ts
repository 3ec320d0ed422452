import { describe, expect, it } from 'vitest';
import type { UserIdentifier } from '../../../src/accounts/authority.js';
import { AccountFailure, type AccountFailureDetails } from '../../../src/accounts/failure.js';
import { readIdentifier } from '../../../src/accounts/read-identifier.js';

type Body = Readonly<Record<string, unknown>>;

describe('the user identifier of a login request', () => {
  it.each<[string, Body, UserIdentifier]>([
    ['a user', { identifier: { type: 'm.id.user', user: 'alice' } }, { kind: 'user', user: 'alice' }],
    [
      'a 3PID',
      { identifier: { type: 'm.id.thirdparty', medium: 'email', address: 'a@mail.test' } },
      { kind: 'address', medium: 'email', address: 'a@mail.test' },
    ],
    [
      'a 3PID without a type',
      { identifier: { medium: 'email', address: 'a@mail.test' } },
      { kind: 'address', medium: 'email', address: 'a@mail.test' },
    ],
    [
      'a phone number',
      { identifier: { type: 'm.id.phone', country: 'GB', phone: '1' } },
      { kind: 'address', medium: 'msisdn', address: '1', country: 'GB' },
    ],
    [
      'a phone number by its older name',
      { identifier: { type: 'm.id.phone', number: '2' } },
      { kind: 'address', medium: 'msisdn', address: '2' },
    ],
    [
      'a phone number by both names',
      { identifier: { type: 'm.id.phone', phone: '1', number: '2' } },
      { kind: 'address', medium: 'msisdn', address: '1' },
    ],
    ['the deprecated user, before the identifier', { user: 'old', identifier: 'x' }, { kind: 'user', user: 'old' }],
    [
      'the deprecated 3PID, before the deprecated user',
      { user: 'old', medium: 'email', address: 'a@mail.test' },
      { kind: 'address', medium: 'email', address: 'a@mail.test' },
    ],
    ['the deprecated user, if the 3PID is incomplete', { user: 'old', medium: 'email' }, { kind: 'user', user: 'old' }],
  ])('can be %s', (_, body, identifier) => {
    expect(readIdentifier(body)).toEqual(identifier);
  });

  it.each<[Body, AccountFailureDetails['kind'], string]>([
    [{}, 'parameter_missing', 'identifier'],
    [{ identifier: {} }, 'parameter_missing', 'identifier.type'],
    [{ identifier: 'alice' }, 'parameter_invalid', 'identifier'],
    [{ identifier: ['alice'] }, 'parameter_invalid', 'identifier'],
    [{ identifier: { type: 'm.id.fingerprint' } }, 'parameter_invalid', 'identifier.type'],
    [{ identifier: { type: 'm.id.user' } }, 'parameter_missing', 'identifier.user'],
    [{ identifier: { type: 'm.id.user', user: 5 } }, 'parameter_invalid', 'identifier.user'],
    [{ identifier: { type: 'm.id.phone', country: 'GB' } }, 'parameter_missing', 'identifier.phone'],
    [{ identifier: { type: 'm.id.phone', country: 44, phone: '1' } }, 'parameter_invalid', 'identifier.country'],
    [{ user: null }, 'parameter_invalid', 'user'],
    [{ medium: 1, address: 'a' }, 'parameter_invalid', 'medium'],
  ])('cannot be read from %j', (body, kind, name) => {
    const read = () => readIdentifier(body);
    expect(read).toThrow(AccountFailure);
    expect(read).toThrow(expect.objectContaining({ details: expect.objectContaining({ kind, name }) }));
  });
});
