import { Secret } from '../base/secret.js';
import type { Login, PastLogin } from './login-store.js';
import type { ProcessMeta } from './process-meta.js';
import type { LoginState } from './machine.js';
import { LoginProcessFailure } from './failure.js';
import type { LoginProgress, ProgressStep } from './processes.js';

/**
 * Returns the current step of a login process with metadata; after completion, the last one. Throws
 * LoginProcessFailure if it ended otherwise.
 */
export function progressOf(login: Login | PastLogin): LoginProgress {
  const { id, meta } = login;
  if (!meta) throw new Error('a login process without metadata has no steps');
  const { flow, stepNumber, complaint } = meta;
  return { loginId: id, flow, stepNumber, step: stepOf(login, meta), complaint };
}

function stepOf(login: Login | PastLogin, { fresh }: ProcessMeta): ProgressStep {
  if ('state' in login) return stepAt(login.state, fresh);
  switch (login.end.how) {
    case 'finished':
      return { kind: 'complete', user: login.end.user };
    case 'cancelled':
      throw new LoginProcessFailure({ kind: 'login_cancelled' });
    case 'timed_out':
      throw new LoginProcessFailure({ kind: 'login_timed_out' });
  }
}

function stepAt(state: LoginState, fresh: boolean): ProgressStep {
  switch (state.step) {
    case 'phone':
    case 'bot_token':
      return { kind: state.step };
    case 'qr_wanted':
      throw new Error('a login process without its QR code has no step');
    case 'qr':
      return {
        kind: 'qr',
        url: new Secret(`tg://login?token=${state.token.reveal()}`),
        expiresAt: state.expiresAt,
      };
    case 'code':
      return { kind: 'code', phone: state.phone, code: { ...state.sent, fresh } };
    case 'password':
      return { kind: 'password', hint: state.hint };
  }
}
