import type { TelegramFault } from '../telegram/failure.js';
import type { BridgeDown } from './login-status.js';
import type { LoginFault } from './failure.js';

/** Returns the login failure for a fault of Telegram or of the bridge. */
export function loginFaultOf(fault: TelegramFault | BridgeDown): LoginFault {
  switch (fault.kind) {
    case 'unreachable':
      return { kind: 'telegram_unreachable' };
    case 'session_dead':
      return { kind: fault.reason === 'deactivated' ? 'account_deactivated' : 'login_revoked' };
    case 'client_rejected':
      return { kind: 'telegram_rejected_us' };
    case 'unknown_error':
      return { kind: 'telegram_error', name: fault.name };
    case 'code_unavailable':
      return { kind: 'phone_code_unavailable' };
    case 'password_not_set':
    case 'login_token_invalid':
      return { kind: 'telegram_error', name: fault.kind.toUpperCase() };
    case 'flood_wait':
    case 'phone_number_invalid':
    case 'phone_number_banned':
    case 'phone_number_unoccupied':
    case 'phone_number_app_signup_forbidden':
    case 'phone_number_flood':
    case 'phone_code_invalid':
    case 'phone_code_expired':
    case 'login_email_required':
    case 'payment_required':
    case 'password_invalid':
    case 'bot_token_invalid':
    case 'bot_token_expired':
    case 'account_frozen':
    case 'bridge_unreachable':
      return fault;
  }
}
