import { Failure } from '../base/failure.js';

/** What is known to go wrong between this daemon and the bridge. */
export type BridgeFailureDetails =
  /**
   * No connection, no answer in time, or a gateway's 502 to 504; or the bridge itself cannot reach
   * Telegram. The request may have been carried out.
   */
  | { readonly kind: 'bridge_unreachable' }
  /** 401: the shared secret is not the bridge's. */
  | { readonly kind: 'bridge_secret_rejected' }
  /** 403: the bridge does not let this Matrix user log in. */
  | { readonly kind: 'bridge_user_forbidden' }
  /** 404 or 410: the bridge has no such login process (any more). */
  | { readonly kind: 'bridge_process_unknown' }
  /**
   * 404 or 400: the Matrix user has no such login, or none at all; or Telegram has ended its
   * session.
   */
  | { readonly kind: 'bridge_login_unknown' }
  /** 404: the identifier names no user. */
  | { readonly kind: 'bridge_identifier_unknown' }
  /** Telegram limits how often the bridge may ask with this login. */
  | { readonly kind: 'bridge_flood_wait'; readonly retryAfterMs: number }
  /**
   * 4xx (504 if only the time was too short) for which the client is responsible, of a request
   * about a login. `message` is what the bridge answered, without secrets.
   */
  | {
      readonly kind: 'bridge_request_rejected';
      readonly status: number;
      readonly errcode: string;
      readonly message: string;
    }
  /**
   * The bridge refused. `message` is what it answered, without secrets; `isFinal` if the same
   * request would fail again.
   */
  | { readonly kind: 'bridge_refused'; readonly message: string; readonly isFinal: boolean }
  /**
   * The answer is not one of the bridge's provisioning API: another program, or an incompatible
   * version.
   */
  | { readonly kind: 'bridge_answer_invalid' };

/** Thrown by Bridge. */
export class BridgeFailure extends Failure<BridgeFailureDetails> {}
