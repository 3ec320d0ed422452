import type { HttpProblem } from './problem.js';
import { retryAfterSeconds, type Reply } from './reply.js';

const rows = {
  route_unknown: { status: 404, error: 'There is nothing at this URL.' },
  method_not_allowed: { status: 405, error: 'This URL does not support this method.' },
  unauthorized: { status: 401, error: 'The secret is missing or wrong.' },
  address_refused: { status: 403, error: 'Requests from your IP address are not allowed.' },
  too_many_attempts: { status: 429, error: 'Too many wrong secrets from this address. Please try again later.' },
  authentication_unavailable: {
    status: 503,
    error: 'The credentials cannot be checked at the moment. Please try again later.',
  },
  body_not_json: { status: 400, error: 'The body is not JSON.' },
  body_unfit: { status: 400, error: 'The body is not a JSON object with the expected members.' },
  body_too_large: { status: 413, error: 'The body is too large.' },
  server_busy: { status: 503, error: 'Too many requests are being received. Please try again later.' },
  body_encoded: { status: 415, error: 'The body must not have a Content-Encoding.' },
  path_malformed: { status: 400, error: 'The path is not percent-encoded correctly.' },
  too_many_open: { status: 503, error: 'Too many connections are open. Please try again later.' },
  upgrade_required: { status: 426, error: 'This is a WebSocket. Connect with a WebSocket client.' },
  unavailable: { status: 503, error: 'The service is unavailable at the moment. Please try again later.' },
  defect: { status: 500, error: 'Internal server error.' },
} satisfies Record<HttpProblem['kind'], { status: number; error: string }>;

/**
 * Returns problems as `{error, errcode}`: for paths of no API, and for APIs without a
 * specification of their own.
 */
export function plainProblemReply(problem: HttpProblem): Reply {
  const { status, error } = rows[problem.kind];
  return { status, body: { error, errcode: problem.kind }, headers: problemHeaders(problem) };
}

/** Returns the headers that HTTP itself asks for with a problem, whatever the API. */
export function problemHeaders(problem: HttpProblem): Record<string, string> {
  switch (problem.kind) {
    case 'method_not_allowed':
      return { Allow: problem.allowed.join(', ') };
    case 'unauthorized':
      return { 'WWW-Authenticate': 'Bearer' };
    case 'too_many_attempts':
      return { 'Retry-After': String(retryAfterSeconds(problem.retryAfterMs)) };
    case 'upgrade_required':
      return { Upgrade: 'websocket', Connection: 'Upgrade' };
    case 'too_many_open':
    case 'route_unknown':
    case 'address_refused':
    case 'authentication_unavailable':
    case 'body_not_json':
    case 'body_unfit':
    case 'body_too_large':
    case 'server_busy':
    case 'body_encoded':
    case 'path_malformed':
    case 'unavailable':
    case 'defect':
      return {};
  }
}
