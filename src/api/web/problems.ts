import { AccountFailure, type AccountFailureDetails } from '../../accounts/failure.js';
import { TelegramProofFailure, type TelegramProofFailureDetails } from '../../accounts/threepids/telegram-proofs.js';
import { Failure } from '../../base/failure.js';
import type { HttpProblem } from '../../http/problem.js';
import { retryAfterSeconds, type PageReply } from '../../http/reply.js';
import { TelegramAccountFailure } from '../../login/accounts.js';
import {
  LoginFailure,
  LoginProcessFailure,
  type LoginFailureDetails,
  type LoginProcessFailureDetails,
} from '../../login/failure.js';
import type { SiteProblem } from '../../web/site/problems.js';
import type { ShownProblem } from '../../web/site/site-page.js';

/** A problem that this API detects itself. */
export class WebFailure extends Failure<{ readonly kind: SiteProblem }> {}

/** A problem, and the status of the page that explains it. */
export interface PageProblem extends ShownProblem {
  readonly status: number;
}

/** Returns the problem of a failure, or undefined for a failure that no page explains. */
export function problemOf(failure: Failure): PageProblem | undefined {
  if (failure instanceof WebFailure) return withStatus({ problem: failure.details.kind });
  if (failure instanceof LoginFailure) return withStatus(ofLogin(failure.details));
  if (failure instanceof LoginProcessFailure) return withStatus(ofProcess(failure.details));
  if (failure instanceof TelegramAccountFailure) return withStatus({ problem: 'account_unknown' });
  if (failure instanceof TelegramProofFailure) return withStatus({ problem: proofProblems[failure.details.kind] });
  if (failure instanceof AccountFailure) return withStatus(ofAccount(failure.details));
  return undefined;
}

function ofLogin(details: LoginFailureDetails): ShownProblem {
  switch (details.kind) {
    case 'flood_wait':
    case 'asked_too_often':
      return { problem: details.kind, retryAfterMs: details.retryAfterMs };
    case 'telegram_error':
      return { problem: details.kind, message: details.name };
    case 'bridge_refused':
    case 'bridge_request_rejected':
      return { problem: details.kind, message: details.message };
    default:
      return { problem: details.kind };
  }
}

function ofProcess(details: LoginProcessFailureDetails): ShownProblem {
  return details.kind === 'too_many_accounts'
    ? { problem: details.kind, max: details.allowed }
    : { problem: details.kind };
}

const proofProblems = {
  number_missing: 'number_unavailable',
  account_missing: 'number_unavailable',
  number_in_use: 'number_in_use',
  number_unchecked: 'number_unavailable',
  login_over: 'account_unknown',
} as const satisfies Record<TelegramProofFailureDetails['kind'], SiteProblem>;

function ofAccount(details: AccountFailureDetails): ShownProblem {
  switch (details.kind) {
    case 'wrong_credentials':
      return { problem: 'wrong_credentials' };
    case 'rate_limited':
    case 'overloaded':
      return { problem: 'sign_in_too_often', retryAfterMs: details.retryAfterMs };
    case 'user_deactivated':
      return { problem: 'owner_deactivated' };
    case 'login_token_invalid':
      return { problem: 'sso_failed' };
    case 'parameter_missing':
    case 'parameter_invalid':
      return { problem: 'sign_in_incomplete' };
    case 'refused_upstream':
      return ofUpstream(details.status, details.body);
    default:
      return { problem: 'homeserver_unreachable' };
  }
}

function ofUpstream(status: number, body: Readonly<Record<string, unknown>>): ShownProblem {
  const { errcode, error, retry_after_ms: retryAfterMs } = body;
  if (status === 429) {
    return { problem: 'sign_in_too_often', retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : 60_000 };
  }
  if (errcode === 'M_FORBIDDEN') return { problem: 'wrong_credentials' };
  if (errcode === 'M_USER_DEACTIVATED') return { problem: 'owner_deactivated' };
  const message = typeof error === 'string' ? error.slice(0, 300) : String(status);
  return status >= 500 ? { problem: 'homeserver_unreachable' } : { problem: 'sign_in_refused', message };
}

/** Returns the problem of a request that the HTTP layer detects. */
export function problemOfHttp(problem: HttpProblem): PageProblem {
  const { status, ...shown } = httpProblems[problem.kind];
  const retry = problem.kind === 'too_many_attempts' ? { retryAfterMs: problem.retryAfterMs } : {};
  return { ...shown, ...retry, status };
}

const httpProblems = {
  route_unknown: { problem: 'page_unknown', status: 404 },
  method_not_allowed: { problem: 'page_unknown', status: 405 },
  unauthorized: { problem: 'form_expired', status: 401 },
  address_refused: { problem: 'not_permitted', status: 403 },
  too_many_attempts: { problem: 'sign_in_too_often', status: 429 },
  authentication_unavailable: { problem: 'unavailable', status: 503 },
  body_not_json: { problem: 'request_invalid', status: 400 },
  body_unfit: { problem: 'request_invalid', status: 400 },
  body_too_large: { problem: 'request_invalid', status: 413 },
  server_busy: { problem: 'too_busy', status: 503 },
  body_encoded: { problem: 'request_invalid', status: 415 },
  path_malformed: { problem: 'request_invalid', status: 400 },
  too_many_open: { problem: 'too_busy', status: 503 },
  upgrade_required: { problem: 'request_invalid', status: 426 },
  unavailable: { problem: 'unavailable', status: 503 },
  defect: { problem: 'defect', status: 500 },
} as const satisfies Record<HttpProblem['kind'], { problem: SiteProblem; status: number }>;

/** The statuses of problems for which 400 is wrong. */
const statuses: Readonly<Partial<Record<SiteProblem, number>>> = {
  phone_number_flood: 429,
  flood_wait: 429,
  asked_too_often: 429,
  sign_in_too_often: 429,
  telegram_unreachable: 503,
  telegram_rejected_us: 503,
  bridge_unreachable: 503,
  homeserver_unreachable: 503,
  unavailable: 503,
  number_unavailable: 503,
  too_busy: 503,
  bridge_refused: 502,
  telegram_error: 502,
  not_permitted: 403,
  owner_deactivated: 403,
  wrong_credentials: 403,
  sign_in_refused: 403,
  open_id_failed: 403,
  sso_failed: 403,
  form_expired: 403,
  link_invalid: 404,
  account_unknown: 404,
  login_unknown: 404,
  page_unknown: 404,
  login_cancelled: 410,
  login_timed_out: 410,
  already_logged_in: 409,
  telegram_account_taken: 409,
  session_held: 409,
  login_finished: 409,
  wrong_step: 409,
  too_many_accounts: 409,
  other_telegram_account: 409,
  number_in_use: 409,
  address_in_use: 409,
  address_changes_disabled: 403,
  destination_refused: 403,
  matrix_password_wrong: 403,
  password_not_enough: 403,
  homeserver_refused: 403,
  send_failed: 502,
  messages_too_often: 429,
  confirmation_code_used_up: 429,
  confirmation_over: 404,
};

/** Returns a page that shows the problem, with its status and the time to wait. */
export function withProblem<R extends PageReply>(page: R, { status, retryAfterMs }: PageProblem): R {
  const headers = retryAfterMs === undefined ? {} : { 'Retry-After': String(retryAfterSeconds(retryAfterMs)) };
  return { ...page, status, headers };
}

/** Returns the problem with the status of its page. */
export function withStatus(shown: ShownProblem): PageProblem {
  return { ...shown, status: statuses[shown.problem] ?? 400 };
}
