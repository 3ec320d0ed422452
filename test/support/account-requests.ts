import type { LoginAttempt } from '../../src/accounts/authority.js';
import { AccountFailure, type AccountFailureDetails } from '../../src/accounts/failure.js';
import { Secret } from '../../src/base/secret.js';

/** The login of a user by password, as an endpoint passes it on. */
export function loginOf(user: string, password: string, more: Partial<LoginAttempt> = {}): LoginAttempt {
  const proof = { kind: 'password', identifier: { kind: 'user', user }, password: new Secret(password) } as const;
  return { ...loginBy(proof), ...more };
}

/** A login by that proof, without other options. */
export function loginBy(proof: LoginAttempt['proof']): LoginAttempt {
  return {
    proof,
    deviceId: undefined,
    deviceName: undefined,
    wantsRefreshToken: false,
    clientAddress: '203.0.113.7',
    accessToken: undefined,
    body: {},
  };
}

/** Returns the details of the AccountFailure that `work` rejects with, or throws. */
export async function failureOf(work: Promise<unknown>): Promise<AccountFailureDetails> {
  const outcome: unknown = await work.then(
    () => new Error('expected a failure, and there was none'),
    (reason: unknown) => reason,
  );
  if (outcome instanceof AccountFailure) return outcome.details;
  throw outcome;
}
