import type { AccountFailureDetails } from '../../accounts/failure.js';
import { problemHeaders } from '../../http/plain-problems.js';
import type { InvalidMember, HttpProblem } from '../../http/problem.js';
import type { ObjectReply } from '../../http/reply.js';
import type { ThreepidFailureDetails } from '../../threepid/failure.js';
import { withRetry, type WireError } from '../matrix-errors.js';
import { accountErrors, bodyErrors, httpErrors, postErrors, threepidErrors, type PassedOn } from './errors.js';

/** Returns the reply of the client-server API to an account failure. */
export function toAccountErrorReply(details: AccountFailureDetails): ObjectReply {
  switch (details.kind) {
    case 'refused_upstream':
      return passOn(details, 'The homeserver rejected the request');
    case 'identity_server_refused':
      return passOn({ ...details, retryAfter: undefined }, 'The identity server rejected the request');
    case 'authentication_incomplete':
      return { status: 401, body: details.body };
    case 'rate_limited':
    case 'overloaded':
      return withRetry(toReply(accountErrors[details.kind]), details.retryAfterMs);
    case 'token_unknown':
      return toReply(accountErrors.token_unknown, '', { soft_logout: details.softLogout });
    default:
      return toReply(accountErrors[details.kind], detailOf(details));
  }
}

/** Returns the reply of the deprecated POST /account/3pid, if it differs. */
export function toPostErrorReply({ kind }: AccountFailureDetails): ObjectReply | undefined {
  return kind === 'address_not_proven' ? toReply(postErrors[kind]) : undefined;
}

/** Returns the reply of the client-server API to a validation failure. */
export function toThreepidErrorReply(details: ThreepidFailureDetails): ObjectReply {
  const reply = toReply(threepidErrors[details.kind]);
  return 'retryAfterMs' in details ? withRetry(reply, details.retryAfterMs) : reply;
}

/** Returns the reply of the client-server API to a problem that the HTTP layer detects. */
export function toHttpErrorReply(problem: HttpProblem): ObjectReply {
  if (problem.kind === 'body_unfit') return toBodyErrorReply(problem.members);
  const reply = { ...toReply(httpErrors[problem.kind]), headers: problemHeaders(problem) };
  return problem.kind === 'too_many_attempts' ? withRetry(reply, problem.retryAfterMs) : reply;
}

function toBodyErrorReply(members: readonly InvalidMember[]): ObjectReply {
  const missing = members.filter(({ problem }) => problem === 'missing').map(({ at }) => at);
  if (missing.length > 0) return toReply(bodyErrors.missing, ` ${missing.join(', ')}`);
  const [first, ...others] = members;
  if (first?.problem !== 'wrong_value' || others.length > 0) return toReply(bodyErrors.unfit);
  return toReply(bodyErrors.wrong_value, ` ${first.at}`);
}

function detailOf(details: Exclude<AccountFailureDetails, { kind: PassedOn }>): string {
  switch (details.kind) {
    case 'parameter_missing':
      return ` ${details.name}`;
    case 'parameter_invalid':
      return ` ${details.name}: ${details.problem}`;
    case 'login_type_unknown':
      return ` ${details.type.slice(0, 100)}`;
    case 'wrong_credentials':
    case 'login_token_invalid':
    case 'user_deactivated':
    case 'not_yourself':
    case 'token_missing':
    case 'device_unknown':
    case 'token_unknown':
    case 'rate_limited':
    case 'overloaded':
    case 'homeserver_unreachable':
    case 'body_too_deep':
    case 'authentication_unsupported':
    case 'address_changes_disabled':
    case 'address_in_use':
    case 'address_not_proven':
    case 'identity_server_invalid':
    case 'identity_server_unreachable':
      return '';
  }
}

const maxRetryMs = 24 * 60 * 60_000;

// Replies always contain an errcode and an error. Other members come from the other server.
function passOn(
  { status, body, retryAfter }: Omit<Extract<AccountFailureDetails, { kind: 'refused_upstream' }>, 'kind'>,
  otherwise: string,
): ObjectReply {
  const { errcode, error } = body;
  const code = isWord(errcode) ? errcode : 'M_UNKNOWN';
  const text = isWord(error) ? error : otherwise;
  const reply = { status, body: { ...body, errcode: code, error: text } };
  if (retryAfter !== undefined) return { ...reply, headers: { 'Retry-After': retryAfter } };
  const retryAfterMs = body['retry_after_ms'];
  if (typeof retryAfterMs !== 'number') return reply;
  // An invalid duration would make a header that clients cannot parse.
  return withRetry(reply, Math.min(Math.max(0, retryAfterMs), maxRetryMs));
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function toReply({ status, errcode, error }: WireError, detail = '', extra: ObjectReply['body'] = {}): ObjectReply {
  return { status, body: { errcode, error: `${error}${detail}`, ...extra } };
}
