import { canonicalAddress, type ThirdPartyAddress } from '../../base/canonical-address.js';
import { serverNameOf, type Mxid, type ServerName } from '../../base/mxid.js';
import { randomId } from '../../base/random.js';
import type { Runtime } from '../../base/runtime.js';
import type { Secret } from '../../base/secret.js';
import type { Database, Transaction } from '../../database/database.js';
import type { AccountReader } from '../../database/tables/accounts.js';
import type { AccountPublisher } from '../../identity/associations.js';
import type { AccountThreepids } from '../account-threepids.js';
import { AccountFailure } from '../failure.js';
import { createNumberPublications } from './number-publications.js';
import { createNumberQueue } from './number-queue.js';
import {
  TelegramProofFailure,
  type FromTelegram,
  type PhoneHolder,
  type ProvingLogin,
  type TelegramProofs,
} from './telegram-proofs.js';

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

/** Creates the proofs in that database. */
export function createTelegramProofs(deps: TelegramProofsDeps): TelegramProofs {
  const { mode, serverName, hasOwnAccounts, homeserverThreepids, publisher, readProfile } = deps;
  const { database, clock, random, logger } = deps;
  const publications = publisher && createNumberPublications({ publisher, database, clock, logger });
  const queue = createNumberQueue({ add: addNumber, warnInUse, clock, logger });
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
    if (homeserverThreepids) queue.push(login);
    else if ((await insert(tx, login, address)) === 'number_in_use') warnInUse(login.owner);
  }

  function warnInUse(owner: Mxid): void {
    logger.warn('phone number of a Telegram login owned by another account', { owner });
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

  async function publishAll(): Promise<void> {
    await queue.addAll();
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

  /**
   * Yields the IDs of the Telegram accounts that prove numbers: those after `begin`, then the
   * others.
   */
  async function* accountIdsAfter(begin: string): AsyncGenerator<string> {
    const ranges: readonly (readonly [after: string, upTo?: string])[] = [[begin], ['', begin]];
    for (const [start, upTo] of ranges) {
      let after: string | undefined = start;
      while (after !== undefined) {
        const last: string = after;
        after = await database.read(({ accountAddresses }) => accountAddresses.nextTelegramAccountId(last, upTo));
        if (after !== undefined) yield after;
      }
    }
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

    async remove(owner, telegramUserId) {
      // After a round under way, which could restore the number.
      await publish();
      return database.transaction(async (tx) => {
        const account = await tx.telegramAccounts.findByTelegramUserId(telegramUserId);
        const login = account && (await holdLogin(tx, account.id));
        if (login?.owner !== owner) return false;
        const proven = await tx.accountAddresses.listByTelegramAccount(login.accountId);
        if (proven.length === 0) return false;
        await holdAccount(tx, owner);
        for (const { id, address } of proven) {
          await tx.accountAddresses.delete(id);
          await recordNumber(tx, login, 'phone.removed', address);
        }
        logger.info('phone number of a Telegram login removed', { owner });
        return true;
      });
    },

    publish,

    async check(ask) {
      // Continues after the account of the last round: Telegram may fail for one account only.
      for await (const id of accountIdsAfter(lastChecked)) {
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
