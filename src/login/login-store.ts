import type { Clock } from '../base/clock.js';
import type { Mxid } from '../base/mxid.js';
import { randomId, type Random } from '../base/random.js';
import type { Database, Transaction } from '../database/database.js';
import type { LoginProcessRecord } from '../database/tables/login-processes.js';
import type { TelegramSession } from '../telegram/gateway.js';
import type { TelegramUser } from '../telegram/shapes.js';
import type { IsActiveOwner } from './active-owner.js';
import { LoginFailure } from './failure.js';
import type { LoginEnd, ProcessMeta } from './process-meta.js';
import { sessionOf, type LoginState, type SharedState } from './machine.js';
import { readState, writeState, type StoredState } from './login-codec.js';

/** A login under way. `startedAt` is epoch ms; `name` is null for one that LoginService started, which has no need of one. */
export interface Login<S extends LoginState = LoginState> {
  readonly id: string;
  readonly startedAt: number;
  readonly state: S;
  readonly name: ProcessMeta | null;
}

/** A login with a name that is over, while that is remembered. */
export interface PastLogin {
  readonly id: string;
  readonly name: ProcessMeta;
  readonly end: LoginEnd;
}

/** A login that is over, and its session, which is still to be ended at Telegram; null where there is none. */
export interface EndedLogin {
  readonly id: string;
  readonly session: TelegramSession | null;
}

/** Keeps logins under way from one step to the next. Whoever writes holds the owner's lock. */
export interface LoginStore {
  /** The login that the owner last went on with, among those that every dialect can go on with, neither over nor abandoned. */
  find(owner: Mxid): Promise<Login<SharedState> | undefined>;
  /** The owner's logins that are neither over nor abandoned, the one last gone on with first. */
  list(owner: Mxid): Promise<readonly Login[]>;
  /** The login with a name that the owner calls so, under way or over; abandoned is over. */
  load(owner: Mxid, id: string): Promise<Login | PastLogin | undefined>;
  /** Writes the login, which may wait for its next step from now on; with `replacing`, that one is over in the same transaction. */
  save(owner: Mxid, login: Login, how?: { readonly replacing?: Login | undefined }): Promise<void>;
  /** Like save, where the session of `adopted` is the login's from now on. */
  adopt(owner: Mxid, login: Login, adopted: Login): Promise<void>;
  /** From now on, all that is kept of the login is its session, until that is ended at Telegram, and that it was cancelled. */
  discard(owner: Mxid, ended: EndedLogin): Promise<void>;
  /** Like discard, where nobody asked for it: of a login without a session, nothing is kept. */
  evict(owner: Mxid, ended: EndedLogin): Promise<void>;
  /** Like discard, within a transaction. */
  discardIn(tx: Transaction, owner: Mxid, ended: EndedLogin): Promise<void>;
  /** Its session could not be ended now: it is listed again after a while. Never given up: the session may be alive, and only Gangway has it. */
  retryLater(owner: Mxid, ended: EndedLogin): Promise<void>;
  /** The login, or the one with the session `sessionId`, is done; all others of the owner that have no name are over. */
  finish(tx: Transaction, owner: Mxid, done: Finished): Promise<void>;
  /** Whether the input with this digest has finished a login of the owner's lately. */
  hasFinished(owner: Mxid, digest: string): Promise<boolean>;
  /** Nothing is left of the login but, for a while, how it ended, where it has a name. */
  remove(owner: Mxid, id: string): Promise<void>;
  /** Some of the logins that are over or abandoned and whose turn it is, oldest first. */
  listOver(): Promise<readonly LoginProcessRecord[]>;
  /** What is left of a login that is still over or abandoned. */
  findLeftover(owner: Mxid, id: string): Promise<EndedLogin | undefined>;
}

/** A login that has got its account. */
export interface Finished {
  /** What the session was kept under while it could be left over. */
  readonly sessionId: string;
  readonly login: Login | undefined;
  readonly user: TelegramUser;
  /** The digest of the input that finished it, stored for a while if the same input may come again. */
  readonly finishedBy?: string | undefined;
}

export interface LoginStoreDeps {
  readonly database: Database;
  /** Pending logins of deactivated Matrix accounts are not written. */
  readonly isActiveOwner: IsActiveOwner;
  readonly expireAfterMs: number;
  readonly clock: Clock;
  readonly random: Random;
}

const listedAtOnce = 100;
const againAfterMs = 10 * 60_000;
/** How often the ending of an old session is tried, from a day after its first attempt. */
const longestAgainAfterMs = 60 * 60_000;
const oldAfterMs = 24 * 60 * 60_000;
/** How long it is remembered how a login with a name ended. */
const rememberedForMs = 60 * 60_000;
/** How long the input that has finished a login may come again because its answer was lost. */
const repeatedForMs = 10 * 60_000;
/** Of how many logins of one owner that is remembered. */
const mostRemembered = 8;

export function createLoginStore({
  database,
  isActiveOwner,
  expireAfterMs,
  clock,
  random,
}: LoginStoreDeps): LoginStore {
  const isOver = (record: LoginProcessRecord) => record.expiresAt <= clock.now();
  /** Those that are not over, and what is remembered: few. Sessions that wait to be ended at Telegram can be many. */
  const listCurrent = (tx: Transaction, owner: Mxid) => tx.loginProcesses.listByOwner(owner, clock.now());
  const findRecord = (tx: Transaction, owner: Mxid, id: string) => tx.loginProcesses.find(owner, id);
  const findAlone = (owner: Mxid, id: string) => database.transaction((tx) => findRecord(tx, owner, id));

  async function discardIn(tx: Transaction, owner: Mxid, { id, session }: EndedLogin): Promise<void> {
    const before = await findRecord(tx, owner, id);
    const at = clock.now();
    const { name, end } = before ? endOf(before) : { name: null, end: null };
    if (session === null && name === null) return void (await tx.loginProcesses.delete(id));
    const state = writeState({ step: 'over', session, name, end });
    const expiresAt = session === null ? at + rememberedForMs : at;
    await tx.loginProcesses.save({ id, owner, state, createdAt: at, expiresAt });
    await forgetOldest(tx, owner);
  }

  /** Those whose session is still to be ended stay. */
  async function forgetOldest(tx: Transaction, owner: Mxid): Promise<void> {
    const past = (await listCurrent(tx, owner)).filter(isEnded);
    const latestFirst = past.sort((one, other) => other.expiresAt - one.expiresAt);
    for (const { id } of latestFirst.slice(mostRemembered)) await tx.loginProcesses.delete(id);
  }

  /** How a login with a name ended that is found abandoned or is given up now. */
  function endOf(record: LoginProcessRecord): Pick<StoredState, 'name' | 'end'> {
    const { name, end } = readState(record.state);
    if (name === null) return { name, end: null };
    return { name, end: end ?? { how: isOver(record) ? 'timed_out' : 'cancelled' } };
  }

  async function bury(tx: Transaction, record: LoginProcessRecord, ended: Pick<StoredState, 'name' | 'end'>) {
    const expiresAt = clock.now() + rememberedForMs;
    if (ended.name === null) return void (await tx.loginProcesses.delete(record.id));
    await tx.loginProcesses.save({
      ...record,
      state: writeState({ step: 'over', session: null, ...ended }),
      expiresAt,
    });
    await forgetOldest(tx, record.owner);
  }

  async function write(tx: Transaction, owner: Mxid, { id, startedAt, state, name }: Login): Promise<void> {
    if (!(await isActiveOwner(tx, owner, 'hold'))) throw new LoginFailure({ kind: 'owner_deactivated' });
    // A QR code is renewed for as long as somebody looks at it: that is not going on with the login.
    const since = state.step === 'qr' ? startedAt : clock.now();
    const stored = writeState({ ...state, name, end: null });
    await tx.loginProcesses.save({ id, owner, state: stored, createdAt: startedAt, expiresAt: since + expireAfterMs });
  }

  async function list(owner: Mxid): Promise<readonly Login[]> {
    const records = await database.transaction((tx) => listCurrent(tx, owner));
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
      if (!record || login) return login?.name ? login : undefined;
      const { name, end } = endOf(record);
      return name && end ? { id, name, end } : undefined;
    },

    save(owner, login, { replacing } = {}) {
      return database.transaction(async (tx) => {
        if (replacing) await discardIn(tx, owner, { id: replacing.id, session: sessionOf(replacing.state) ?? null });
        await write(tx, owner, login);
      });
    },

    adopt(owner, login, adopted) {
      return database.transaction(async (tx) => {
        const record = await findRecord(tx, owner, adopted.id);
        if (record) await bury(tx, record, endOf(record));
        await write(tx, owner, login);
      });
    },

    discard: (owner, ended) => database.transaction((tx) => discardIn(tx, owner, ended)),
    discardIn,

    evict(owner, ended) {
      return database.transaction(async (tx) => {
        if (ended.session !== null) await discardIn(tx, owner, ended);
        else await tx.loginProcesses.delete(ended.id);
      });
    },

    retryLater(owner, ended) {
      return database.transaction(async (tx) => {
        const before = await findRecord(tx, owner, ended.id);
        // A login that was abandoned is over from now on; of one that is over, createdAt says since when.
        if (!before || readState(before.state).step !== 'over') await discardIn(tx, owner, ended);
        const over = await findRecord(tx, owner, ended.id);
        if (!over) return;
        const now = clock.now();
        const waitMs = over.createdAt + oldAfterMs <= now ? longestAgainAfterMs : againAfterMs;
        await tx.loginProcesses.save({ ...over, expiresAt: now + waitMs });
      });
    },

    async finish(tx, owner, { sessionId, login, user, finishedBy }) {
      const done = login && (await findRecord(tx, owner, login.id));
      if (done && login.name) await bury(tx, done, { name: login.name, end: { how: 'finished', user } });
      else if (done) await tx.loginProcesses.delete(done.id);
      if (sessionId !== login?.id) await tx.loginProcesses.delete(sessionId);
      for (const record of await listCurrent(tx, owner)) {
        const { step, name, ...state } = readState(record.state);
        if (step !== 'over' && !name) {
          const session = 'session' in state ? state.session : null;
          await discardIn(tx, owner, { id: record.id, session });
        }
      }
      if (finishedBy === undefined) return;
      const at = clock.now();
      const state = writeState({ step: 'over', session: null, name: null, end: null, finishedBy });
      const record = { id: randomId(random), owner, state, createdAt: at, expiresAt: at + repeatedForMs };
      await tx.loginProcesses.save(record);
    },

    async hasFinished(owner, digest) {
      const records = await database.transaction((tx) => listCurrent(tx, owner));
      return records.some(({ state: stored }) => {
        const state = readState(stored);
        return state.step === 'over' && state.finishedBy === digest;
      });
    },

    async remove(owner, id) {
      await database.transaction(async (tx) => {
        const record = await findRecord(tx, owner, id);
        if (!record) return;
        // What was remembered for its time only.
        if (isEnded(record)) await tx.loginProcesses.delete(id);
        else await bury(tx, record, endOf(record));
      });
    },

    listOver: () => database.transaction((tx) => tx.loginProcesses.listExpired(clock.now(), listedAtOnce)),

    async findLeftover(owner, id) {
      const record = await findAlone(owner, id);
      return record && isOver(record) ? { id, session: readSession(record).session } : undefined;
    },
  };
}

function underWay({ id, createdAt, state: stored }: LoginProcessRecord): Login | undefined {
  const { name, end: _, ...state } = readState(stored);
  return state.step === 'over' ? undefined : { id, startedAt: createdAt, state, name };
}

function readSession({ state: stored }: LoginProcessRecord): {
  readonly step: string;
  readonly session: TelegramSession | null;
} {
  const state = readState(stored);
  return { step: state.step, session: 'session' in state ? state.session : null };
}

/** Whether the login is over, and its session too. */
function isEnded(record: LoginProcessRecord): boolean {
  const { step, session } = readSession(record);
  return step === 'over' && session === null;
}

function isShared(login: Login): login is Login<SharedState> {
  return login.state.step === 'code' || login.state.step === 'password';
}
