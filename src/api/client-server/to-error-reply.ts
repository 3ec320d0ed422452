import type { AccountFault } from '../../accounts/failure.js';
import { problemHeaders } from '../../http/plain-problems.js';
import type { BodyFault, HttpProblem } from '../../http/problem.js';
import type { ObjectReply } from '../../http/reply.js';
import type { ThreepidFault } from '../../threepid/failure.js';
import { withRetry, type WireError } from '../matrix-errors.js';
import { accountErrors, bodyErrors, httpErrors, postErrors, threepidErrors, type PassedOn } from './errors.js';

/** Returns the reply of the client-server API to an account failure. */
export function toAccountErrorReply(fault: AccountFault): ObjectReply {
  switch (fault.kind) {
    case 'refused_upstream':
      return passOn(fault, 'The homeserver rejected the request');
    case 'identity_server_refused':
      return passOn({ ...fault, retryAfter: undefined }, 'The identity server rejected the request');
    case 'authentication_incomplete':
      return { status: 401, body: fault.body };
    case 'rate_limited':
    case 'overloaded':
      return withRetry(toReply(accountErrors[fault.kind]), fault.retryAfterMs);
    case 'token_unknown':
      return toReply(accountErrors.token_unknown, '', { soft_logout: fault.softLogout });
    default:
      return toReply(accountErrors[fault.kind], detailOf(fault));
  }
}

/** Returns the reply of the deprecated POST /account/3pid, if it differs. */
export function toPostErrorReply({ kind }: AccountFault): ObjectReply | undefined {
  return kind === 'address_not_proven' ? toReply(postErrors[kind]) : undefined;
}

/** Returns the reply of the client-server API to a validation failure. */
export function toThreepidErrorReply(fault: ThreepidFault): ObjectReply {
  const reply = toReply(threepidErrors[fault.kind]);
  return 'retryAfterMs' in fault ? withRetry(reply, fault.retryAfterMs) : reply;
}

/** Returns the reply of the client-server API to a problem that the HTTP layer detects. */
export function toHttpErrorReply(problem: HttpProblem): ObjectReply {
  if (problem.kind === 'body_unfit') return toBodyErrorReply(problem.faults);
  const reply = { ...toReply(httpErrors[problem.kind]), headers: problemHeaders(problem) };
  return problem.kind === 'too_many_attempts' ? withRetry(reply, problem.retryAfterMs) : reply;
}

function toBodyErrorReply(faults: readonly BodyFault[]): ObjectReply {
  const missing = faults.filter(({ problem }) => problem === 'missing').map(({ at }) => at);
  if (missing.length > 0) return toReply(bodyErrors.missing, ` ${missing.join(', ')}`);
  const [first, ...others] = faults;
  if (first?.problem !== 'wrong_value' || others.length > 0) return toReply(bodyErrors.unfit);
  return toReply(bodyErrors.wrong_value, ` ${first.at}`);
}

function detailOf(fault: Exclude<AccountFault, { kind: PassedOn }>): string {
  switch (fault.kind) {
    case 'parameter_missing':
      return ` ${fault.name}`;
    case 'parameter_invalid':
      return ` ${fault.name}: ${fault.problem}`;
    case 'login_type_unknown':
      return ` ${fault.type.slice(0, 100)}`;
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
  { status, body, retryAfter }: Omit<Extract<AccountFault, { kind: 'refused_upstream' }>, 'kind'>,
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
