import type { Database, Transaction } from '../../database/database.js';
import type { AccountRecord } from '../../database/tables/accounts.js';
import type { Caller } from '../threepids/account-addresses.js';
import { AccountFailure } from '../failure.js';
import type { UiaOperation } from '../uia/operation.js';
import type { UiaFlows, UserInteractiveAuth } from '../uia/user-interactive-auth.js';
import { hashToken } from './token-format.js';

/**
 * Must be called in the transaction of an operation. Throws AccountFailure unless the caller's
 * login still exists, with the password that was authenticated. So an authentication cannot outlive
 * the password that it used.
 */
export type RequireUnchanged = (tx: Transaction) => Promise<void>;

/** User-interactive authentication for operations on embedded accounts. */
export interface LoginGuard {
  /** Authenticates the caller. Throws like UserInteractiveAuth. */
  authenticate(
    caller: Pick<Caller, 'mxid' | 'accessToken'>,
    operation: Omit<UiaOperation, 'owner'>,
    auth: unknown,
    flows?: UiaFlows,
  ): Promise<RequireUnchanged>;
}

export interface LoginGuardDeps {
  readonly database: Database;
  readonly userInteractiveAuth: Pick<UserInteractiveAuth, 'authenticate'>;
}

const usualFlows: UiaFlows = [['m.login.password']];

/** Creates the guard of the accounts in that database. */
export function createLoginGuard({ database, userInteractiveAuth }: LoginGuardDeps): LoginGuard {
  return {
    async authenticate({ mxid, accessToken }, operation, auth, flows = usualFlows) {
      const before = await database.read(({ accounts }) => accounts.findByName(mxid));
      await userInteractiveAuth.authenticate({ ...operation, owner: mxid }, auth, flows);
      return async (tx) => {
        const account = await tx.accounts.hold(mxid);
        if (account?.deactivatedAt !== undefined) throw new AccountFailure({ kind: 'user_deactivated' });
        const login = await tx.accessTokens.find(hashToken(accessToken));
        if (!login) throw new AccountFailure({ kind: 'token_unknown', softLogout: false });
        if (!hasSamePassword(before, account)) throw askAgain(flows);
      };
    },
  };
}

function hasSamePassword(one: AccountRecord | undefined, other: AccountRecord | undefined): boolean {
  return one?.passwordHash !== undefined && other?.passwordHash?.equals(one.passwordHash) === true;
}

/** Returns the failure that requires the client to authenticate with the new password. */
function askAgain(flows: UiaFlows): AccountFailure {
  const trouble = { errcode: 'M_FORBIDDEN', error: 'The password was changed meanwhile' };
  const stages = flows.map((flow) => ({ stages: flow }));
  return new AccountFailure({
    kind: 'authentication_incomplete',
    body: { ...trouble, flows: stages, params: {}, completed: [] },
  });
}
