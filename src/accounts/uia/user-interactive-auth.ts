import type { Clock } from '../../base/clock.js';
import { KeyedMutex } from '../../base/keyed-mutex.js';
import type { Mxid } from '../../base/mxid.js';
import { type Random, randomId } from '../../base/random.js';
import type { Database } from '../../database/database.js';
import type { UiaSessionRecord } from '../../database/stores/uia-session-store.js';
import { AccountFailure } from '../failure.js';
import { createLeakyBuckets } from '../../base/leaky-buckets.js';
import { nameOperation, type UiaOperation } from './operation.js';

/** One way to prove who one is. */
export interface UiaStage {
  readonly type: string;
  /** Whether what the client sent proves that it is `owner`; throws AccountFailure where it cannot be understood. */
  isPassed(owner: Mxid, auth: Readonly<Record<string, unknown>>): Promise<boolean>;
}

/** User-interactive authentication (Matrix client-server API, "User-Interactive Authentication API"). */
export interface UserInteractiveAuth {
  /**
   * Resolves when `auth`, that member of the request, completes an authentication for this very request; it is then used up.
   * Throws AccountFailure: authentication_incomplete with what the client needs to go on, rate_limited after too many failures.
   */
  authenticate(operation: UiaOperation, auth: unknown): Promise<void>;
  /** Forgets authentications that nobody went on with in time. To be called now and then. */
  sweep(): Promise<void>;
}

/** What createUserInteractiveAuth needs. */
export interface UserInteractiveAuthDeps {
  readonly database: Database;
  readonly stages: readonly UiaStage[];
  /** Of each flow the stages that complete it together. */
  readonly flows: readonly (readonly string[])[];
  readonly clock: Clock;
  readonly random: Random;
}

const lifetimeMs = 15 * 60_000;
/** As many of one user as may wait for an answer; the oldest make room. */
const sessionsPerOwner = 10;
const sessionForm = /^[\w-]{22}$/;
const failuresAllowed = { max: 10, windowMs: 5 * 60_000 };

interface Trouble {
  readonly errcode: string;
  readonly error: string;
}

const sessionUnfit: Trouble = {
  errcode: 'M_UNKNOWN',
  error: 'This authentication session is unknown, has expired or belongs to another request: start again.',
};
const stageUnknown: Trouble = { errcode: 'M_UNRECOGNIZED', error: 'There is no such stage here.' };
const stageFailed: Trouble = { errcode: 'M_FORBIDDEN', error: 'Invalid username or password' };

/** Authentications are kept in the database, each bound to its user and request; what completes at once is never written. */
export function createUserInteractiveAuth(deps: UserInteractiveAuthDeps): UserInteractiveAuth {
  const { database, flows, clock, random } = deps;
  const stages = new Map(deps.stages.map((stage) => [stage.type, stage]));
  const failures = createLeakyBuckets(failuresAllowed, clock);
  const attempts = new KeyedMutex();
  const isComplete = (completed: readonly string[]) =>
    flows.some((flow) => flow.every((stage) => completed.includes(stage)));

  function begin(operation: UiaOperation): UiaSessionRecord {
    return {
      id: randomId(random),
      owner: operation.owner,
      operation: nameOperation(operation),
      completed: [],
      expiresAt: clock.now() + lifetimeMs,
    };
  }

  async function resume(operation: UiaOperation, id: string): Promise<UiaSessionRecord | undefined> {
    if (!sessionForm.test(id)) return undefined;
    const found = await database.transaction((tx) => tx.uiaSessions.find(id));
    const fits = found?.operation === nameOperation(operation) && found.expiresAt > clock.now();
    return fits ? found : undefined;
  }

  async function askToGoOn({ session, isKept }: Attended, trouble?: Trouble): Promise<never> {
    const { id, completed } = await keep(session, isKept);
    const offered = flows.map((flow) => ({ stages: flow }));
    const body = { ...trouble, flows: offered, params: {}, session: id, completed };
    throw new AccountFailure({ kind: 'authentication_incomplete', body });
  }

  /** What the client is to go on with: a new session where this one was completed or pushed out meanwhile. */
  function keep(session: UiaSessionRecord, isKept: boolean): Promise<UiaSessionRecord> {
    return database.transaction(async (tx) => {
      if (isKept && (await tx.uiaSessions.update(session))) return session;
      const added = isKept ? { ...session, id: randomId(random), completed: [] } : session;
      await tx.accounts.hold(session.owner);
      await tx.uiaSessions.keepNewest(session.owner, sessionsPerOwner - 1);
      await tx.uiaSessions.insert(added);
      return added;
    });
  }

  async function pass(attended: Attended, auth: AuthMember): Promise<Attended> {
    if (auth.type === undefined) return attended;
    const stage = stages.get(auth.type);
    if (!stage) return askToGoOn(attended, stageUnknown);
    const { session, isKept } = attended;
    // One after the other, so that many guesses at once get no further than many in a row.
    const isPassed = await attempts.run(session.owner, () => attempt(stage, session.owner, auth));
    if (!isPassed) return askToGoOn(attended, stageFailed);
    return { isKept, session: { ...session, completed: [...new Set([...session.completed, stage.type])] } };
  }

  async function attempt(stage: UiaStage, owner: Mxid, auth: AuthMember): Promise<boolean> {
    const retryAfterMs = failures.waitMs(owner);
    if (retryAfterMs > 0) throw new AccountFailure({ kind: 'rate_limited', retryAfterMs });
    const isPassed = await stage.isPassed(owner, auth.members);
    if (!isPassed) failures.add(owner);
    return isPassed;
  }

  return {
    async authenticate(operation, member) {
      const auth = readAuth(member);
      const resumed = auth.session === undefined ? undefined : await resume(operation, auth.session);
      const anew = () => ({ session: begin(operation), isKept: false });
      if (auth.session !== undefined && !resumed) return askToGoOn(anew(), sessionUnfit);
      const attended = await pass(resumed ? { session: resumed, isKept: true } : anew(), auth);
      if (!isComplete(attended.session.completed)) return askToGoOn(attended);
      const isFirst = !resumed || (await database.transaction((tx) => tx.uiaSessions.delete(resumed.id)));
      if (!isFirst) return askToGoOn(anew(), sessionUnfit);
    },

    sweep: () => database.transaction((tx) => tx.uiaSessions.deleteExpired(clock.now())),
  };
}

interface Attended {
  readonly session: UiaSessionRecord;
  /** Whether the database has it. */
  readonly isKept: boolean;
}

interface AuthMember {
  readonly session: string | undefined;
  readonly type: string | undefined;
  readonly members: Readonly<Record<string, unknown>>;
}

function readAuth(auth: unknown): AuthMember {
  if (auth === undefined || auth === null) return { session: undefined, type: undefined, members: {} };
  if (typeof auth !== 'object' || Array.isArray(auth)) throw invalid('auth', 'It must be an object.');
  const members = auth as Readonly<Record<string, unknown>>;
  return { session: text(members, 'session'), type: text(members, 'type'), members };
}

function text(members: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = members[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw invalid(`auth.${name}`, 'It must be a text.');
}

function invalid(name: string, problem: string): AccountFailure {
  return new AccountFailure({ kind: 'parameter_invalid', name, problem });
}
