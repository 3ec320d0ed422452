import type { BridgeFailureDetails } from '../bridge/failure.js';

/** Returns the text of a failure of the bridge for users and administrators. */
export function describeBridgeFailure(details: BridgeFailureDetails): string {
  switch (details.kind) {
    case 'bridge_unreachable':
      return 'The bridge cannot be reached.';
    case 'bridge_secret_rejected':
      return 'The bridge does not accept the shared secret of bridge.upstream.';
    case 'bridge_user_forbidden':
      return 'The bridge does not let this Matrix user log in.';
    case 'bridge_process_unknown':
      return 'The bridge has lost the login process.';
    case 'bridge_login_unknown':
      return 'The bridge does not know the login.';
    case 'bridge_identifier_unknown':
      return 'The bridge does not know the identifier.';
    case 'bridge_flood_wait':
      return 'Telegram limits how often the bridge may ask.';
    case 'bridge_request_rejected':
    case 'bridge_refused':
      return details.message;
    case 'bridge_answer_invalid':
      return 'The bridge does not answer as mautrix-telegram does.';
  }
}
