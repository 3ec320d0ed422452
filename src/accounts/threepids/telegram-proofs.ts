import { canonicalAddress, type ThirdPartyAddress } from '../../base/canonical-address.js';
import type { Clock } from '../../base/clock.js';
import { Failure } from '../../base/failure.js';
import type { Logger } from '../../base/logger.js';
import { serverNameOf, type Mxid, type ServerName } from '../../base/mxid.js';
import type { PhoneNumber } from '../../base/phone.js';
import { randomId, type Random } from '../../base/random.js';
import type { Secret } from '../../base/secret.js';
import type { Database, Transaction } from '../../database/database.js';
import type { AccountPublisher } from '../../identity/associations.js';
import type { AccountThreepids } from '../account-threepids.js';
import { AccountFailure } from '../failure.js';
import { createNumberPublications, longestTransactionMs } from './number-publications.js';

/**
 * What becomes of the phone number with which a user logs in to Telegram: nothing, or it is offered
 * to be added to the Matrix account, or it is added by itself.
 */
export type FromTelegram = 'off' | 'ask' | 'on';

/** Who somebody is at Telegram, as far as it proves anything. */
export interface TelegramPerson {
  readonly id: string;
  readonly phone: PhoneNumber | null;
  readonly isBot: boolean;
}

/** A Telegram account that a Matrix user is logged in to. */
export interface ProvingLogin {
  readonly accountId: string;
  readonly owner: Mxid;
  readonly user: TelegramPerson;
}

/**
 * How it is about the phone number of a Telegram login: it may be added, it is an address of the
 * Matrix account, or of another one.
 */
export const phoneStandings = ['offered', 'added', 'in_use'] as const;

/** One of `phoneStandings`. */
export type PhoneStanding = (typeof phoneStandings)[number];

/** Why the phone number of a Telegram login could not be added to the Matrix account. */
export type TelegramProofFault =
  /** Bots have none. */
  | { readonly kind: 'number_missing' }
  /** There is no Matrix account of that user on this server. */
  | { readonly kind: 'account_missing' }
  | { readonly kind: 'number_in_use' }
  /** The homeserver does not say whether it keeps the number for somebody. */
  | { readonly kind: 'number_unchecked' }
  /** The login to Telegram is over by now. */
  | { readonly kind: 'login_over' };

/** Thrown by TelegramProofs. */
export class TelegramProofFailure extends Failure<TelegramProofFault> {}

/**
 * The phone numbers that logins to Telegram prove. Whoever is logged in to Telegram holds its
 * number, so that needs no code; what is added so goes with the login (by a foreign key), and as
 * soon as Telegram says another number.
 */
export interface TelegramProofs {
  /**
   * Takes the Matrix account for itself until the transaction is over, in the order in which
   * everybody does.
   */
  whenReplacing(tx: Transaction, owner: Mxid): Promise<void>;
  /**
   * What a former login has proven stays if it is the number of this one. Adds the number if that
   * is to be done by itself; one that is somebody else's stays theirs.
   */
  whenClaimed(tx: Transaction, login: ProvingLogin): Promise<void>;
  /** What the login proves no longer goes. */
  whenChanged(tx: Transaction, login: ProvingLogin): Promise<void>;
  /**
   * Returns undefined if there is nothing to be said: no number, or no Matrix account on this
   * server.
   */
  getStatus(owner: Mxid, user: TelegramPerson): Promise<PhoneStanding | undefined>;
  /**
   * Adds the number that Telegram last said of the account, which the owner is logged in to, and
   * returns who has it there; idempotent. Throws TelegramProofFailure.
   */
  add(owner: Mxid, user: TelegramPerson): Promise<TelegramPerson>;
  /**
   * Adds by itself what the homeserver has to be asked about first, and publishes what was added,
   * if that is wanted; also what could not be done before. To be called now and then.
   */
  publish(): Promise<void>;
  /**
   * Has Telegram asked about each login that proves something, one after another; ends where
   * Telegram is out of reach.
   */
  check(ask: (accountId: string) => Promise<'checked' | 'unreachable'>): Promise<void>;
}

/** The dependencies of createTelegramProofs. */
export interface TelegramProofsDeps {
  readonly mode: FromTelegram;
  readonly serverName: ServerName;
  /**
   * Whether the accounts are in our database; else they are the homeserver's, and every user of the
   * server is taken to have one.
   */
  readonly hasOwnAccounts: boolean;
  /**
   * What the homeserver keeps for all of its users, or undefined if there is none, or we may not
   * ask it.
   */
  readonly homeserverThreepids: AccountThreepids | undefined;
  /** Where the numbers are published besides. */
  readonly publisher: AccountPublisher | undefined;
  /** Reads the profile that is stored of a Telegram account. */
  readonly readProfile: (profile: Secret) => TelegramPerson;
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

interface WaitingLogin extends ProvingLogin {
  readonly since: number;
}

/** Returns the proofs in that database. */
export function createTelegramProofs(deps: TelegramProofsDeps): TelegramProofs {
  const { mode, serverName, hasOwnAccounts, homeserverThreepids, publisher, readProfile } = deps;
  const { database, clock, random, logger } = deps;
  /**
   * To be added by themselves once the homeserver was asked, which cannot be within a transaction.
   */
  const waiting = new Map<string, WaitingLogin>();
  const publications = publisher && createNumberPublications({ publisher, database, clock, logger });
  let lastChecked = '';
  let round = Promise.resolve();
  let nextRound: Promise<void> | undefined;

  async function hasAccount(tx: Transaction, mxid: Mxid, how: 'look' | 'hold'): Promise<boolean> {
    if (serverNameOf(mxid) !== serverName) return false;
    if (!hasOwnAccounts) return true;
    const found = await (how === 'hold' ? tx.accounts.hold(mxid) : tx.accounts.find(mxid));
    return found !== undefined && found.deactivatedAt === undefined;
  }

  /** Within a transaction that has the row of the Telegram account. */
  async function insert(tx: Transaction, login: ProvingLogin, address: ThirdPartyAddress) {
    const { accountId, owner } = login;
    if (!(await hasAccount(tx, owner, 'hold'))) return 'account_missing';
    const known = await tx.accountAddresses.find(address);
    // Telegram has given the number to another account of the same user's, so the older proof is
    // none any more.
    const isOutdated = known?.mxid === owner && known.telegramAccountId !== undefined;
    if (known && isOutdated && known.telegramAccountId !== accountId) await tx.accountAddresses.delete(known.id);
    const at = clock.now();
    const fresh = { id: randomId(random), mxid: owner, ...address, validatedAt: at, addedAt: at };
    const isNew = await tx.accountAddresses.insert({ ...fresh, telegramAccountId: accountId });
    const found = await tx.accountAddresses.find(address);
    if (found?.mxid !== owner) return 'number_in_use';
    if (found.telegramAccountId !== undefined) publications?.note(found);
    if (isNew) await recordNumber(tx, login, 'phone.added', address.address);
    if (isNew) logger.info('a login to Telegram proves a phone number of a Matrix account', { owner });
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
    else if ((await insert(tx, login, address)) === 'number_in_use') tellInUse(login);
  }

  function tellInUse({ owner }: Pick<ProvingLogin, 'owner'>): void {
    logger.warn('the phone number of a login to Telegram is that of another Matrix account, and stays so', { owner });
  }

  /** Who has it at the homeserver. Throws TelegramProofFailure number_unchecked. */
  async function holderUpstream(address: ThirdPartyAddress): Promise<Mxid | undefined> {
    try {
      return await homeserverThreepids?.findUser(address);
    } catch (error) {
      if (!(error instanceof AccountFailure)) throw error;
      throw new TelegramProofFailure({ kind: 'number_unchecked' }, { cause: error });
    }
  }

  /**
   * As TelegramProofs.add, but for publishing. What the homeserver keeps for the owner stays there.
   */
  async function addNumber(owner: Mxid, user: TelegramPerson): Promise<TelegramPerson> {
    const asked = numberOf(user);
    const holder = asked && (await holderUpstream(asked));
    const outcome = await database.transaction(async (tx) => {
      const account = await tx.telegramAccounts.findByTelegramUserId(user.id);
      const login = account && (await holdLogin(tx, account.id));
      if (login?.owner !== owner) throw new TelegramProofFailure({ kind: 'login_over' });
      const address = numberOf(login.user);
      if (!address) throw new TelegramProofFailure({ kind: 'number_missing' });
      // Telegram may have said another number since the caller has asked.
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

  /** Returns whether there is nothing more to be done about it. */
  async function addOne({ owner, user, since }: WaitingLogin): Promise<boolean> {
    try {
      await addNumber(owner, user);
      return true;
    } catch (error) {
      if (!(error instanceof TelegramProofFailure)) throw error;
      switch (error.fact.kind) {
        case 'number_in_use':
          tellInUse({ owner });
          return true;
        case 'login_over':
          // It may be claimed in a transaction that is not over yet.
          return clock.now() - since >= longestTransactionMs;
        case 'number_unchecked':
          throw error;
        case 'number_missing':
        case 'account_missing':
          return true;
      }
    }
  }

  /**
   * Ends if the homeserver does not say whose a number is: of the others it would not either, and
   * somebody waits for the end of this.
   */
  async function addWaiting(): Promise<void> {
    for (const [id, login] of waiting) {
      try {
        if ((await addOne(login)) && waiting.get(id) === login) waiting.delete(id);
      } catch (error) {
        logger.error('a phone number could not be added, and is tried again', { owner: login.owner, error });
        // Last the next time, for it may be this one only.
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
   * One round after another: what a user withdraws after the first is not brought back by the
   * second. Whoever asks meanwhile shares the next.
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
   * Whoever writes both holds the account before its addresses: PostgreSQL ends transactions that
   * wait for each other.
   */
  async function holdAccount(tx: Transaction, owner: Mxid): Promise<void> {
    await hasAccount(tx, owner, 'hold');
  }

  /**
   * Returns whether the login had proven its number, another one, which is gone by now, or none.
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
    logger.info('Telegram says another phone number: the old one is proven no more', { owner: login.owner });
    return 'outdated';
  }

  async function whenChanged(tx: Transaction, login: ProvingLogin): Promise<void> {
    if ((await review(tx, login)) === 'outdated') await addByItself(tx, login);
  }

  /** Returns the login as it is on record, held until the transaction is over. */
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
      const known = await database.transaction(async (tx) => {
        if (!(await hasAccount(tx, owner, 'look'))) return 'no_account';
        return (await tx.accountAddresses.find(address))?.mxid;
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
      // On from where the last round has ended: Telegram may be in trouble with one account only.
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

function numberOf({ phone, isBot }: TelegramPerson): ThirdPartyAddress | undefined {
  return isBot || !phone ? undefined : canonicalAddress({ medium: 'msisdn', address: phone.reveal() });
}
