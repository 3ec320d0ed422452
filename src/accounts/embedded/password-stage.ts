import { Secret } from '../../base/secret.js';
import { AccountFailure } from '../failure.js';
import { readIdentifier } from '../read-identifier.js';
import type { UiaStage } from '../uia/user-interactive-auth.js';
import type { FindAccount } from './find-account.js';
import type { PasswordHasher } from './password-hasher.js';

/**
 * Creates the stage m.login.password, which requires the password of the user of the access token.
 */
export function createPasswordStage(deps: {
  readonly findAccount: FindAccount;
  readonly hasher: PasswordHasher;
}): UiaStage {
  const { findAccount, hasher } = deps;
  return {
    type: 'm.login.password',

    async isPassed(owner, auth) {
      const { password } = auth;
      if (typeof password !== 'string') {
        throw password === undefined
          ? new AccountFailure({ kind: 'parameter_missing', name: 'auth.password' })
          : new AccountFailure({ kind: 'parameter_invalid', name: 'auth.password', problem: 'It must be a text.' });
      }
      const account = await findAccount(readIdentifier(auth));
      const isOwner = account?.mxid === owner && account.deactivatedAt === undefined;
      return hasher.verify(isOwner ? account.passwordHash : undefined, new Secret(password));
    },
  };
}
