import { oneLine } from '../base/untrusted-text.js';
import { BridgeFailure, type BridgeFailureDetails } from './failure.js';
import { backfillTimeout, type ProvisioningAnswer } from './provisioning-client.js';

/** What a 404 means for a request. `other`: the bridge's words only. */
export type NotFoundMeaning = 'process' | 'login' | 'identifier' | 'other';

const maxMessageLength = 300;
const loginNotFound = 'Login not found';
const userForbidden = 'User does not have login permissions';

/**
 * Telegram has ended the session: the same one is refused again. The names in capitals are
 * Telegram's.
 */
const endedSession =
  /auth key not found|AUTH_KEY_(?:UNREGISTERED|DUPLICATED|INVALID)|SESSION_(?:REVOKED|EXPIRED)|USER_DEACTIVATED/;
/** The session cannot be taken. Anything else that goes wrong inside of the bridge may pass. */
const unfitSession = /session data is missing required fields|failed to parse session data|unknown flow ID/;
/** 420 of Telegram, with the seconds to wait. */
const floodWait = /rpc error code 420: [A-Z_]+ \((\d{1,9})\)/;
/** The bridge itself has no connection to Telegram at the moment. */
const disconnectedReasons =
  /connection dead|context (?:canceled|deadline exceeded)|dial tcp|connection re(?:fused|set)|i\/o timeout|unreachable|timed out|\bEOF\b/;
/**
 * No user has the identifier, or the login has never met that user. The last two are of
 * participants of a new group.
 */
const unknownIdentifiers = [
  'invalid identifier',
  'that identifier is not available via this login',
  'failed to parse user ID',
  'failed to get input user: access hash not found',
] as const;

/**
 * The failure that an error answer of the bridge stands for. `secrets` never appear in its message.
 */
export function readBridgeError(
  { status, body }: ProvisioningAnswer,
  notFound: NotFoundMeaning,
  secrets: readonly string[],
): BridgeFailure {
  const code = textOf(body['errcode']);
  const error = textOf(body['error']);
  const reason = textOf(body['fi.mau.internal_error']) ?? error ?? code;
  const message = scrub(reason ?? '', secrets);
  const cause = new Error(`status ${status} ${scrub(code ?? 'without errcode', secrets)}: ${message}`);
  return new BridgeFailure(detailsOf(status, { code, error, reason, message }, notFound), { cause });
}

interface ErrorBody {
  readonly code: string | undefined;
  readonly error: string | undefined;
  readonly reason: string | undefined;
  readonly message: string;
}

function detailsOf(status: number, body: ErrorBody, notFound: NotFoundMeaning): BridgeFailureDetails {
  const { code, error, reason = '', message } = body;
  const isAboutLogin = notFound === 'identifier' || notFound === 'other';
  if (code === undefined) return { kind: 'bridge_answer_invalid' };
  if (status === 401) return { kind: 'bridge_secret_rejected' };
  if (code === 'M_FORBIDDEN' && status === 403) {
    // The bridge answers so if its own secret is shorter than 16 characters, or `disable`.
    if (error !== undefined && /provisioning api is disabled/i.test(error)) return refused(message, false);
    if (!isAboutLogin || error === userForbidden) return { kind: 'bridge_user_forbidden' };
  }
  if (code === 'FI.MAU.NOT_LOGGED_IN') return { kind: 'bridge_login_unknown' };
  const hasMeaning = notFound !== 'other' || error === loginNotFound;
  if (code === 'M_NOT_FOUND' && hasMeaning) return notFoundDetails(error, notFound);
  // The status of a process in another step is 500.
  if (notFound === 'process' && (status === 410 || code === 'M_BAD_STATE')) return { kind: 'bridge_process_unknown' };
  const isUnknown = unknownIdentifiers.some((text) => reason.startsWith(text));
  if (isAboutLogin && isUnknown) return { kind: 'bridge_identifier_unknown' };
  if (isAboutLogin && endedSession.test(reason)) return { kind: 'bridge_login_unknown' };
  if (isAboutLogin && (status < 500 || code === backfillTimeout)) return requestRejected(status, code, message);
  if (status < 500 || endedSession.test(reason) || unfitSession.test(reason)) return refused(message, true);
  const seconds = floodWait.exec(reason)?.[1];
  if (seconds !== undefined) return { kind: 'bridge_flood_wait', retryAfterMs: Number(seconds) * 1000 };
  return disconnectedReasons.test(reason) ? { kind: 'bridge_unreachable' } : refused(message, false);
}

function notFoundDetails(error: string | undefined, notFound: NotFoundMeaning): BridgeFailureDetails {
  if (notFound === 'process') return { kind: 'bridge_process_unknown' };
  if (notFound === 'login' || error === loginNotFound) return { kind: 'bridge_login_unknown' };
  return { kind: 'bridge_identifier_unknown' };
}

function requestRejected(status: number, code: string, message: string): BridgeFailureDetails {
  const errcode = /^[\w.]{1,100}$/.test(code) ? code : 'M_UNKNOWN';
  return { kind: 'bridge_request_rejected', status, errcode, message };
}

function refused(message: string, isFinal: boolean): BridgeFailureDetails {
  return { kind: 'bridge_refused', message, isFinal };
}

/**
 * Removes the secrets, and each part of them that is long enough to be recognized, from one line of
 * at most 300 characters.
 */
function scrub(text: string, secrets: readonly string[]): string {
  const whole = secrets.reduce((rest, secret) => (secret === '' ? rest : rest.replaceAll(secret, '[secret]')), text);
  return oneLine(whole.slice(0, maxMessageLength * 4))
    .replaceAll(/[\w+/=-]{40,}/g, '[secret]')
    .replaceAll(/[\w+/=-]{8,}/g, (word) => (secrets.some((secret) => secret.includes(word)) ? '[secret]' : word))
    .slice(0, maxMessageLength);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
