import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import type { Mxid } from '../base/mxid.js';
import type { Database, Transaction } from '../database/database.js';
import type { TelegramAccountRecord } from '../database/tables/telegram-accounts.js';
import type { HandOvers } from '../hand-over/hand-overs.js';
import type { TelegramFailureDetails } from '../telegram/failure.js';
import type { TelegramSession } from '../telegram/gateway.js';
import type { TelegramUser } from '../telegram/shapes.js';
import type { AccountWatcher } from './accounts.js';
import { LoginFailure, LoginProcessFailure } from './failure.js';
import type { LinkedAccounts } from './linked-accounts.js';
import { writeUser } from './login-codec.js';
import type { Login, LoginStore } from './login-store.js';
import { endLinked, recordEnd, type IsActiveOwner } from './owned-logins.js';
import { atNextStep, type GivenInput } from './process-meta.js';
import type { LoginStep } from './processes.js';
import type { TelegramCalls } from './telegram-calls.js';

/** A login accepted by Telegram that has no owner yet. */
export interface Acceptance {
  /** The future ID of the account and the key of its connection. */
  readonly id: string;
  readonly session: TelegramSession;
  readonly user: TelegramUser;
  /** The login process that this completes, if it is stored. */
  readonly login: Login | undefined;
}

/** Completes login processes and ends the sessions of ended ones. */
export interface LoginCompletion {
  /**
   * Links the Telegram account to the owner and completes the login process, in one transaction.
   * `input` is the completing input. Throws LoginFailure or LoginProcessFailure if the owner cannot
   * have the account: then the session is ended.
   */
  complete(owner: Mxid, acceptance: Acceptance, input: GivenInput): Promise<LoginStep>;
  /** Ends the session of a login process that is over. Returns the failure, if any. */
  endSessionOf(owner: Mxid, id: string): Promise<TelegramFailureDetails | undefined>;
}

export interface LoginCompletionDeps {
  readonly database: Database;
  readonly calls: TelegramCalls;
  readonly store: LoginStore;
  readonly linkedAccounts: LinkedAccounts;
  /** The maximum number of accounts of an owner. */
  readonly maxAccounts: number;
  readonly isActiveOwner: IsActiveOwner;
  readonly watcher?: AccountWatcher | undefined;
  readonly handOvers?: HandOvers | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The result of a claim: the account whose session is to be ended, or why nothing has changed. */
type Claim =
  | { readonly kind: 'claimed'; readonly replacedId: string | undefined }
  | { readonly kind: 'rejected'; readonly failure: LoginFailure | LoginProcessFailure };

export function createLoginCompletion(deps: LoginCompletionDeps): LoginCompletion {
  const { database, calls, store, linkedAccounts, maxAccounts, isActiveOwner, watcher, handOvers, clock, logger } =
    deps;

  async function claim(owner: Mxid, acceptance: Acceptance, digest: string | undefined): Promise<Claim> {
    const { user, login } = acceptance;
    const replacing = login?.meta?.replacing ?? user.id;
    if (replacing !== user.id) return rejected(new LoginProcessFailure({ kind: 'other_telegram_account' }));
    // The owner may have logged in to it at the bridge.
    const looked = await linkedAccounts.getOwnerView(owner);
    const holder = await database.read(({ telegramAccounts }) => telegramAccounts.findByTelegramUserId(user.id));
    // Another daemon has completed the same login: its session is this one.
    if (holder?.id === acceptance.id) return { kind: 'claimed', replacedId: undefined };
    const isReplaced = login?.meta?.replacing === user.id && holder?.owner === owner;
    if (holder && !isReplaced && (await linkedAccounts.statusOf(holder)).kind !== 'logged_out') {
      return held(holder.owner, owner, user);
    }
    const before = login?.meta?.onlyIfLoggedOut === true ? await linkedAccounts.statusIn(looked) : undefined;
    if (before && before.kind !== 'logged_out') {
      return rejected(new LoginFailure({ kind: 'already_logged_in', user: before.user }));
    }
    if (!isReplaced && !(await linkedAccounts.hasRoom(owner, looked.accounts))) {
      return rejected(new LoginProcessFailure({ kind: 'too_many_accounts', allowed: maxAccounts }));
    }
    const claimed = await insert(owner, acceptance, digest);
    if (claimed.kind === 'claimed') handOvers?.wake(acceptance.id);
    return claimed;
  }

  function insert(owner: Mxid, acceptance: Acceptance, finishedBy: string | undefined): Promise<Claim> {
    const { id, session, user, login } = acceptance;
    return database.transaction(async (tx) => {
      const at = clock.now();
      const profile = writeUser(user);
      const times = { createdAt: at, updatedAt: at };
      const record = { id, owner, telegramUserId: user.id, session, profile, heldBy: 'gangway', ...times } as const;
      const replaced = await replace(tx, login, record);
      if (!replaced && !(await isActiveOwner(owner, tx.accounts.hold))) {
        return rejected(new LoginFailure({ kind: 'owner_deactivated' }));
      }
      if (!replaced && !(await tx.telegramAccounts.insert(record))) {
        const holder = await tx.telegramAccounts.findByTelegramUserId(user.id);
        return held(holder?.owner ?? owner, owner, user);
      }
      await store.finish(tx, owner, { sessionId: id, login, user, finishedBy });
      const what = { type: 'login.completed', isBot: user.isBot } as const;
      await tx.events.append({ owner, telegramUserId: user.id, at, what });
      await watcher?.whenClaimed(tx, { accountId: id, owner, user });
      await handOvers?.begin(tx, record);
      return { kind: 'claimed', replacedId: replaced?.id };
    });
  }

  /**
   * Returns the account that the record has replaced; undefined if none was to be replaced or it is
   * gone.
   */
  async function replace(tx: Transaction, login: Login | undefined, record: TelegramAccountRecord) {
    const { owner, telegramUserId } = record;
    if (login?.meta?.replacing !== telegramUserId) return undefined;
    const found = await tx.telegramAccounts.findByTelegramUserId(telegramUserId);
    if (found?.owner !== owner || !(await tx.telegramAccounts.hold(found.id))) return undefined;
    const replaced = (await tx.telegramAccounts.find(found.id)) ?? found;
    await watcher?.whenReplacing(tx, owner);
    await recordEnd(tx, replaced, 'replaced', clock.now());
    await tx.telegramAccounts.replace(replaced.id, record);
    // A login at the bridge is replaced by the bridge itself.
    if (replaced.heldBy === 'gangway') await store.discardWithin(tx, owner, replaced);
    else if (replaced.heldBy !== 'bridge') await endLinked(tx, replaced, clock.now());
    return replaced;
  }

  async function endSessionOf(owner: Mxid, id: string): Promise<TelegramFailureDetails | undefined> {
    const ended = await store.findLeftover(owner, id);
    if (!ended) return undefined;
    const failure = ended.session ? await calls.endSession(id, ended.session) : undefined;
    await (failure ? store.retryLater(owner, ended) : store.remove(owner, id));
    return failure;
  }

  return {
    async complete(owner, { login: before, ...signedIn }, input) {
      const { id, user } = signedIn;
      const login = before && atNextStep(before, input);
      const claimed = await claim(owner, { ...signedIn, login }, input.digest);
      if (claimed.kind === 'claimed') {
        await calls.close(id);
        logger.info('telegram login completed', { owner, isBot: user.isBot });
        if (claimed.replacedId !== undefined) await endSessionOf(owner, claimed.replacedId);
        return { kind: 'complete', user };
      }
      if (login && login.id !== id) await store.discard(owner, { id: login.id, session: null });
      await store.discard(owner, signedIn);
      await endSessionOf(owner, id);
      throw claimed.failure;
    },

    endSessionOf,
  };
}

function rejected(failure: LoginFailure | LoginProcessFailure): Claim {
  return { kind: 'rejected', failure };
}

/** Returns the rejection of a claim to an account whose session is valid or may be. */
function held(holder: Mxid, owner: Mxid, user: TelegramUser): Claim {
  return rejected(
    new LoginFailure(holder === owner ? { kind: 'already_logged_in', user } : { kind: 'telegram_account_taken' }),
  );
}
