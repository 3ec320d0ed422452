import type { Allowance } from '../base/leaky-buckets.js';
import type { Mxid } from '../base/mxid.js';
import type { Runtime } from '../base/runtime.js';
import type { Bridge } from '../bridge/bridge.js';
import type { Database } from '../database/database.js';
import { DatabaseFailure } from '../database/failure.js';
import type { HandOvers } from '../hand-over/hand-overs.js';
import type { ConnectionPool } from '../telegram/pool.js';
import type { TelegramUser, TelegramUserId } from '../telegram/shapes.js';
import { createTelegramAccountService } from './account-service.js';
import { TelegramAccountFailure, type AccountChecks, type AccountWatcher, type TelegramAccounts } from './accounts.js';
import { createBridgedAccounts } from './bridged-accounts.js';
import { failureOf, LoginFailure } from './failure.js';
import { createLinkedAccounts } from './linked-accounts.js';
import { createLoginCompletion } from './login-completion.js';
import { createLoginStore } from './login-store.js';
import { decide } from './machine.js';
import type { IsActiveOwner } from './owned-logins.js';
import { observeLogins, observeScans, type LoginObserver } from './observe-logins.js';
import { createOwnerQueue } from './owner-queue.js';
import { fingerprint } from './process-meta.js';
import { createLoginProcesses } from './process-service.js';
import type { LoginInput, LoginProcesses, LoginStep } from './processes.js';
import { createQrLogin } from './qr-login.js';
import { createDecisionRunner } from './run-decision.js';
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

export interface LoginServiceDeps extends Runtime {
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
  /** Called after each step of a login process. */
  readonly observer?: LoginObserver | undefined;
}

/** Creates the login service, shared by all dialects with its login processes and accounts. */
export function createLoginService(
  deps: LoginServiceDeps,
): LoginService & LoginProcesses & TelegramAccounts & AccountChecks {
  const { database, observer, clock, logger } = deps;
  const isActiveOwner = deps.isActiveOwner ?? (async () => true);
  const queue = createOwnerQueue(deps);
  const { permit, runExclusive, runExclusiveWithin } = queue;
  const calls = createTelegramCalls(deps);
  const store = createLoginStore({ ...deps, isActiveOwner });
  const { bridge, handOvers } = deps.bridge ?? {};
  const bridged = bridge && createBridgedAccounts({ ...deps, bridge });
  const linkedAccounts = createLinkedAccounts({ ...deps, calls, store, bridged });
  const completion = createLoginCompletion({ ...deps, isActiveOwner, calls, store, linkedAccounts, handOvers });
  const runner = createDecisionRunner({ ...deps, calls, store, completion });
  const qr = createQrLogin({ ...deps, calls, store, runner: observeScans(runner, observer) });

  async function submit(owner: Mxid, input: LoginInput): Promise<LoginStep> {
    const digest = fingerprint(input);
    const loginStatus = await linkedAccounts.getStatus(owner);
    if (loginStatus.kind !== 'logged_out') {
      // The response to the last step may have been lost.
      if (await store.hasFinished(owner, digest)) return { kind: 'complete', user: loginStatus.user };
      throw new LoginFailure({ kind: 'already_logged_in', user: loginStatus.user });
    }
    const login = await store.find(owner);
    return runner.run(owner, login, decide(login?.state, input, clock.now()), { digest });
  }

  const service = {
    ...createLoginProcesses({ ...deps, store, linkedAccounts, runner, completion, qr, calls, queue }),
    ...createTelegramAccountService({ linkedAccounts, completion, bridge, handOvers, queue }),

    async submit(owner: Mxid, input: LoginInput) {
      permit(owner);
      return runExclusiveWithin(owner, fingerprint(input), () => submit(owner, input));
    },

    async whoAmI(owner: Mxid, account?: TelegramUserId) {
      permit(owner);
      const loginStatus = await runExclusiveWithin(owner, `who am I ${account ?? ''}`, () =>
        linkedAccounts.getStatus(owner, account),
      );
      switch (loginStatus.kind) {
        case 'logged_in':
          return loginStatus.user;
        case 'unsure':
          throw failureOf(loginStatus.failure);
        case 'logged_out':
          if (loginStatus.isUnasked === true) throw new LoginFailure({ kind: 'bridge_unreachable' });
          if (account !== undefined) throw new TelegramAccountFailure({ kind: 'account_unknown' });
          throw new LoginFailure({ kind: 'not_logged_in' });
      }
    },

    check: (accountId: string) => linkedAccounts.check(accountId),

    async sweep() {
      await database.transaction((tx) => tx.floodWaits.deleteExpired(clock.now()));
      for (const { id, owner } of await store.listOver()) {
        try {
          qr.leave(id);
          const failure = await runExclusive(owner, `end ${id}`, () => completion.endSessionOf(owner, id));
          if (failure?.kind === 'unreachable') return;
        } catch (error) {
          if (error instanceof DatabaseFailure) throw error;
          logger.error('ended login process not cleaned up', { owner, error });
        }
      }
    },
  };
  return observeLogins(service, observer);
}
