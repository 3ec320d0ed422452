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
      /** False if no login is to be handed over: `bridge.upstream.hand_over` is `off`. */
      readonly isOffered: boolean;
      /** How long an answer waits for the bridge. */
      readonly waitMs: number;
    }
  | undefined;

const words = ['offered', 'pending', 'handed_over', 'refused'] as const;

/** What answers say of the hand-over of a login. */
export const handOverStatus = z
  .enum(words)
  .optional()
  .meta({
    description:
      'How far the hand-over of the login to the bridge is: `offered` if it can be requested, `pending` while the bridge has not confirmed it ' +
      '(it is asked again by itself), `handed_over`, or `refused`. Absent without a bridge.',
  });

/** Why it is not handed over. */
export const handOverReason = z
  .string()
  .optional()
  .meta({ description: 'Why the bridge has refused the login, or why the last attempt failed.' });

/** Which program has the session, if neither Gangway nor the bridge has it. */
export const heldBy = z.enum(['lease', 'export']).optional().meta({
  description:
    'Which other program has the Telegram session: `lease` if one has borrowed it, `export` if it was given away. Absent otherwise.',
});

/** What there is to know about the endpoint of each version that requests a hand-over. */
export const requestingHandOver = {
  summary: 'Hand the login over to the bridge',
  description:
    'Starts the hand-over of a login whose session is at Gangway, also after a refusal, or tries a pending one now. Waits for the bridge as long as ' +
    '`bridge.upstream.wait_seconds`. May be repeated. A request body is not read. ',
  reply: 'How far the hand-over is',
};

/** The members of an answer, named for its version; at most the two, to be put at its end. */
export type HandOverMembers<Prefix extends string> = {
  readonly [M in `${Prefix}hand_over`]?: (typeof words)[number];
} & { readonly [M in `${Prefix}hand_over_reason`]?: string };

/** The same, and which other program has the session. */
export type SessionMembers<Prefix extends string> = HandOverMembers<Prefix> & {
  readonly [M in `${Prefix}held_by`]?: 'lease' | 'export';
};

/** What the answer to the last step of a login says of its hand-over, which it waits for. */
export async function awaitHandOver<Prefix extends string>(
  prefix: Prefix,
  answers: HandOverAnswers,
  owner: Mxid,
  { id }: { readonly id: string },
): Promise<HandOverMembers<Prefix>> {
  return membersOf(prefix, answers, await answers?.handOvers.findStatus(owner, id, answers.waitMs));
}

/** What an answer about the account says of its session: at most three members, to be put at its end. */
export async function saySession<Prefix extends string>(
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

/** Requests the hand-over of the account, the first one if none is named, and returns what the answer says of it. */
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
  // Neither here nor at the bridge: another program has it.
  if (status?.state === 'not_handed_over') throw new LoginFailure({ kind: 'session_held' });
  return membersOf(prefix, handOver, status);
}
