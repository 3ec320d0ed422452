import { z } from 'zod';
import type { Bridge, BridgeSession, HandOverProcess } from '../bridge/bridge.js';
import { BridgeFailure, type BridgeFailureDetails } from '../bridge/failure.js';
import { jitter } from '../base/jitter.js';
import type { Runtime } from '../base/runtime.js';
import type { Database, Transaction } from '../database/database.js';
import type { HandOverChanges, HandOverRecord } from '../database/tables/hand-overs.js';
import type { TelegramSession } from '../telegram/gateway.js';
import { describeBridgeFailure } from './describe-failure.js';
import type { OrphanedSession } from './hand-overs.js';
import type { HandOverOutbox } from './outbox.js';

/** The dependencies of an attempt. */
export interface AttemptDeps extends Runtime {
  readonly database: Database;
  readonly bridge: Bridge;
  readonly toBridgeSession: (session: TelegramSession) => BridgeSession;
  /** Resolves when the connection of the account is closed. */
  readonly closeConnection: (accountId: string) => Promise<void>;
  /** Schedules the end of a session at Telegram. */
  readonly leaveSession: (tx: Transaction, session: OrphanedSession) => Promise<void>;
  /** Runs other attempts, and this one again. */
  readonly outbox: Pick<HandOverOutbox, 'wake' | 'attempt'>;
}

/** Attempts to hand sessions over, or to end logins at the bridge. */
export interface Attempts {
  /**
   * Makes one attempt for the account's hand-over and schedules the next if it fails. The caller
   * holds the lock of the account.
   */
  run(id: string): Promise<void>;
}

const firstRetryMs = 2_000;
const maxRetryMs = 600_000;
/** If the bridge is gone permanently, logouts wait for the administrator. */
const maxEndingRetryMs = 3_600_000;
/** A bridge that cannot reach Telegram refuses too, which is temporary. */
const maxRefusals = 8;

/**
 * Creates the attempts. A hand-over is exclusive. The connection is closed, then the session is
 * removed from the linked account, so that Gangway cannot open it, and only then is it sent. If the
 * response is lost, the bridge is asked before anything else.
 */
export function createAttempts(deps: AttemptDeps): Attempts {
  const { database, bridge, toBridgeSession, closeConnection, leaveSession, outbox } = deps;
  const { clock, random, logger } = deps;
  const find = (id: string) => database.transaction((tx) => tx.handOvers.find(id));
  // The command line and deactivation may have changed the hand-over meanwhile.
  const update = ({ id, state }: HandOverRecord, changes: HandOverChanges) =>
    database.transaction((tx) => tx.handOvers.update(id, state, changes));

  async function hasLogin({ owner, telegramUserId }: HandOverRecord): Promise<boolean> {
    const { logins } = await bridge.findUser(owner);
    return logins.some(({ id }) => id === telegramUserId);
  }

  async function confirm(record: HandOverRecord): Promise<void> {
    const { id, owner, telegramUserId } = record;
    const isConfirmed = await database.transaction(async (tx) => {
      const at = clock.now();
      // The account is in this state as long as its hand-over is pending.
      const change = { from: 'hand_over', to: 'bridge', session: null, at } as const;
      if (await tx.telegramAccounts.setHolder(id, change)) {
        await tx.handOvers.delete(id);
        await tx.events.append({ owner, telegramUserId, at, what: { type: 'session.handed_over' } });
        return true;
      }
      // The account was deleted meanwhile: only the bridge's login is left to end.
      await tx.handOvers.update(id, 'ending', { session: null, process: null, dueAt: at });
      return false;
    });
    if (isConfirmed) logger.info('login handed over', { owner });
    else outbox.wake();
  }

  async function refuse(record: HandOverRecord, reason: string): Promise<void> {
    const { id, owner, state, session, process } = record;
    if (process !== null) {
      await bridge.cancelHandOver(owner, readProcess(process));
      if (await hasLogin(record)) return confirm(record);
    }
    const at = clock.now();
    const isRefused = await database.transaction(async (tx) => {
      const change = { from: 'hand_over', to: 'gangway', session, at } as const;
      if (!(await tx.telegramAccounts.setHolder(id, change))) return false;
      const rest = { session: null, process: null, reason, dueAt: at };
      return tx.handOvers.update(id, state, { state: 'refused', ...rest });
    });
    if (isRefused) logger.error('hand-over refused', { owner, reason });
    else outbox.wake();
  }

  async function retryLater(record: HandOverRecord, reason: string, shortestMs = 0): Promise<void> {
    const attempts = record.attempts + 1;
    const maxMs = record.state === 'ending' ? maxEndingRetryMs : maxRetryMs;
    const waitMs = Math.min(firstRetryMs * 2 ** Math.min(record.attempts, 20), maxMs) * jitter(random);
    const dueAt = Math.ceil(clock.now() + Math.max(waitMs, shortestMs));
    await update(record, { attempts, refusals: record.refusals, reason, dueAt });
    outbox.wake();
  }

  /**
   * Ends earlier logins of the same Telegram account: the bridge allows one. Returns whether none
   * is left.
   */
  async function endEarlierOnes(
    { telegramUserId }: HandOverRecord,
    earlier: readonly HandOverRecord[],
  ): Promise<boolean> {
    if (earlier.length === 0) return true;
    for (const other of earlier) await outbox.attempt(other.id);
    return (await database.transaction((tx) => tx.handOvers.listEnding(telegramUserId))).length === 0;
  }

  /**
   * Returns whether the process completed, if known. A process unknown to the bridge has ended, in
   * whatever way.
   */
  async function submitAgain(
    record: HandOverRecord,
    process: HandOverProcess,
    session: TelegramSession,
  ): Promise<boolean> {
    if (await hasLogin(record)) return true;
    try {
      await submit(bridge, record, process, toBridgeSession(session));
      return true;
    } catch (error) {
      if (!(error instanceof BridgeFailure) || error.details.kind !== 'bridge_process_unknown') throw error;
      return hasLogin(record);
    }
  }

  async function give(record: HandOverRecord, earlier: readonly HandOverRecord[]): Promise<void> {
    const { id, owner, session, telegramUserId } = record;
    if (session === null) throw new Error('a pending hand-over has no session');
    await closeConnection(id);
    if (!(await endEarlierOnes(record, earlier))) {
      // Throws if the user may not log in at the bridge: then the earlier login may never end.
      await bridge.findUser(owner);
      return retryLater(record, 'An earlier login of this account has not ended yet.');
    }
    if (record.process === null) {
      // From now on, a login of this account at the bridge is the one that was handed over.
      if (await hasLogin(record)) await bridge.logOut(owner, telegramUserId);
    } else if (await submitAgain(record, readProcess(record.process), session)) {
      return confirm(record);
    }
    const process = await bridge.startHandOver(owner);
    const given = { ...record, process: writeProcess(process) };
    if (!(await update(record, { process: given.process }))) {
      outbox.wake();
      return bridge.cancelHandOver(owner, process);
    }
    try {
      await submit(bridge, record, process, toBridgeSession(session));
    } catch (error) {
      if (isRejectedUnread(error)) await update(given, { process: null });
      throw error;
    }
    await confirm(given);
  }

  async function handOverOrRetry(record: HandOverRecord, earlier: readonly HandOverRecord[]): Promise<void> {
    try {
      await give(record, earlier);
    } catch (error) {
      if (!(error instanceof BridgeFailure)) throw error;
      const { details } = error;
      const current = await find(record.id);
      if (current?.state !== 'pending') return;
      note(current, details);
      const refusals = current.refusals + (details.kind === 'bridge_refused' ? 1 : 0);
      const isFinal = (details.kind === 'bridge_refused' && details.isFinal) || refusals >= maxRefusals;
      const counted = { ...current, refusals };
      if (!isFinal && details.kind !== 'bridge_user_forbidden') {
        return retryLater(
          counted,
          describeBridgeFailure(details),
          details.kind === 'bridge_flood_wait' ? details.retryAfterMs : 0,
        );
      }
      await refuse(current, describeBridgeFailure(details)).catch((again: unknown) => {
        if (!(again instanceof BridgeFailure)) throw again;
        return retryLater(counted, describeBridgeFailure(again.details));
      });
    }
  }

  function note({ owner, state }: HandOverRecord, details: BridgeFailureDetails): void {
    const isForAdmin = details.kind === 'bridge_secret_rejected' || details.kind === 'bridge_answer_invalid';
    const what = state === 'ending' ? 'bridge logout failed' : 'hand-over failed';
    logger[isForAdmin ? 'error' : 'warn'](what, { owner, failure: details });
  }

  /**
   * The account is deleted here: ends its login at the bridge, if there is one; otherwise schedules
   * the end of its session.
   */
  async function end(record: HandOverRecord): Promise<void> {
    const { id, owner, telegramUserId, session, process } = record;
    const logOut = async () => {
      await bridge.logOut(owner, telegramUserId);
      await database.transaction((tx) => tx.handOvers.delete(id));
    };
    if (session === null) return logOut();
    await closeConnection(id);
    if (process !== null) {
      await bridge.cancelHandOver(owner, readProcess(process));
      if (await hasLogin(record)) return logOut();
    }
    await database.transaction(async (tx) => {
      if (await tx.handOvers.delete(id)) await leaveSession(tx, { id, owner, session, since: clock.now() });
    });
  }

  /**
   * Retries without a limit: a session with an unknown holder must not be opened here, nor deleted
   * while it is valid.
   */
  async function endOrPostpone(record: HandOverRecord): Promise<void> {
    try {
      await end(record);
    } catch (error) {
      if (!(error instanceof BridgeFailure)) throw error;
      note(record, error.details);
      await retryLater(record, describeBridgeFailure(error.details));
    }
  }

  return {
    async run(id) {
      const { record, ending } = await database.transaction(async (tx) => {
        const found = await tx.handOvers.find(id);
        const isPending = found?.state === 'pending';
        // No more are added while the account is linked.
        return { record: found, ending: isPending ? await tx.handOvers.listEnding(found.telegramUserId) : [] };
      });
      switch (record?.state) {
        case 'pending':
          return handOverOrRetry(record, ending);
        case 'ending':
          return endOrPostpone(record);
        case 'refused':
        case undefined:
      }
    },
  };
}

/**
 * Sends the session to the process. Throws `bridge_answer_invalid` if the bridge confirms another
 * login than that of the session.
 */
async function submit(
  bridge: Bridge,
  { owner, telegramUserId }: HandOverRecord,
  process: HandOverProcess,
  session: BridgeSession,
): Promise<void> {
  const confirmed = await bridge.submitSession(owner, process, session);
  if (confirmed === telegramUserId) return;
  throw new BridgeFailure({ kind: 'bridge_answer_invalid' }, { cause: new Error('another login was confirmed') });
}

/** Returns whether the bridge rejected the request before it read the session. */
function isRejectedUnread(error: unknown): boolean {
  if (!(error instanceof BridgeFailure)) return false;
  return error.details.kind === 'bridge_user_forbidden' || error.details.kind === 'bridge_secret_rejected';
}

const processForm = z.object({ loginId: z.string(), stepId: z.string(), transactionId: z.string().optional() });

/** Returns the stored form of the process. It contains no secret. */
function writeProcess({ loginId, stepId, transactionId }: HandOverProcess): string {
  return JSON.stringify({ loginId, stepId, transactionId });
}

/** Throws if the text was not written by writeProcess: that is a defect. */
function readProcess(text: string): HandOverProcess {
  const { transactionId, ...process } = processForm.parse(JSON.parse(text));
  return { ...process, transactionId };
}
