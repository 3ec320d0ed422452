import { AsyncLocalStorage } from 'node:async_hooks';
import { elapsedMs, type Clock } from '../base/clock.js';
import { KeyedMutex } from '../base/keyed-mutex.js';
import type { Logger } from '../base/logger.js';
import type { Backend } from './backend.js';
import { databaseClosed, DatabaseFailure } from './failure.js';
import { TransactionSession } from './transaction-session.js';

/** A transaction or a read that is over. */
export interface DatabaseWork {
  readonly work: 'transaction' | 'read';
  /** Until it had its turn. */
  readonly waitedMs: number;
  readonly tookMs: number;
  /** `ok`, the kind of a DatabaseFailure, or `rolled_back` for other errors of the work. */
  readonly outcome: string;
}

/** Runs all transactions. */
export interface Transactions {
  /**
   * Commits when `work` resolves, and rolls back when it rejects. Throws if called inside another
   * transaction.
   */
  run<T>(work: (session: TransactionSession) => Promise<T>): Promise<T>;
  /**
   * Runs reads by the backend's reader, outside of transactions. Throws DatabaseFailure, and an
   * error if called inside a transaction.
   */
  read<T>(work: () => Promise<T>): Promise<T>;
  /** Writes a row and rolls back, in turn with the transactions. Throws DatabaseFailure. */
  probe(): Promise<void>;
  /** Returns how many transactions and reads wait or are in progress. */
  waiting(): number;
  /** Rejects new transactions, and resolves when the open ones are over. */
  stop(): Promise<void>;
}

/** A lower limit would warn on small machines, which need half a second for the first start. */
const slowMs = 1_000;

/** Returns transactions on that backend. They run in order if it has only one connection. */
export function createTransactions(deps: {
  readonly backend: Backend;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called after each transaction and read. It must not throw. */
  readonly onWork?: ((work: DatabaseWork) => void) | undefined;
}): Transactions {
  const { backend, clock, logger, onWork } = deps;
  const around = new AsyncLocalStorage<TransactionSession>();
  const queue = new KeyedMutex();
  const underWay = new Set<Promise<unknown>>();
  let stopped = false;
  let asked = 0;
  let open = 0;
  /** The latest turn at the time when another program's lock was found. */
  let lockedUpTo = 0;

  const begin = async (turn: number) => {
    // Transactions that queued behind this one have waited for the same lock. If each tried again,
    // the delays would add up.
    if (turn <= lockedUpTo) throw new DatabaseFailure({ kind: 'busy' });
    const queryRunner = await backend.connect();
    try {
      await backend.begin(queryRunner);
      return queryRunner;
    } catch (error) {
      await backend.abandon(queryRunner);
      await queryRunner.release();
      const explained = backend.explain(error);
      const isLocked = explained instanceof DatabaseFailure && explained.details.kind === 'busy';
      if (isLocked && backend.serial) lockedUpTo = asked;
      throw explained;
    }
  };

  const transact = async <T>(turn: number, work: (session: TransactionSession) => Promise<T>): Promise<T> => {
    const queryRunner = await begin(turn);
    open += 1;
    const session = new TransactionSession(queryRunner, backend.statementsOf(queryRunner), backend.reader.json);
    try {
      const result = await around.run(session, () => work(session));
      session.end();
      await backend.commit(queryRunner);
      return result;
    } catch (error) {
      session.end();
      const explained = backend.explain(error);
      const lost = explained instanceof DatabaseFailure && explained.details.kind === 'unreachable';
      if (lost) await backend.abandon(queryRunner);
      // If this fails too, SQLite has rolled back by itself, and a PostgreSQL connection is
      // unusable.
      else await queryRunner.query('ROLLBACK').catch(() => backend.abandon(queryRunner));
      throw explained;
    } finally {
      open -= 1;
      // On Node 20 each enabled storage adds work to every promise of the process. It enables
      // itself again, and without an open transaction there is none to be inside of.
      if (open === 0) around.disable();
      await queryRunner.release();
    }
  };

  /** Measures work from now on, and its own time from `begin`. */
  const startTimer = (work: DatabaseWork['work']) => {
    const askedAt = clock.now();
    // The clock has no fractions of a millisecond.
    const asked = onWork ? elapsedMs() : 0;
    let startedAt = askedAt;
    let started = asked;
    return {
      begin() {
        startedAt = clock.now();
        if (onWork) started = elapsedMs();
      },
      end(outcome: string) {
        const tookMs = clock.now() - startedAt;
        if (tookMs > slowMs) logger.warn('slow database call', { call: work, tookMs, waitedMs: startedAt - askedAt });
        onWork?.({ work, outcome, waitedMs: started - asked, tookMs: elapsedMs() - started });
      },
    };
  };

  const admit = async <T>(start: () => Promise<T>): Promise<T> => {
    const outer = around.getStore();
    if (outer && !outer.isOver) throw new Error('the database was used inside another transaction');
    if (stopped) throw databaseClosed();
    const result = start();
    underWay.add(result);
    try {
      return await result;
    } finally {
      underWay.delete(result);
    }
  };

  const inOrder = <T>(work: (turn: number) => Promise<T>): Promise<T> =>
    admit(() => {
      asked += 1;
      const turn = asked;
      return backend.serial ? queue.run('', () => work(turn)) : work(turn);
    });

  return {
    run(work) {
      const timer = startTimer('transaction');
      return inOrder(async (turn) => {
        timer.begin();
        try {
          const result = await transact(turn, work);
          timer.end('ok');
          return result;
        } catch (error) {
          timer.end(outcomeOf(error));
          throw error;
        }
      });
    },

    read: (work) =>
      admit(async () => {
        const timer = startTimer('read');
        const inTurn = () => {
          timer.begin();
          return work();
        };
        try {
          const result = await (backend.readsInTurn ? queue.run('', inTurn) : work());
          timer.end('ok');
          return result;
        } catch (error) {
          const explained = backend.explain(error);
          timer.end(outcomeOf(explained));
          throw explained;
        }
      }),

    probe: () =>
      inOrder(() =>
        backend.probe().catch((error: unknown) => {
          throw backend.explain(error);
        }),
      ),

    waiting: () => underWay.size,

    async stop() {
      stopped = true;
      await Promise.allSettled(underWay);
    },
  };
}

function outcomeOf(error: unknown): string {
  return error instanceof DatabaseFailure ? error.details.kind : 'rolled_back';
}
