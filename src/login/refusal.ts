import type { TelegramFault } from '../telegram/failure.js';
import type { TelegramSession } from '../telegram/gateway.js';
import { LoginFailure, type LoginFault } from './failure.js';
import { loginFaultOf } from './fault-of.js';
import type { LoginState } from './machine.js';
import { complaints, type Complaint } from './processes.js';
import type { Answer } from './telegram-calls.js';

/** A call to Telegram that failed. */
export type Refusal = Extract<Answer<unknown>, { readonly ok: false }>;

const certainRefusals: ReadonlySet<TelegramFault['kind']> = new Set([
  'bot_token_invalid',
  'bot_token_expired',
  'flood_wait',
  'session_dead',
]);

/**
 * Returns whether the answer proves that a bot is not logged in. After any other failure it may be.
 */
export function isCertain({ fault }: Refusal): boolean {
  return certainRefusals.has(fault.kind);
}

/** Returns the complaint of the next step about the failure, or null if there is none. */
export function complaintOf(fault: TelegramFault): Complaint | null {
  return complaintIn(loginFaultOf(fault));
}

/** Returns the complaint for a fault; null if there is none. */
export function complaintIn({ kind }: LoginFault): Complaint | null {
  return complaints.find((complaint) => complaint === kind) ?? null;
}

/** Returns the state with this session, or the same object if the session has not changed. */
export function withSession(state: LoginState, session: TelegramSession | undefined): LoginState {
  if (!session || !('session' in state) || session.equals(state.session)) return state;
  return { ...state, session };
}

/** Returns the login failure for a refusal. */
export function failureOf({ fault }: Refusal): LoginFailure {
  return new LoginFailure(loginFaultOf(fault));
}

/** Returns whether a retry can succeed. */
export function passes({ kind }: TelegramFault): boolean {
  return kind === 'unreachable' || kind === 'flood_wait' || kind === 'client_rejected';
}
