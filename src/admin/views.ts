import type { Mxid } from '../base/mxid.js';
import type { Transaction } from '../database/database.js';
import type { HandOverRecord } from '../database/tables/hand-overs.js';
import type { LoginProcessRecord } from '../database/tables/login-processes.js';
import type { SessionHolder, TelegramAccountRecord } from '../database/tables/telegram-accounts.js';
import { readState, readUser } from '../login/login-codec.js';

/** A login to Telegram, without its session and its phone number. */
export interface SessionView {
  readonly telegramUserId: string;
  readonly owner: Mxid;
  readonly username: string | null;
  readonly name: string | null;
  readonly isBot: boolean;
  readonly heldBy: SessionHolder;
  readonly loggedInAt: number;
  readonly handOver: HandOverView | undefined;
  readonly lease: { readonly consumer: string; readonly takenAt: number; readonly expiresAt: number } | undefined;
}

/** A hand-over to the bridge, or a logout there. */
export type HandOverView = Pick<
  HandOverRecord,
  'owner' | 'telegramUserId' | 'state' | 'reason' | 'attempts' | 'createdAt'
> & {
  /** Null if it was refused. */
  readonly nextAttemptAt: number | null;
};

/** A login process in progress, or one whose session is still to be ended at Telegram. */
export interface ProcessView {
  readonly id: string;
  readonly owner: Mxid;
  /** Null in the dialect 0.3.0. */
  readonly flow: 'phone' | 'qr' | 'bot' | null;
  /** What it waits for. `ending` if it is over, and its session not ended yet. */
  readonly step: 'phone' | 'bot_token' | 'qr' | 'code' | 'password' | 'ending';
  readonly startedAt: number;
  readonly expiresAt: number;
}

/** Returns the view of a linked account. */
export async function viewSession(tx: Transaction, account: TelegramAccountRecord): Promise<SessionView> {
  const { id, owner, telegramUserId, heldBy, createdAt, profile } = account;
  const { username, firstName, lastName, isBot } = readUser(profile);
  const name = [firstName, lastName].filter((part) => part !== null).join(' ');
  const handOver = await tx.handOvers.find(id);
  const lease = heldBy === 'lease' ? await tx.sessionLeases.find(id) : undefined;
  return {
    telegramUserId,
    owner,
    username,
    name: name === '' ? null : name,
    isBot,
    heldBy,
    loggedInAt: createdAt,
    handOver: handOver && viewHandOver(handOver),
    lease: lease && { consumer: lease.consumer, takenAt: lease.takenAt, expiresAt: lease.expiresAt },
  };
}

/** Returns the view of a hand-over. */
export function viewHandOver(record: HandOverRecord): HandOverView {
  const { owner, telegramUserId, state, reason, attempts, createdAt, dueAt } = record;
  const nextAttemptAt = state === 'refused' ? null : dueAt;
  return { owner, telegramUserId, state, reason, attempts, createdAt, nextAttemptAt };
}

/** Returns the view of a login process, or undefined if nothing of it is left to be done. */
export function viewProcess({ id, owner, state: stored, createdAt, expiresAt }: LoginProcessRecord) {
  const { step, meta, ...state } = readState(stored);
  const session = 'session' in state ? state.session : null;
  if (step === 'over' && session === null) return undefined;
  const shownStep: ProcessView['step'] = step === 'over' ? 'ending' : step === 'qr_wanted' ? 'qr' : step;
  const view: ProcessView = {
    id,
    owner,
    flow: meta?.flow ?? null,
    step: shownStep,
    startedAt: createdAt,
    expiresAt,
  };
  return view;
}
