import type { Mxid, ServerName } from '../base/mxid.js';

/** Why a row is not imported although it should be. */
export type Refusal =
  | { readonly kind: 'mxid_invalid' }
  | { readonly kind: 'medium_unsupported' }
  | { readonly kind: 'address_invalid' }
  /** Only users of this homeserver have accounts here. */
  | { readonly kind: 'other_server'; readonly serverName: ServerName }
  | { readonly kind: 'account_missing' }
  | { readonly kind: 'account_deactivated' }
  /** The account of another user has the 3PID here. */
  | { readonly kind: 'address_in_use'; readonly mxid: Mxid }
  /** The 3PID is bound to another user here. */
  | { readonly kind: 'bound_to_another'; readonly mxid: Mxid }
  /** The invited 3PID is bound here, so that its invites are void. */
  | { readonly kind: 'address_bound'; readonly mxid: Mxid }
  | { readonly kind: 'room_id_invalid' }
  | { readonly kind: 'sender_invalid' }
  | { readonly kind: 'token_invalid' }
  /** Another invite here has the token. */
  | { readonly kind: 'token_in_use' }
  | { readonly kind: 'too_many_invites' }
  /** A pepper has letters and digits only. */
  | { readonly kind: 'pepper_invalid' }
  /** The pepper was in use here before, and has been replaced. */
  | { readonly kind: 'pepper_replaced' }
  | { readonly kind: 'telegram_user_id_invalid' }
  | { readonly kind: 'session_malformed' }
  | { readonly kind: 'auth_key_length' }
  | { readonly kind: 'data_centre_unknown' }
  /** Another row has the same auth key, which only one login can have. */
  | { readonly kind: 'auth_key_repeated' }
  /** `bridge.permissions` does not let the user log in. */
  | { readonly kind: 'login_forbidden' }
  | { readonly kind: 'too_many_accounts' }
  /** Another user is logged in to the Telegram account here. */
  | { readonly kind: 'linked_to_another'; readonly mxid: Mxid };

/** Why a row is not to be imported. */
export type LeftOut =
  | 'deleted'
  | 'expired'
  | 'delivered'
  /** The binding was made at another identity server. */
  | 'replicated'
  | 'logged_out'
  /** The session is that of the bridge's own bot. */
  | 'bridge_bot';

/** What has become of a row. */
export type ImportOutcome =
  | { readonly kind: 'imported' }
  /** It was imported before, or made here. */
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'left_out'; readonly why: LeftOut };

/** What was read from a row, or what becomes of the row without that. */
export type Content<T> = { readonly kind: 'read'; readonly value: T } | ImportOutcome;

export const imported: ImportOutcome = { kind: 'imported' };
export const unchanged: ImportOutcome = { kind: 'unchanged' };

/** Returns the outcome of a row that is not imported. */
export function refused(refusal: Refusal): ImportOutcome & { readonly kind: 'refused' } {
  return { kind: 'refused', refusal };
}

/** Returns the outcome of a row that is not to be imported. */
export function leftOut(why: LeftOut): ImportOutcome & { readonly kind: 'left_out' } {
  return { kind: 'left_out', why };
}

/** Returns the refusal as a sentence for an administrator. */
export function describeRefusal(refusal: Refusal): string {
  switch (refusal.kind) {
    case 'mxid_invalid':
      return 'Not a Matrix ID.';
    case 'medium_unsupported':
      return 'Neither an e-mail address nor a phone number.';
    case 'address_invalid':
      return 'Not a valid e-mail address or phone number.';
    case 'other_server':
      return `The user is not of ${refusal.serverName}.`;
    case 'account_missing':
      return 'The user has no account here.';
    case 'account_deactivated':
      return 'The account of the user is deactivated here.';
    case 'address_in_use':
      return `It belongs to the account of ${refusal.mxid} here.`;
    case 'bound_to_another':
      return `It is bound to ${refusal.mxid} here.`;
    case 'address_bound':
      return `The invited address is bound to ${refusal.mxid} here.`;
    case 'room_id_invalid':
      return 'Not a room ID.';
    case 'sender_invalid':
      return 'The sender is not a Matrix ID.';
    case 'token_invalid':
      return 'Not a token.';
    case 'token_in_use':
      return 'Another invite here has the same token.';
    case 'too_many_invites':
      return 'The address has too many pending invites here.';
    case 'pepper_invalid':
      return 'Not a pepper of letters and digits.';
    case 'pepper_replaced':
      return 'It was in use here before, and has been replaced.';
    case 'telegram_user_id_invalid':
      return 'Not a Telegram user ID.';
    case 'session_malformed':
      return 'The session cannot be read.';
    case 'auth_key_length':
      return 'The auth key does not have 256 bytes.';
    case 'data_centre_unknown':
      return 'Not a data centre of Telegram.';
    case 'auth_key_repeated':
      return 'Another row has the same auth key. Telegram would end the session.';
    case 'login_forbidden':
      return 'bridge.permissions does not let the user log in.';
    case 'too_many_accounts':
      return 'The user has as many Telegram accounts here as bridge.max_accounts_per_user allows.';
    case 'linked_to_another':
      return `${refusal.mxid} is logged in to the Telegram account here.`;
  }
}
