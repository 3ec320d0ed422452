import type { Clock } from '../../base/clock.js';
import type { Mxid } from '../../base/mxid.js';
import type { RateLimit } from '../../base/rate-limiter.js';
import { type Random, randomId } from '../../base/random.js';
import type { Database } from '../../database/database.js';
import type { UiaSessionRecord } from '../../database/tables/uia-sessions.js';
import { AccountFailure } from '../failure.js';
import { nameOperation, type UiaOperation } from './operation.js';

/** For each flow, the stages that complete it together. */
export type UiaFlows = readonly (readonly string[])[];

/** A stage of user-interactive authentication. */
export interface UiaStage {
  readonly type: string;
  /**
   * Returns true if the client proved to be `owner`. Throws AccountFailure if `auth` is malformed.
   */
  isPassed(owner: Mxid, auth: Readonly<Record<string, unknown>>): Promise<boolean>;
}

/**
 * User-interactive authentication (Matrix client-server API, "User-Interactive Authentication
 * API").
 */
export interface UserInteractiveAuth {
  /**
   * Resolves if `auth`, the member of the request, completes an authentication for this very
   * request, and uses it up. `flows` are those of the operation, if not the default ones. Throws
   * AccountFailure authentication_incomplete with what the client needs to continue, or
   * rate_limited after too many failures.
   */
  authenticate(operation: UiaOperation, auth: unknown, flows?: UiaFlows): Promise<void>;
  /** Deletes expired sessions. Must be called regularly. */
  sweep(): Promise<void>;
}

export interface UserInteractiveAuthDeps {
  readonly database: Database;
  readonly stages: readonly UiaStage[];
  /** The default flows of operations. */
  readonly flows: UiaFlows;
  readonly clock: Clock;
  readonly random: Random;
}

const lifetimeMs = 15 * 60_000;
/** The number of pending sessions per user; the oldest are evicted. */
const sessionsPerOwner = 10;
const sessionForm = /^[\w-]{22}$/;
const failuresAllowed: RateLimit = {
  name: 'failed user-interactive authentication by user',
  allowance: { max: 10, windowMs: 5 * 60_000 },
};

interface StageError {
  readonly errcode: string;
  readonly error: string;
}

const sessionUnfit: StageError = {
  errcode: 'M_UNKNOWN',
  error: 'This authentication session is unknown, has expired or belongs to another request. Start again.',
};
const stageUnknown: StageError = { errcode: 'M_UNRECOGNIZED', error: 'Unknown stage. Choose one from the flows.' };
const stageFailed: StageError = { errcode: 'M_FORBIDDEN', error: 'Invalid username or password' };

/**
 * Creates the authentication. Sessions are stored in the database, each bound to its user and
 * request. An authentication that completes in one request is never stored.
 */
export function createUserInteractiveAuth(deps: UserInteractiveAuthDeps): UserInteractiveAuth {
  const { database, clock, random } = deps;
  const stages = new Map(deps.stages.map((stage) => [stage.type, stage]));

  function begin(operation: UiaOperation, flows: UiaFlows): Attended {
    const expiresAt = clock.now() + lifetimeMs;
    const session = { id: randomId(random), owner: operation.owner, completed: [], expiresAt };
    return { session: { ...session, operation: nameOperation(operation) }, isKept: false, flows };
  }

  async function resume(operation: UiaOperation, id: string): Promise<UiaSessionRecord | undefined> {
    if (!sessionForm.test(id)) return undefined;
    const found = await database.transaction((tx) => tx.uiaSessions.find(id));
    const fits = found?.operation === nameOperation(operation) && found.expiresAt > clock.now();
    return fits ? found : undefined;
  }

  async function askToGoOn(attended: Attended, stageError?: StageError): Promise<never> {
    const { id, completed } = await keep(attended);
    const offered = attended.flows.map((flow) => ({ stages: flow }));
    const body = { ...stageError, flows: offered, params: {}, session: id, completed };
    throw new AccountFailure({ kind: 'authentication_incomplete', body });
  }

  /**
   * Returns the session as other requests have left it, or a new one if it was completed or evicted
   * meanwhile.
   */
  function keep({ session, isKept }: Attended): Promise<UiaSessionRecord> {
    return database.transaction(async (tx) => {
      await tx.accounts.hold(session.owner);
      const kept = isKept ? await tx.uiaSessions.find(session.id) : undefined;
      if (kept) return kept;
      const added = isKept ? { ...session, id: randomId(random), completed: [] } : session;
      await tx.uiaSessions.keepNewest(session.owner, sessionsPerOwner - 1);
      await tx.uiaSessions.insert(added);
      return added;
    });
  }

  /**
   * Adds a completed stage to the stages completed by other requests meanwhile. Deletes a session
   * that is complete.
   */
  function addPassed(
    { session: { id, owner }, flows }: Attended,
    stage: string,
  ): Promise<'complete' | 'open' | 'gone'> {
    return database.transaction(async (tx) => {
      await tx.accounts.hold(owner);
      const session = await tx.uiaSessions.find(id);
      if (!session) return 'gone';
      const completed = [...new Set([...session.completed, stage])];
      if (isComplete(completed, flows)) return (await tx.uiaSessions.delete(id)) ? 'complete' : 'gone';
      await tx.uiaSessions.update({ ...session, completed });
      return 'open';
    });
  }

  /** Each attempt counts as a failure until it ends: so concurrent guesses are limited too. */
  async function attempt(stage: UiaStage, owner: Mxid, auth: AuthMember): Promise<boolean> {
    const events = [{ limit: failuresAllowed, key: owner }];
    const admission = await database.limiter.admit(events);
    if (!admission.isAdmitted) {
      throw new AccountFailure({ kind: 'rate_limited', retryAfterMs: admission.retryAfterMs });
    }
    let hasFailed = false;
    try {
      const isPassed = await stage.isPassed(owner, auth.members);
      hasFailed = !isPassed;
      return isPassed;
    } finally {
      if (!hasFailed) await admission.revoke(events);
    }
  }

  return {
    async authenticate(operation, member, flows = deps.flows) {
      const auth = readAuth(member);
      const resumed = auth.session === undefined ? undefined : await resume(operation, auth.session);
      const anew = begin(operation, flows);
      if (auth.session !== undefined && !resumed) return askToGoOn(anew, sessionUnfit);
      const attended = resumed ? { session: resumed, isKept: true, flows } : anew;
      if (auth.type === undefined) return askToGoOn(attended);
      const stage = flows.some((flow) => flow.some((type) => type === auth.type)) ? stages.get(auth.type) : undefined;
      if (!stage) return askToGoOn(attended, stageUnknown);
      const isPassed = await attempt(stage, operation.owner, auth);
      if (!isPassed) return askToGoOn(attended, stageFailed);
      if (!resumed) {
        const session = { ...anew.session, completed: [stage.type] };
        return isComplete(session.completed, flows) ? undefined : askToGoOn({ ...anew, session });
      }
      switch (await addPassed(attended, stage.type)) {
        case 'complete':
          return;
        case 'open':
          return askToGoOn(attended);
        case 'gone':
          return askToGoOn(anew, sessionUnfit);
      }
    },

    sweep: () => database.transaction((tx) => tx.uiaSessions.deleteExpired(clock.now())),
  };
}

function isComplete(completed: readonly string[], flows: UiaFlows): boolean {
  return flows.some((flow) => flow.every((stage) => completed.includes(stage)));
}

interface Attended {
  readonly session: UiaSessionRecord;
  /** Whether the session is in the database. */
  readonly isKept: boolean;
  readonly flows: UiaFlows;
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
