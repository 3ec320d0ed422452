import { z } from 'zod';
import type { Mxid } from '../../base/mxid.js';
import type { HandOvers, HandOverStatus } from '../../hand-over/hand-overs.js';
import { TelegramAccountFailure, type TelegramAccount } from '../../login/accounts.js';
import { LoginFailure } from '../../login/failure.js';
import type { LoginService } from '../../login/service.js';
import type { AccountName } from './telegram-person.js';

/** How logins are handed over to the bridge; undefined without a bridge. */
export type HandOverAnswers =
  | {
      readonly handOvers: Pick<HandOvers, 'request' | 'findStatus'>;
      /** False if hand-overs are disabled: `bridge.upstream.hand_over` is `off`. */
      readonly isOffered: boolean;
      /** How long an answer waits for the bridge. */
      readonly waitMs: number;
    }
  | undefined;

const words = ['offered', 'pending', 'handed_over', 'refused'] as const;

/** The status of a login's hand-over. */
export const handOverStatus = z
  .enum(words)
  .optional()
  .meta({
    description:
      "The status of the login's hand-over to the bridge: `offered` (call `hand_over`), `pending` until the " +
      'bridge confirms it (retried automatically), `handed_over`, or `refused`. Absent without a bridge.',
  });

/** Why the login is not handed over. */
export const handOverReason = z
  .string()
  .optional()
  .meta({ description: 'Why the bridge refused the login, or why the last attempt failed.' });

/** The holder of the session, if neither Gangway nor the bridge holds it. */
export const heldBy = z
  .enum(['lease', 'export'])
  .optional()
  .meta({
    description:
      'The other holder of the Telegram session: `lease` if a program has leased it, `export` if it was ' +
      'exported. Absent otherwise.',
  });

/** The summary and description of each version's hand-over endpoint. */
export const requestingHandOver = {
  summary: 'Hand the login over to the bridge',
  description:
    'Starts the hand-over of a login whose session Gangway holds, even after a refusal, or retries a ' +
    'pending one now. Waits for the bridge for at most `bridge.upstream.wait_seconds`. Can be repeated. ' +
    'The request body is ignored. ',
  reply: 'The status of the hand-over',
};

/** At most two members, named for the version, appended to an answer. */
export type HandOverMembers<Prefix extends string> = {
  readonly [M in `${Prefix}hand_over`]?: (typeof words)[number];
} & { readonly [M in `${Prefix}hand_over_reason`]?: string };

/** The same with the holder of the session. */
export type SessionMembers<Prefix extends string> = HandOverMembers<Prefix> & {
  readonly [M in `${Prefix}held_by`]?: 'lease' | 'export';
};

/** Waits for the hand-over of a completed login and returns its members. */
export async function awaitHandOver<Prefix extends string>(
  prefix: Prefix,
  answers: HandOverAnswers,
  owner: Mxid,
  { id }: { readonly id: string },
): Promise<HandOverMembers<Prefix>> {
  return membersOf(prefix, answers, await answers?.handOvers.findStatus(owner, id, answers.waitMs));
}

/** Returns at most three members about an account's session, appended to an answer. */
export async function sessionFields<Prefix extends string>(
  prefix: Prefix,
  answers: HandOverAnswers,
  owner: Mxid,
  { user, heldBy: holder }: TelegramAccount,
): Promise<SessionMembers<Prefix>> {
  if (holder === 'lease' || holder === 'export') return { [`${prefix}held_by`]: holder } as SessionMembers<Prefix>;
  const atBridge = { state: 'handed_over' } as const;
  const status = holder === 'bridge' ? atBridge : await answers?.handOvers.findStatus(owner, user.id, 0);
  return membersOf(prefix, answers, status) as SessionMembers<Prefix>;
}

function membersOf<Prefix extends string>(
  prefix: Prefix,
  answers: HandOverAnswers,
  status: HandOverStatus | undefined,
): HandOverMembers<Prefix> {
  const word = status?.state === 'not_handed_over' ? 'offered' : status?.state;
  const isSilent = word === undefined || (word === 'offered' && answers?.isOffered !== true);
  const reason = status !== undefined && 'reason' in status ? status.reason : null;
  const members = {
    ...(isSilent ? {} : { [`${prefix}hand_over`]: word }),
    ...(reason === null || reason === '' ? {} : { [`${prefix}hand_over_reason`]: reason }),
  };
  return members as HandOverMembers<Prefix>;
}

/**
 * Requests the hand-over of the account, or of the first if none is named. Returns the members
 * about it.
 */
export async function requestHandOver<Prefix extends string>(
  prefix: Prefix,
  {
    login,
    handOver,
  }: { readonly login: Pick<LoginService, 'whoAmI'>; readonly handOver: NonNullable<HandOverAnswers> },
  owner: Mxid,
  account?: AccountName,
): Promise<HandOverMembers<Prefix>> {
  const { id } = await login.whoAmI(owner, account);
  if (!(await handOver.handOvers.request(owner, id))) throw new TelegramAccountFailure({ kind: 'account_unknown' });
  const status = await handOver.handOvers.findStatus(owner, id, handOver.waitMs);
  // Neither Gangway nor the bridge holds it: another program does.
  if (status?.state === 'not_handed_over') throw new LoginFailure({ kind: 'session_held' });
  return membersOf(prefix, handOver, status);
}
