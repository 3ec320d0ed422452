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
import { createLinkedAccounts } from './linked-accounts.js';
import { createTelegramAccountService } from './telegram-account-service.js';
import type { IsActiveOwner } from './active-owner.js';
import type { AccountChecks, AccountWatcher } from './account-watcher.js';
import { TelegramAccountFailure, type TelegramAccounts } from './accounts.js';
import { createAttemptLimit } from './attempt-limit.js';
import { createBridgedAccounts } from './bridged-accounts.js';
import { LoginFailure } from './failure.js';
import { loginFaultOf } from './fault-of.js';
import { fingerprint } from './fingerprint.js';
import type { OwnerQueue } from './owner-queue.js';
import { createLoginStore } from './login-store.js';
import { createLoginProcesses } from './login-processes.js';
import { createDecisionRunner } from './decision-runner.js';
import { decide } from './machine.js';
import type { LoginProcesses } from './processes.js';
import { createQrLogin } from './qr-login.js';
import type { LoginInput, LoginStep } from './shapes.js';
import { createTelegramCalls } from './telegram-calls.js';

/** Logs Matrix users into Telegram. Every method throws LoginFailure for expected failures. */
export interface LoginService {
  /**
   * Submits `input` to the owner's login process, or starts one, and returns the next step. Checks
   * in this order: permission, already logged in, the input, Telegram. Results are durable.
   * Concurrent equal inputs of one owner count as one.
   */
  submit(owner: Mxid, input: LoginInput): Promise<LoginStep>;
  /**
   * Returns the Telegram user of the owner, requested from Telegram each time. Checks permission
   * first. Without `account`, uses the first. Throws TelegramAccountFailure `account_unknown` if
   * the named account is not the owner's or Telegram has ended it.
   */
  whoAmI(owner: Mxid, account?: TelegramUserId): Promise<TelegramUser>;
  /**
   * Ends the sessions of ended and abandoned login processes at Telegram and deletes the processes.
   * To be called periodically.
   */
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
  /** The maximum number of Telegram accounts of an owner. */
  readonly maxAccounts: number;
  /**
   * The maximum number of QR codes with a connection of their own: less than the size of the pool.
   */
  readonly maxListening: number;
  /** How often an owner can request a code, a QR code or a bot login from Telegram. */
  readonly attempts: Allowance;
  /** How long a login process can be idle. */
  readonly expireAfterMs: number;
  /** Undefined if logins are not handed over. */
  readonly bridge?: BridgeParts | undefined;
  /** Called when accounts change. */
  readonly watcher?: AccountWatcher | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

// Longer than any operation takes while Telegram answers, and less than the usual minute of reverse
// proxies.
const longestWaitMs = 25_000;

/** Creates the login service, shared by all dialects with its login processes and accounts. */
export function createLoginService(
  deps: LoginServiceDeps,
): LoginService & LoginProcesses & TelegramAccounts & AccountChecks {
  const { database, mayLogIn, clock, logger } = deps;
  const isActiveOwner = deps.isActiveOwner ?? (async () => true);
  const calls = createTelegramCalls(deps);
  const store = createLoginStore({ ...deps, isActiveOwner });
  const { bridge, handOvers } = deps.bridge ?? {};
  const bridged = bridge && createBridgedAccounts({ ...deps, bridge });
  const linkedAccounts = createLinkedAccounts({ ...deps, isActiveOwner, calls, store, handOvers, bridged });
  const limit = createAttemptLimit({ ...deps, calls });
  const runner = createDecisionRunner({ ...deps, calls, store, linkedAccounts, limit });
  const qr = createQrLogin({ ...deps, calls, store, runner, limit });
  const flights = new SingleFlight();

  const runExclusive: OwnerQueue = (owner, what, work) =>
    flights.run(`${owner} ${what}`, () => database.locks.run(`login:${owner}`, work));

  /** Like `runExclusive`, but fails soon if Telegram delays the owner's earlier work. */
  const runExclusiveWithin: OwnerQueue = (owner, what, work) => {
    const since = clock.now();
    return runExclusive(owner, what, async () => {
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
    const loginStatus = await linkedAccounts.getStatus(owner);
    if (loginStatus.kind !== 'logged_out') {
      // The response to the last step may have been lost.
      if (await store.hasFinished(owner, digest)) return { kind: 'complete', user: loginStatus.user };
      throw new LoginFailure({ kind: 'already_logged_in', user: loginStatus.user });
    }
    const login = await store.find(owner);
    return runner.act(owner, login, decide(login?.state, input, clock.now()), { digest });
  }

  return {
    ...createLoginProcesses({
      ...deps,
      store,
      linkedAccounts,
      runner,
      qr,
      limit,
      close: (id) => calls.close(id),
      permit,
      runExclusive,
      runExclusiveWithin,
    }),
    ...createTelegramAccountService({
      linkedAccounts,
      runner,
      bridge,
      handOvers,
      permit,
      runExclusive,
      runExclusiveWithin,
    }),

    async submit(owner, input) {
      permit(owner);
      return runExclusiveWithin(owner, fingerprint(input), () => submit(owner, input));
    },

    async whoAmI(owner, account) {
      permit(owner);
      const loginStatus = await runExclusiveWithin(owner, `who am I ${account ?? ''}`, () =>
        linkedAccounts.getStatus(owner, account),
      );
      switch (loginStatus.kind) {
        case 'logged_in':
          return loginStatus.user;
        case 'unsure':
          throw new LoginFailure(loginFaultOf(loginStatus.fault));
        case 'logged_out':
          if (loginStatus.isUnasked === true) throw new LoginFailure({ kind: 'bridge_unreachable' });
          if (account !== undefined) throw new TelegramAccountFailure({ kind: 'account_unknown' });
          throw new LoginFailure({ kind: 'not_logged_in' });
      }
    },

    check: (accountId) => linkedAccounts.check(accountId),

    async sweep() {
      await database.transaction((tx) => tx.floodWaits.deleteExpired(clock.now()));
      for (const { id, owner } of await store.listOver()) {
        try {
          qr.leave(id);
          const fault = await runExclusive(owner, `end ${id}`, () => runner.endSessionOf(owner, id));
          if (fault?.kind === 'unreachable') return;
        } catch (error) {
          if (error instanceof DatabaseFailure) throw error;
          logger.error('ended login process not cleaned up', { owner, error });
        }
      }
    },
  };
}
