import type { Clock } from '../base/clock.js';
import type { Mxid } from '../base/mxid.js';
import type { Database, Transaction } from '../database/database.js';
import type { LoginProcessRecord } from '../database/stores/login-process-store.js';
import type { TelegramSession } from '../telegram/gateway.js';
import type { LoginState } from './machine.js';
import { readState, writeState } from './stored-forms.js';

/** A login under way. `startedAt` is epoch ms. */
export interface Login {
  readonly id: string;
  readonly startedAt: number;
  readonly state: LoginState;
}

/** A login that is over, and its session, which is still to be ended at Telegram. */
export interface Leftover {
  readonly id: string;
  readonly session: TelegramSession;
}

/** Keeps logins under way from one step to the next. Whoever writes holds the owner's lock. */
export interface LoginLedger {
  /** The owner's newest login that is neither over nor abandoned. */
  find(owner: Mxid): Promise<Login | undefined>;
  /** Writes the login, which may wait for its next step from now on; with `replacing`, that one is over in the same transaction. */
  save(owner: Mxid, login: Login, how?: { readonly replacing?: Login | undefined }): Promise<void>;
  /** From now on, all that is kept of the login is its session, until that is ended at Telegram. */
  discard(owner: Mxid, leftover: Leftover): Promise<void>;
  /** Its session could not be ended now: it is listed again after a while, and forgotten when that was tried for a day. */
  postpone(owner: Mxid, leftover: Leftover): Promise<void>;
  /** The login `finishedId` is gone, all others of the owner are over. */
  closeAll(tx: Transaction, owner: Mxid, finishedId: string): Promise<void>;
  remove(id: string): Promise<void>;
  /** Some of the logins that are over or abandoned and whose turn it is, oldest first. */
  listOver(): Promise<readonly LoginProcessRecord[]>;
  /** What is left of a login that is still over or abandoned. */
  findLeftover(owner: Mxid, id: string): Promise<Leftover | undefined>;
}

export interface LoginLedgerDeps {
  readonly database: Database;
  readonly expireAfterMs: number;
  readonly clock: Clock;
}

const listedAtOnce = 100;
const againAfterMs = 10 * 60_000;
const givenUpAfterMs = 24 * 60 * 60_000;

export function createLoginLedger({ database, expireAfterMs, clock }: LoginLedgerDeps): LoginLedger {
  const isOver = (record: LoginProcessRecord) => record.expiresAt <= clock.now();
  const listByOwner = (owner: Mxid) => database.transaction((tx) => tx.loginProcesses.listByOwner(owner));
  const overRecord = (owner: Mxid, { id, session }: Leftover): LoginProcessRecord => {
    const at = clock.now();
    return { id, owner, state: writeState({ step: 'over', session }), createdAt: at, expiresAt: at };
  };

  return {
    async find(owner) {
      for (const record of await listByOwner(owner)) {
        const state = isOver(record) ? undefined : readState(record.state);
        if (state && state.step !== 'over') return { id: record.id, startedAt: record.createdAt, state };
      }
      return undefined;
    },

    save(owner, { id, startedAt, state }, { replacing } = {}) {
      return database.transaction(async (tx) => {
        if (replacing) {
          await tx.loginProcesses.save(overRecord(owner, { id: replacing.id, session: replacing.state.session }));
        }
        const expiresAt = clock.now() + expireAfterMs;
        await tx.loginProcesses.save({ id, owner, state: writeState(state), createdAt: startedAt, expiresAt });
      });
    },

    discard: (owner, leftover) => database.transaction((tx) => tx.loginProcesses.save(overRecord(owner, leftover))),

    postpone(owner, leftover) {
      return database.transaction(async (tx) => {
        const record = (await tx.loginProcesses.listByOwner(owner)).find(({ id }) => id === leftover.id);
        // A login that was abandoned is over from now on; of one that is over, createdAt says since when.
        const over = record && readState(record.state).step === 'over' ? record : overRecord(owner, leftover);
        if (over.createdAt + givenUpAfterMs <= clock.now()) await tx.loginProcesses.delete(over.id);
        else await tx.loginProcesses.save({ ...over, expiresAt: clock.now() + againAfterMs });
      });
    },

    async closeAll(tx, owner, finishedId) {
      for (const record of await tx.loginProcesses.listByOwner(owner)) {
        const { step, session } = readState(record.state);
        if (record.id === finishedId) await tx.loginProcesses.delete(record.id);
        else if (step !== 'over') await tx.loginProcesses.save(overRecord(owner, { id: record.id, session }));
      }
    },

    async remove(id) {
      await database.transaction((tx) => tx.loginProcesses.delete(id));
    },

    listOver: () => database.transaction((tx) => tx.loginProcesses.listExpired(clock.now(), listedAtOnce)),

    async findLeftover(owner, id) {
      const record = (await listByOwner(owner)).find((each) => each.id === id && isOver(each));
      return record && { id, session: readState(record.state).session };
    },
  };
}
