import type { Clock } from '../../base/clock.js';
import { KeyedMutex } from '../../base/keyed-mutex.js';
import type { Mxid } from '../../base/mxid.js';
import { type Random, randomId } from '../../base/random.js';
import type { Database } from '../../database/database.js';
import type { UiaSessionRecord } from '../../database/stores/uia-session-store.js';
import { AccountFailure } from '../failure.js';
import { createLeakyBuckets } from '../leaky-buckets.js';
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
    const found = await database.transaction((tx) => tx.uiaSessions.find(id));
    const fits = found?.operation === nameOperation(operation) && found.expiresAt > clock.now();
    return fits ? found : undefined;
  }

  async function askToGoOn(session: UiaSessionRecord, trouble?: Trouble): Promise<never> {
    await database.transaction((tx) => tx.uiaSessions.save(session));
    const { id, completed } = session;
    const offered = flows.map((flow) => ({ stages: flow }));
    const body = { ...trouble, flows: offered, params: {}, session: id, completed };
    throw new AccountFailure({ kind: 'authentication_incomplete', body });
  }

  async function pass(session: UiaSessionRecord, auth: AuthMember): Promise<UiaSessionRecord> {
    if (auth.type === undefined) return session;
    const stage = stages.get(auth.type);
    if (!stage) return askToGoOn(session, stageUnknown);
    // One after the other, so that many guesses at once get no further than many in a row.
    const isPassed = await attempts.run(session.owner, () => attempt(stage, session.owner, auth));
    if (!isPassed) return askToGoOn(session, stageFailed);
    return { ...session, completed: [...new Set([...session.completed, stage.type])] };
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
      if (auth.session !== undefined && !resumed) return askToGoOn(begin(operation), sessionUnfit);
      const session = await pass(resumed ?? begin(operation), auth);
      if (!isComplete(session.completed)) return askToGoOn(session);
      const isFirst = !resumed || (await database.transaction((tx) => tx.uiaSessions.delete(resumed.id)));
      if (!isFirst) return askToGoOn(begin(operation), sessionUnfit);
    },

    sweep: () => database.transaction((tx) => tx.uiaSessions.deleteExpired(clock.now())),
  };
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
