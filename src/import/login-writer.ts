import type { Mxid } from '../base/mxid.js';
import { randomId } from '../base/random.js';
import type { Runtime } from '../base/runtime.js';
import type { Transaction } from '../database/database.js';
import { writeUser } from '../login/login-codec.js';
import { writeStoredSession } from '../telegram/stored-session.js';
import { imported, refused, unchanged, type ImportOutcome } from './outcome.js';
import type { ImportedLogin } from './telegram-login.js';

/** Which program uses the sessions after the import. */
export type ImportedHolder = 'gangway' | 'bridge';

export interface LoginWriterOptions extends Pick<Runtime, 'clock' | 'random'> {
  readonly heldBy: ImportedHolder;
  readonly mayLogIn: (owner: Mxid) => boolean;
  /** The maximum number of accounts of an owner. */
  readonly maxAccounts: number;
  /** Whether Matrix accounts are in our database. */
  readonly hasOwnAccounts: boolean;
}

/**
 * Creates what links Telegram logins to their users. A login that the bridge keeps is stored
 * without its session, like a login that was made at the bridge.
 */
export function createLoginWriter(options: LoginWriterOptions) {
  const { heldBy, mayLogIn, maxAccounts, hasOwnAccounts, clock, random } = options;
  /** Telegram ends a key that two connections use. So it belongs to the first row that has it. */
  const ownersOfKeys = new Map<string, string>();

  const find = async (tx: Transaction, { owner, user }: ImportedLogin): Promise<ImportOutcome | undefined> => {
    const known = await tx.telegramAccounts.findByTelegramUserId(user.id);
    if (known) return known.owner === owner ? unchanged : refused({ kind: 'linked_to_another', mxid: known.owner });
    // As for a login that was made at the bridge, which has limits of its own.
    if (heldBy === 'bridge') return undefined;
    if (!mayLogIn(owner)) return refused({ kind: 'login_forbidden' });
    const account = hasOwnAccounts ? await tx.accounts.hold(owner) : undefined;
    if (account?.deactivatedAt !== undefined) return refused({ kind: 'account_deactivated' });
    const isFull = (await tx.telegramAccounts.listByOwner(owner)).length >= maxAccounts;
    return isFull ? refused({ kind: 'too_many_accounts' }) : undefined;
  };

  return async (tx: Transaction, login: ImportedLogin): Promise<ImportOutcome> => {
    const { owner, user, session } = login;
    const key = session.authKey.reveal();
    const first = ownersOfKeys.get(key) ?? user.id;
    ownersOfKeys.set(key, first);
    if (first !== user.id) return refused({ kind: 'auth_key_repeated' });
    const found = await find(tx, login);
    if (found) return found;
    const at = clock.now();
    await tx.telegramAccounts.insert({
      id: randomId(random),
      owner,
      telegramUserId: user.id,
      session: heldBy === 'gangway' ? writeStoredSession(session) : null,
      profile: writeUser(user),
      heldBy,
      createdAt: at,
      updatedAt: at,
    });
    const what = { type: 'login.completed', isBot: user.isBot } as const;
    await tx.events.append({ owner, telegramUserId: user.id, at, what });
    return imported;
  };
}
