import type { TelegramFault } from '../telegram/failure.js';
import type { TelegramSession } from '../telegram/gateway.js';
import { loginFaultOf } from './fault-of.js';
import { complaints } from './login-name.js';
import type { LoginState } from './machine.js';
import type { Complaint } from './processes.js';
import type { Answer } from './telegram-desk.js';

/** A call to Telegram that failed. */
export type Refusal = Extract<Answer<unknown>, { readonly ok: false }>;

const certainRefusals: ReadonlySet<TelegramFault['kind']> = new Set([
  'bot_token_invalid',
  'bot_token_expired',
  'flood_wait',
  'session_dead',
]);

/** Whether a bot is certainly not logged in after this answer. After any other failure it may be. */
export function isCertain({ fault }: Refusal): boolean {
  return certainRefusals.has(fault.kind);
}

/** What the next step says about the failure, or null if it says nothing. */
export function complaintOf(fault: TelegramFault): Complaint | null {
  const { kind } = loginFaultOf(fault);
  return complaints.find((complaint) => complaint === kind) ?? null;
}

/** The state with this session, or the same object if the session has not changed. */
export function withSession(state: LoginState, session: TelegramSession | undefined): LoginState {
  if (!session || !('session' in state) || session.equals(state.session)) return state;
  return { ...state, session };
}
