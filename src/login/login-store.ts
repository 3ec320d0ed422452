import type { Clock } from '../base/clock.js';
import type { Mxid } from '../base/mxid.js';
import { randomId, type Random } from '../base/random.js';
import type { Database, Readers, Transaction } from '../database/database.js';
import type { LoginProcessRecord } from '../database/tables/login-processes.js';
import type { TelegramSession } from '../telegram/gateway.js';
import type { TelegramUser } from '../telegram/shapes.js';
import { LoginFailure } from './failure.js';
import type { LoginEnd, ProcessMeta } from './process-meta.js';
import { sessionOf, type LoginState, type SharedState } from './machine.js';
import { readState, sessionIn, writeState, type StoredState } from './login-codec.js';
import type { IsActiveOwner } from './owned-logins.js';

/**
 * A login process in progress. `startedAt` is epoch ms; `meta` is null if LoginService started it,
 * which needs no metadata.
 */
export interface Login<S extends LoginState = LoginState> {
  readonly id: string;
  readonly startedAt: number;
  readonly state: S;
  readonly meta: ProcessMeta | null;
}

/** A login process with metadata that has ended, while it is kept. */
export interface PastLogin {
  readonly id: string;
  readonly meta: ProcessMeta;
  readonly end: LoginEnd;
}

/** A login process that has ended, and its session to end at Telegram; null if it has none. */
export interface EndedLogin {
  readonly id: string;
  readonly session: TelegramSession | null;
}

/** Stores login processes between steps. Callers that write must hold the owner's lock. */
export interface LoginStore {
  /**
   * Returns the owner's most recent login process that every dialect can continue, neither ended
   * nor abandoned.
   */
  find(owner: Mxid): Promise<Login<SharedState> | undefined>;
  /**
   * Returns the owner's login processes that are neither ended nor abandoned, most recent first.
   */
  list(owner: Mxid): Promise<readonly Login[]>;
  /**
   * Returns the owner's login process with this ID, in progress or ended. Abandoned ones count as
   * ended.
   */
  load(owner: Mxid, id: string): Promise<Login | PastLogin | undefined>;
  /**
   * Stores the login process and restarts its idle time; with `replacing`, ends that one in the
   * same transaction.
   */
  save(owner: Mxid, login: Login, how?: { readonly replacing?: Login | undefined }): Promise<void>;
  /** Like save, and moves the session of `adopted` to the login process. */
  adopt(owner: Mxid, login: Login, adopted: Login): Promise<void>;
  /**
   * Ends the login process as cancelled. Only its session is kept, until it is ended at Telegram.
   */
  discard(owner: Mxid, ended: EndedLogin): Promise<void>;
  /** Like discard, but not requested by the user: without a session, nothing is kept. */
  evict(owner: Mxid, ended: EndedLogin): Promise<void>;
  /** Like discard, within a transaction. */
  discardWithin(tx: Transaction, owner: Mxid, ended: EndedLogin): Promise<void>;
  /**
   * Schedules another attempt to end the session. Attempts never stop: the session may be valid,
   * and only Gangway has it.
   */
  retryLater(owner: Mxid, ended: EndedLogin): Promise<void>;
  /**
   * Completes the login process, or the one with the session `sessionId`. Ends all others of the
   * owner that have no metadata.
   */
  finish(tx: Transaction, owner: Mxid, done: Finished): Promise<void>;
  /** Returns whether the input with this digest has recently completed a login of the owner. */
  hasFinished(owner: Mxid, digest: string): Promise<boolean>;
  /** Deletes the login process. If it has metadata, how it ended is kept for a while. */
  remove(owner: Mxid, id: string): Promise<void>;
  /** Returns some ended or abandoned login processes that are due, oldest first. */
  listOver(): Promise<readonly LoginProcessRecord[]>;
  /** Returns the login process if it has ended or is abandoned. */
  findLeftover(owner: Mxid, id: string): Promise<EndedLogin | undefined>;
}

/** A completed login process. */
export interface Finished {
  /** The ID under which the session was stored while it could be orphaned. */
  readonly sessionId: string;
  readonly login: Login | undefined;
  readonly user: TelegramUser;
  /** The digest of the completing input, stored for a while if the input can be repeated. */
  readonly finishedBy?: string | undefined;
}

export interface LoginStoreDeps {
  readonly database: Database;
  /** Login processes of deactivated Matrix accounts are not stored. */
  readonly isActiveOwner: IsActiveOwner;
  readonly expireAfterMs: number;
  readonly clock: Clock;
  readonly random: Random;
}

type LoginProcesses = Pick<Readers, 'loginProcesses'>;

const listedAtOnce = 100;
const againAfterMs = 10 * 60_000;
/** The longest interval between attempts to end an old session, from one day after the first. */
const maxRetryMs = 60 * 60_000;
const oldAfterMs = 24 * 60 * 60_000;
/** How long the end of a login process is kept. */
const rememberedForMs = 60 * 60_000;
/** How long the completing input can be repeated because its response was lost. */
const repeatedForMs = 10 * 60_000;
/** The maximum number of ended login processes kept for one owner. */
const maxRemembered = 8;

export function createLoginStore(deps: LoginStoreDeps): LoginStore {
  const { database, isActiveOwner, expireAfterMs, clock, random } = deps;
  const isOver = (record: LoginProcessRecord) => record.expiresAt <= clock.now();
  /** Reads those in progress and those kept: few. Sessions to end at Telegram can be many. */
  const listCurrent = (tx: LoginProcesses, owner: Mxid) => tx.loginProcesses.listByOwner(owner, clock.now());
  const findRecord = (tx: LoginProcesses, owner: Mxid, id: string) => tx.loginProcesses.find(owner, id);
  const findAlone = (owner: Mxid, id: string) => database.read((readers) => findRecord(readers, owner, id));

  async function discardWithin(tx: Transaction, owner: Mxid, { id, session }: EndedLogin): Promise<void> {
    const before = await findRecord(tx, owner, id);
    const at = clock.now();
    const { meta, end } = before ? endOf(before) : { meta: null, end: null };
    if (session === null && meta === null) return void (await tx.loginProcesses.delete(id));
    const state = writeState({ step: 'over', session, meta, end });
    const expiresAt = session === null ? at + rememberedForMs : at;
    await tx.loginProcesses.save({ id, owner, state, createdAt: at, expiresAt });
    await deleteOldest(tx, owner);
  }

  /** Deletes all but the newest ended processes. Keeps those with a session to end at Telegram. */
  async function deleteOldest(tx: Transaction, owner: Mxid): Promise<void> {
    const past = (await listCurrent(tx, owner)).filter(isEnded);
    const latestFirst = past.sort((one, other) => other.expiresAt - one.expiresAt);
    for (const { id } of latestFirst.slice(maxRemembered)) await tx.loginProcesses.delete(id);
  }

  /** Returns how a login process with metadata that is abandoned or cancelled has ended. */
  function endOf(record: LoginProcessRecord): Pick<StoredState, 'meta' | 'end'> {
    const { meta, end } = readState(record.state);
    if (meta === null) return { meta, end: null };
    return { meta, end: end ?? { how: isOver(record) ? 'timed_out' : 'cancelled' } };
  }

  async function markEnded(tx: Transaction, record: LoginProcessRecord, ended: Pick<StoredState, 'meta' | 'end'>) {
    const expiresAt = clock.now() + rememberedForMs;
    if (ended.meta === null) return void (await tx.loginProcesses.delete(record.id));
    await tx.loginProcesses.save({
      ...record,
      state: writeState({ step: 'over', session: null, ...ended }),
      expiresAt,
    });
    await deleteOldest(tx, record.owner);
  }

  async function write(tx: Transaction, owner: Mxid, { id, startedAt, state, meta }: Login): Promise<void> {
    if (!(await isActiveOwner(owner, tx.accounts.hold))) throw new LoginFailure({ kind: 'owner_deactivated' });
    // A QR code is renewed as long as a client shows it: that does not restart the idle time.
    const since = state.step === 'qr' ? startedAt : clock.now();
    const stored = writeState({ ...state, meta, end: null });
    await tx.loginProcesses.save({ id, owner, state: stored, createdAt: startedAt, expiresAt: since + expireAfterMs });
  }

  async function list(owner: Mxid): Promise<readonly Login[]> {
    const records = await database.read((readers) => listCurrent(readers, owner));
    return records.sort((one, other) => other.expiresAt - one.expiresAt).flatMap((record) => underWay(record) ?? []);
  }

  return {
    list,

    async find(owner) {
      return (await list(owner)).find(isShared);
    },

    async load(owner, id) {
      const record = await findAlone(owner, id);
      const login = record && !isOver(record) ? underWay(record) : undefined;
      if (!record || login) return login?.meta ? login : undefined;
      const { meta, end } = endOf(record);
      return meta && end ? { id, meta, end } : undefined;
    },

    save(owner, login, { replacing } = {}) {
      return database.transaction(async (tx) => {
        if (replacing) {
          await discardWithin(tx, owner, { id: replacing.id, session: sessionOf(replacing.state) ?? null });
        }
        await write(tx, owner, login);
      });
    },

    adopt(owner, login, adopted) {
      return database.transaction(async (tx) => {
        const record = await findRecord(tx, owner, adopted.id);
        if (record) await markEnded(tx, record, endOf(record));
        await write(tx, owner, login);
      });
    },

    discard: (owner, ended) => database.transaction((tx) => discardWithin(tx, owner, ended)),
    discardWithin,

    evict(owner, ended) {
      return database.transaction(async (tx) => {
        if (ended.session !== null) await discardWithin(tx, owner, ended);
        else await tx.loginProcesses.delete(ended.id);
      });
    },

    retryLater(owner, ended) {
      return database.transaction(async (tx) => {
        const before = await findRecord(tx, owner, ended.id);
        // An abandoned login process ends now. For an ended one, createdAt is the time of its end.
        if (!before || readState(before.state).step !== 'over') await discardWithin(tx, owner, ended);
        const over = await findRecord(tx, owner, ended.id);
        if (!over) return;
        const now = clock.now();
        const waitMs = over.createdAt + oldAfterMs <= now ? maxRetryMs : againAfterMs;
        await tx.loginProcesses.save({ ...over, expiresAt: now + waitMs });
      });
    },

    async finish(tx, owner, { sessionId, login, user, finishedBy }) {
      const done = login && (await findRecord(tx, owner, login.id));
      if (done && login.meta) await markEnded(tx, done, { meta: login.meta, end: { how: 'finished', user } });
      else if (done) await tx.loginProcesses.delete(done.id);
      if (sessionId !== login?.id) await tx.loginProcesses.delete(sessionId);
      for (const record of await listCurrent(tx, owner)) {
        const state = readState(record.state);
        if (state.step !== 'over' && !state.meta) {
          await discardWithin(tx, owner, { id: record.id, session: sessionIn(state) });
        }
      }
      if (finishedBy === undefined) return;
      const at = clock.now();
      const state = writeState({ step: 'over', session: null, meta: null, end: null, finishedBy });
      const record = { id: randomId(random), owner, state, createdAt: at, expiresAt: at + repeatedForMs };
      await tx.loginProcesses.save(record);
    },

    async hasFinished(owner, digest) {
      const records = await database.read((readers) => listCurrent(readers, owner));
      return records.some(({ state: stored }) => {
        const state = readState(stored);
        return state.step === 'over' && state.finishedBy === digest;
      });
    },

    async remove(owner, id) {
      await database.transaction(async (tx) => {
        const record = await findRecord(tx, owner, id);
        if (!record) return;
        // Kept only for its time.
        if (isEnded(record)) await tx.loginProcesses.delete(id);
        else await markEnded(tx, record, endOf(record));
      });
    },

    listOver: () => database.transaction((tx) => tx.loginProcesses.listExpired(clock.now(), listedAtOnce)),

    async findLeftover(owner, id) {
      const record = await findAlone(owner, id);
      return record && isOver(record) ? { id, session: sessionIn(readState(record.state)) } : undefined;
    },
  };
}

function underWay({ id, createdAt, state: stored }: LoginProcessRecord): Login | undefined {
  const { meta, end: _, ...state } = readState(stored);
  return state.step === 'over' ? undefined : { id, startedAt: createdAt, state, meta };
}

/** Returns whether the login process has ended and its session too. */
function isEnded({ state: stored }: LoginProcessRecord): boolean {
  const state = readState(stored);
  return state.step === 'over' && state.session === null;
}

/** Returns whether every dialect can continue the login process. */
export function isShared(login: Login): login is Login<SharedState> {
  return login.state.step === 'code' || login.state.step === 'password';
}
