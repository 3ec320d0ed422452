import { canonicalAddress, type ThirdPartyAddress } from '../../base/canonical-address.js';
import { Failure } from '../../base/failure.js';
import { serverNameOf, type Mxid, type ServerName } from '../../base/mxid.js';
import type { PhoneNumber } from '../../base/phone.js';
import { randomId } from '../../base/random.js';
import type { Runtime } from '../../base/runtime.js';
import type { Secret } from '../../base/secret.js';
import type { Database, Transaction } from '../../database/database.js';
import type { AccountReader } from '../../database/tables/accounts.js';
import type { AccountPublisher } from '../../identity/associations.js';
import type { AccountThreepids } from '../account-threepids.js';
import { AccountFailure } from '../failure.js';
import { createNumberPublications, maxTransactionMs } from './number-publications.js';

/**
 * What to do with the phone number of a Telegram login: nothing, offer to add it to the Matrix
 * account, or add it automatically.
 */
export type FromTelegram = 'off' | 'ask' | 'on';

/** The part of a Telegram profile that proves a phone number. */
export interface PhoneHolder {
  readonly id: string;
  readonly phone: PhoneNumber | null;
  readonly isBot: boolean;
}

/** A Telegram account linked to a Matrix user. */
export interface ProvingLogin {
  readonly accountId: string;
  readonly owner: Mxid;
  readonly user: PhoneHolder;
}

/**
 * The state of the number of a Telegram login: it may be added, it is a 3PID of the Matrix account,
 * or it is a 3PID of another one.
 */
export const phoneStandings = ['offered', 'added', 'in_use'] as const;

/** One of `phoneStandings`. */
export type PhoneStanding = (typeof phoneStandings)[number];

/** The reason why the phone number of a Telegram login could not be added to the Matrix account. */
export type TelegramProofFault =
  /** Bots have no number. */
  | { readonly kind: 'number_missing' }
  /** The user has no Matrix account on this server. */
  | { readonly kind: 'account_missing' }
  | { readonly kind: 'number_in_use' }
  /** The homeserver did not return whether another account has the number. */
  | { readonly kind: 'number_unchecked' }
  /** The Telegram login has ended. */
  | { readonly kind: 'login_over' };

/** Thrown by TelegramProofs. */
export class TelegramProofFailure extends Failure<TelegramProofFault> {}

/**
 * The phone numbers that Telegram logins prove. Only the owner of a number can log in to Telegram
 * with it, so no code is needed. An added number is removed when the login ends (by a foreign key),
 * and when Telegram reports another number.
 */
export interface TelegramProofs {
  /**
   * Locks the Matrix account until the end of the transaction, in the lock order of all
   * transactions.
   */
  whenReplacing(tx: Transaction, owner: Mxid): Promise<void>;
  /**
   * Keeps the number of a former login if it is the number of this one. Adds the number if that is
   * automatic. A number of another user stays theirs.
   */
  whenClaimed(tx: Transaction, login: ProvingLogin): Promise<void>;
  /** Removes a number that the login no longer proves. */
  whenChanged(tx: Transaction, login: ProvingLogin): Promise<void>;
  /** Returns undefined if there is no number, or no Matrix account on this server. */
  getStatus(owner: Mxid, user: PhoneHolder): Promise<PhoneStanding | undefined>;
  /**
   * Adds the latest number that Telegram reported for the account, which the owner is logged in to,
   * and returns its profile. Idempotent. Throws TelegramProofFailure.
   */
  add(owner: Mxid, user: PhoneHolder): Promise<PhoneHolder>;
  /**
   * Adds numbers automatically if the homeserver must be asked first, and binds added numbers if
   * configured. Retries earlier failures. Must be called regularly.
   */
  publish(): Promise<void>;
  /**
   * Calls `ask` for each login that proves a number, one after another. Stops if Telegram is
   * unreachable.
   */
  check(ask: (accountId: string) => Promise<'checked' | 'unreachable'>): Promise<void>;
}

export interface TelegramProofsDeps extends Runtime {
  readonly mode: FromTelegram;
  readonly serverName: ServerName;
  /**
   * Whether the accounts are in our database. Otherwise they are the homeserver's, and each user of
   * the server counts as having one.
   */
  readonly hasOwnAccounts: boolean;
  /**
   * The 3PIDs of all users of the homeserver, or undefined if there is none, or no admin access
   * token.
   */
  readonly homeserverThreepids: AccountThreepids | undefined;
  /** Binds the numbers at the identity service. */
  readonly publisher: AccountPublisher | undefined;
  /** Reads the stored profile of a Telegram account. */
  readonly readProfile: (profile: Secret) => PhoneHolder;
  readonly database: Database;
}

interface WaitingLogin extends ProvingLogin {
  readonly since: number;
}

/** Creates the proofs in that database. */
export function createTelegramProofs(deps: TelegramProofsDeps): TelegramProofs {
  const { mode, serverName, hasOwnAccounts, homeserverThreepids, publisher, readProfile } = deps;
  const { database, clock, random, logger } = deps;
  /**
   * Logins whose numbers are added automatically after asking the homeserver, which is impossible
   * in a transaction.
   */
  const waiting = new Map<string, WaitingLogin>();
  const publications = publisher && createNumberPublications({ publisher, database, clock, logger });
  let lastChecked = '';
  let round = Promise.resolve();
  let nextRound: Promise<void> | undefined;

  async function hasAccount(mxid: Mxid, find: AccountReader['find']): Promise<boolean> {
    if (serverNameOf(mxid) !== serverName) return false;
    if (!hasOwnAccounts) return true;
    const found = await find(mxid);
    return found !== undefined && found.deactivatedAt === undefined;
  }

  /** Must be called in a transaction that has locked the row of the Telegram account. */
  async function insert(tx: Transaction, login: ProvingLogin, address: ThirdPartyAddress) {
    const { accountId, owner } = login;
    if (!(await hasAccount(owner, tx.accounts.hold))) return 'account_missing';
    const known = await tx.accountAddresses.find(address);
    // Telegram has assigned the number to another account of the same user, so the older proof is
    // void.
    const isOutdated = known?.mxid === owner && known.telegramAccountId !== undefined;
    if (known && isOutdated && known.telegramAccountId !== accountId) await tx.accountAddresses.delete(known.id);
    const at = clock.now();
    const fresh = { id: randomId(random), mxid: owner, ...address, validatedAt: at, addedAt: at };
    const isNew = await tx.accountAddresses.insert({ ...fresh, telegramAccountId: accountId });
    const found = await tx.accountAddresses.find(address);
    if (found?.mxid !== owner) return 'number_in_use';
    if (found.telegramAccountId !== undefined) publications?.note(found);
    if (isNew) await recordNumber(tx, login, 'phone.added', address.address);
    if (isNew) logger.info('phone number of a Telegram login added', { owner });
    return 'added';
  }

  async function recordNumber(
    tx: Transaction,
    { owner, user }: ProvingLogin,
    type: 'phone.added' | 'phone.removed',
    number: string,
  ): Promise<void> {
    const what = { type, phone: `+${number}` };
    await tx.events.append({ owner, telegramUserId: user.id, at: clock.now(), what });
  }

  async function addByItself(tx: Transaction, login: ProvingLogin): Promise<void> {
    const address = numberOf(login.user);
    if (mode !== 'on' || !address) return;
    if (homeserverThreepids) waiting.set(login.accountId, { ...login, since: clock.now() });
    else if ((await insert(tx, login, address)) === 'number_in_use') warnInUse(login);
  }

  function warnInUse({ owner }: Pick<ProvingLogin, 'owner'>): void {
    logger.warn('phone number of a Telegram login belongs to another account', { owner });
  }

  /** Returns the owner at the homeserver. Throws TelegramProofFailure number_unchecked. */
  async function holderUpstream(address: ThirdPartyAddress): Promise<Mxid | undefined> {
    try {
      return await homeserverThreepids?.findUser(address);
    } catch (error) {
      if (!(error instanceof AccountFailure)) throw error;
      throw new TelegramProofFailure({ kind: 'number_unchecked' }, { cause: error });
    }
  }

  /**
   * Like TelegramProofs.add, but does not bind. A number that the homeserver has for the owner
   * stays there.
   */
  async function addNumber(owner: Mxid, user: PhoneHolder): Promise<PhoneHolder> {
    const asked = numberOf(user);
    const holder = asked && (await holderUpstream(asked));
    const outcome = await database.transaction(async (tx) => {
      const account = await tx.telegramAccounts.findByTelegramUserId(user.id);
      const login = account && (await holdLogin(tx, account.id));
      if (login?.owner !== owner) throw new TelegramProofFailure({ kind: 'login_over' });
      const address = numberOf(login.user);
      if (!address) throw new TelegramProofFailure({ kind: 'number_missing' });
      // Telegram may have reported another number since the request.
      if (homeserverThreepids && address.address !== asked?.address) return { isKnown: false, user: login.user };
      const found = await tx.accountAddresses.find(address);
      const isKept = holder === owner && (!found || found.mxid === owner);
      const isTaken = holder !== undefined && !isKept;
      const inserted = isTaken ? 'number_in_use' : isKept ? 'added' : await insert(tx, login, address);
      if (inserted !== 'added') throw new TelegramProofFailure({ kind: inserted });
      return { isKnown: true, user: login.user };
    });
    return outcome.isKnown ? outcome.user : addNumber(owner, outcome.user);
  }

  /** Returns true if the login is finished. */
  async function addOne({ owner, user, since }: WaitingLogin): Promise<boolean> {
    try {
      await addNumber(owner, user);
      return true;
    } catch (error) {
      if (!(error instanceof TelegramProofFailure)) throw error;
      switch (error.fact.kind) {
        case 'number_in_use':
          warnInUse({ owner });
          return true;
        case 'login_over':
          // The transaction that claims it may still be running.
          return clock.now() - since >= maxTransactionMs;
        case 'number_unchecked':
          throw error;
        case 'number_missing':
        case 'account_missing':
          return true;
      }
    }
  }

  /**
   * Stops if the homeserver does not answer: the other lookups would fail too, and callers wait for
   * the end.
   */
  async function addWaiting(): Promise<void> {
    for (const [id, login] of waiting) {
      try {
        if ((await addOne(login)) && waiting.get(id) === login) waiting.delete(id);
      } catch (error) {
        logger.error('phone number of a Telegram login not added', { owner: login.owner, error });
        // Moved to the end of the next round, because the problem may concern this login only.
        const latest = waiting.get(id) ?? login;
        waiting.delete(id);
        waiting.set(id, latest);
        return;
      }
    }
  }

  async function publishAll(): Promise<void> {
    await addWaiting();
    await publications?.publish();
  }

  /**
   * Runs one round at a time, so that a second round cannot restore a number that a user removed
   * after the first. Callers during a round share the next one.
   */
  function publish(): Promise<void> {
    nextRound ??= round.then(() => {
      nextRound = undefined;
      round = publishAll();
      return round;
    });
    return nextRound;
  }

  /**
   * Each transaction that writes both locks the account before its 3PIDs: PostgreSQL aborts
   * transactions that deadlock.
   */
  async function holdAccount(tx: Transaction, owner: Mxid): Promise<void> {
    await hasAccount(owner, tx.accounts.hold);
  }

  /**
   * Returns whether the login had proven its number, an outdated one that is now removed, or none.
   */
  async function review(tx: Transaction, login: ProvingLogin): Promise<'proven' | 'outdated' | 'none'> {
    const address = numberOf(login.user);
    const proven = await tx.accountAddresses.listByTelegramAccount(login.accountId);
    const outdated = proven.filter((one) => one.address !== address?.address);
    if (outdated.length === 0) return proven.length === 0 ? 'none' : 'proven';
    await holdAccount(tx, login.owner);
    for (const { id, address: number } of outdated) {
      await tx.accountAddresses.delete(id);
      await recordNumber(tx, login, 'phone.removed', number);
    }
    logger.info('outdated phone number of a Telegram login removed', { owner: login.owner });
    return 'outdated';
  }

  async function whenChanged(tx: Transaction, login: ProvingLogin): Promise<void> {
    if ((await review(tx, login)) === 'outdated') await addByItself(tx, login);
  }

  /** Returns the login from the database, locked until the end of the transaction. */
  async function holdLogin(tx: Transaction, accountId: string): Promise<ProvingLogin | undefined> {
    if (!(await tx.telegramAccounts.hold(accountId))) return undefined;
    const account = await tx.telegramAccounts.find(accountId);
    return account && { accountId, owner: account.owner, user: readProfile(account.profile) };
  }

  return {
    whenReplacing: holdAccount,

    async whenClaimed(tx, login) {
      if ((await review(tx, login)) !== 'proven') await addByItself(tx, login);
    },

    whenChanged,

    async getStatus(owner, user) {
      await publish();
      const address = numberOf(user);
      if (!address) return undefined;
      const known = await database.read(async ({ accounts, accountAddresses }) => {
        if (!(await hasAccount(owner, accounts.find))) return 'no_account';
        return (await accountAddresses.find(address))?.mxid;
      });
      if (known === 'no_account') return undefined;
      try {
        const holder = known ?? (await holderUpstream(address));
        if (holder === undefined) return 'offered';
        return holder === owner ? 'added' : 'in_use';
      } catch (error) {
        if (error instanceof TelegramProofFailure) return undefined;
        throw error;
      }
    },

    async add(owner, user) {
      const added = await addNumber(owner, user);
      await publish();
      return added;
    },

    publish,

    async check(ask) {
      const ids = await database.transaction((tx) => tx.accountAddresses.listTelegramAccountIds());
      // Continues after the account of the last round: Telegram may fail for one account only.
      for (const id of [...ids.filter((one) => one > lastChecked), ...ids.filter((one) => one <= lastChecked)]) {
        lastChecked = id;
        if ((await ask(id)) === 'unreachable') return;
        await database.transaction(async (tx) => {
          const login = await holdLogin(tx, id);
          if (login) await whenChanged(tx, login);
        });
      }
    },
  };
}

function numberOf({ phone, isBot }: PhoneHolder): ThirdPartyAddress | undefined {
  return isBot || !phone ? undefined : canonicalAddress({ medium: 'msisdn', address: phone.reveal() });
}
