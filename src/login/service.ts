import type { Clock } from '../base/clock.js';
import type { Allowance } from '../base/leaky-buckets.js';
import type { Logger } from '../base/logger.js';
import type { Mxid } from '../base/mxid.js';
import type { Random } from '../base/random.js';
import { SingleFlight } from '../base/single-flight.js';
import type { Database } from '../database/database.js';
import { DatabaseFailure } from '../database/failure.js';
import type { ConnectionPool } from '../telegram/pool.js';
import type { TelegramUser, TelegramUserId } from '../telegram/shapes.js';
import type { Bridge } from '../bridge/bridge.js';
import type { HandOvers } from '../hand-over/hand-overs.js';
import { createAccountBook } from './account-book.js';
import { createAccountDesk } from './account-desk.js';
import type { IsActiveOwner } from './active-owner.js';
import type { AccountChecks, AccountWatcher } from './account-watcher.js';
import { TelegramAccountFailure, type TelegramAccounts } from './accounts.js';
import { createAttemptLimit } from './attempt-limit.js';
import { createBridgedAccounts } from './bridged-accounts.js';
import { LoginFailure } from './failure.js';
import { loginFaultOf } from './fault-of.js';
import { fingerprint } from './fingerprint.js';
import type { InTurn } from './in-turn.js';
import { createLoginLedger } from './login-ledger.js';
import { createLoginProcesses } from './login-processes.js';
import { createLoginWalk } from './login-walk.js';
import { decide } from './machine.js';
import type { LoginProcesses } from './processes.js';
import { createQrLogin } from './qr-login.js';
import type { LoginInput, LoginStep } from './shapes.js';
import { createTelegramDesk } from './telegram-desk.js';

/** Logs Matrix users into Telegram. Every method throws LoginFailure for what is known to go wrong. */
export interface LoginService {
  /**
   * Gives `input` to the owner's login, started where `input` can be a first one, and says what comes next.
   * Checks in this order: permission, already logged in, the input, Telegram. What it answers is durable.
   * Equal inputs of one owner at one time count as one.
   */
  submit(owner: Mxid, input: LoginInput): Promise<LoginStep>;
  /**
   * Who the owner is logged in as, asked of Telegram each time; permission is checked first. Without `account`, the first account is meant;
   * one that is named and is not the owner's, or that Telegram has ended, is TelegramAccountFailure `account_unknown`.
   */
  whoAmI(owner: Mxid, account?: TelegramUserId): Promise<TelegramUser>;
  /** Forgets logins that are over or that nobody went on with in time, when their sessions are ended at Telegram. To be called now and then. */
  sweep(): Promise<void>;
}

/** The bridge to which logins are handed over. */
export interface BridgeParts {
  readonly bridge: Bridge;
  readonly handOvers: HandOvers;
}

export interface LoginServiceDeps {
  readonly database: Database;
  readonly pool: ConnectionPool;
  readonly mayLogIn: (mxid: Mxid) => boolean;
  /** Undefined if the Matrix accounts are not in the database. */
  readonly isActiveOwner?: IsActiveOwner | undefined;
  /** How many Telegram accounts one owner may have. */
  readonly maxAccounts: number;
  /** How many QR codes are waited with at one time on a connection of their own: fewer than the pool has. */
  readonly maxListening: number;
  /** How often one owner may ask Telegram for a code, for a login by QR code, or for that of a bot. */
  readonly attempts: Allowance;
  /** How long a login may wait for its next step. */
  readonly expireAfterMs: number;
  /** Undefined if logins go to no bridge. */
  readonly bridge?: BridgeParts | undefined;
  /** Is told of the accounts. */
  readonly watcher?: AccountWatcher | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

// Nobody needs that long where Telegram answers; and reverse proxies give requests up after a minute, commonly.
const longestWaitMs = 25_000;

/** The login machine: one for all dialects, which share its logins and its accounts. */
export function createLoginService(
  deps: LoginServiceDeps,
): LoginService & LoginProcesses & TelegramAccounts & AccountChecks {
  const { database, mayLogIn, clock, logger } = deps;
  const isActiveOwner = deps.isActiveOwner ?? (async () => true);
  const desk = createTelegramDesk(deps);
  const ledger = createLoginLedger({ ...deps, isActiveOwner });
  const { bridge, handOvers } = deps.bridge ?? {};
  const bridged = bridge && createBridgedAccounts({ ...deps, bridge });
  const book = createAccountBook({ ...deps, isActiveOwner, desk, ledger, handOvers, bridged });
  const limit = createAttemptLimit({ ...deps, desk });
  const walk = createLoginWalk({ ...deps, desk, ledger, book, limit });
  const qr = createQrLogin({ ...deps, desk, ledger, walk, limit });
  const flights = new SingleFlight();

  const alone: InTurn = (owner, what, work) =>
    flights.run(`${owner} ${what}`, () => database.locks.run(`login:${owner}`, work));

  /** As `alone`, for those who wait for what Telegram says: they are told soon where it has kept the owner's earlier work for long. */
  const promptly: InTurn = (owner, what, work) => {
    const since = clock.now();
    return alone(owner, what, async () => {
      if (clock.now() - since > longestWaitMs) throw new LoginFailure({ kind: 'telegram_unreachable' });
      // Without accounts in the database there is nothing to read.
      const isActive = !deps.isActiveOwner || (await database.transaction((tx) => isActiveOwner(tx, owner, 'look')));
      if (!isActive) throw new LoginFailure({ kind: 'owner_deactivated' });
      return work();
    });
  };

  function permit(owner: Mxid): void {
    if (!mayLogIn(owner)) throw new LoginFailure({ kind: 'not_permitted' });
  }

  async function submit(owner: Mxid, input: LoginInput): Promise<LoginStep> {
    const digest = fingerprint(input);
    const standing = await book.standingOf(owner);
    if (standing.kind !== 'logged_out') {
      // The answer to the last step may have been lost.
      if (await ledger.hasFinished(owner, digest)) return { kind: 'complete', user: standing.user };
      throw new LoginFailure({ kind: 'already_logged_in', user: standing.user });
    }
    const login = await ledger.find(owner);
    return walk.act(owner, login, decide(login?.state, input, clock.now()), { digest });
  }

  return {
    ...createLoginProcesses({
      ...deps,
      ledger,
      book,
      walk,
      qr,
      limit,
      hangUp: (id) => desk.hangUp(id),
      permit,
      alone,
      promptly,
    }),
    ...createAccountDesk({ book, walk, bridge, handOvers, permit, alone, promptly }),

    async submit(owner, input) {
      permit(owner);
      return promptly(owner, fingerprint(input), () => submit(owner, input));
    },

    async whoAmI(owner, account) {
      permit(owner);
      const standing = await promptly(owner, `who am I ${account ?? ''}`, () => book.standingOf(owner, account));
      switch (standing.kind) {
        case 'logged_in':
          return standing.user;
        case 'unsure':
          throw new LoginFailure(loginFaultOf(standing.fault));
        case 'logged_out':
          if (standing.isUnasked === true) throw new LoginFailure({ kind: 'bridge_unreachable' });
          if (account !== undefined) throw new TelegramAccountFailure({ kind: 'account_unknown' });
          throw new LoginFailure({ kind: 'not_logged_in' });
      }
    },

    check: (accountId) => book.check(accountId),

    async sweep() {
      await database.transaction((tx) => tx.floodWaits.deleteExpired(clock.now()));
      for (const { id, owner } of await ledger.listOver()) {
        try {
          qr.leave(id);
          const fault = await alone(owner, `end ${id}`, () => walk.endLeftover(owner, id));
          if (fault?.kind === 'unreachable') return;
        } catch (error) {
          if (error instanceof DatabaseFailure) throw error;
          logger.error('a login that is over could not be ended', { owner, error });
        }
      }
    },
  };
}
