import type { Allowance } from './leaky-buckets.js';
import { serverNameOf, type Mxid, type ServerName } from './mxid.js';
import type { RateEvent } from './rate-limiter.js';

/** A caller, as far as shared budgets go. */
export interface BudgetUser {
  /** Stands for the client's address; undefined for a homeserver that asks for all its users. */
  readonly client: string | undefined;
  /** The user whose access token was sent, if any. */
  readonly mxid: Mxid | undefined;
}

/** Callers who together use at most a part (0 to 1) of each budget that all callers share. */
export interface QuotaGroup {
  readonly key: string;
  readonly part: number;
}

/**
 * Returns the quota groups of a caller. Unauthenticated callers are one group, and so are the users
 * of each other server, since Matrix IDs cost the owner of a server nothing. All of them together
 * are one too, since names of servers cost little. Our own users and their homeserver are in no
 * group: the whole budget is theirs.
 */
export type QuotaGroupsOf = (caller: BudgetUser) => readonly QuotaGroup[];

const partOfEach = 1 / 2;
const others: QuotaGroup = { key: 'others', part: 3 / 4 };

/** Groups by the server name of users, with `ownServer` as ours. */
export function createQuotaGroups(ownServer: ServerName): QuotaGroupsOf {
  return ({ client, mxid }) => {
    if (mxid === undefined) return client === undefined ? [] : [{ key: 'unauthenticated', part: partOfEach }, others];
    const server = serverNameOf(mxid);
    return server === ownServer ? [] : [{ key: `server ${server}`, part: partOfEach }, others];
  };
}

/** Returns the part of a shared allowance, rounded up. */
export function partOfAllowance({ max, windowMs }: Allowance, part: number): Allowance {
  return { max: Math.ceil(max * part), windowMs };
}

/** A budget for each of many keys that all callers share. */
export interface SharedBudget {
  /** Returns all that a request of that caller counts as. */
  eventsOf(caller: BudgetUser, key: string): readonly RateEvent[];
}

/** Returns a budget. `name` is the name of its rate limits. */
export function createSharedBudget(name: string, allowance: Allowance, quotaGroupsOf: QuotaGroupsOf): SharedBudget {
  const whole = { name, allowance };
  const each = { name: `${name}, group`, allowance: partOfAllowance(allowance, partOfEach) };
  const ofOthers = { name: `${name}, others`, allowance: partOfAllowance(allowance, others.part) };
  return {
    eventsOf: (caller, key) => [
      { limit: whole, key },
      ...quotaGroupsOf(caller).map((group) => ({
        limit: group === others ? ofOthers : each,
        key: `${group.key} ${key}`,
      })),
    ],
  };
}
