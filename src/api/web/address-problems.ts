import { AccountFailure } from '../../accounts/failure.js';
import { ThreepidFailure, type ThreepidFailureDetails } from '../../threepid/failure.js';
import type { ShownProblem } from '../../web/site/site-page.js';
import { problemOf, WebFailure, withStatus, type PageProblem } from './problems.js';

/** Returns the problem of a form for 3PIDs, or undefined for an error that no form explains. */
export function addressProblemOf(error: unknown): PageProblem | undefined {
  if (error instanceof ThreepidFailure) return withStatus(ofThreepid(error.details));
  if (error instanceof AccountFailure) return withStatus(ofAccount(error));
  if (error instanceof WebFailure && error.details.kind !== 'page_unknown') return problemOf(error);
  return undefined;
}

function ofThreepid(details: ThreepidFailureDetails): ShownProblem {
  switch (details.kind) {
    case 'address_invalid':
      return { problem: details.medium === 'email' ? 'email_invalid' : 'phone_number_invalid' };
    case 'rate_limited':
      return { problem: 'messages_too_often', retryAfterMs: details.retryAfterMs };
    case 'too_many_guesses':
      return { problem: 'confirmation_code_used_up', retryAfterMs: details.retryAfterMs };
    case 'token_wrong':
      return { problem: 'confirmation_code_wrong' };
    case 'session_not_validated':
      return { problem: 'address_not_confirmed' };
    case 'session_unknown':
    case 'session_expired':
      return { problem: 'confirmation_over' };
    case 'medium_unsupported':
    case 'destination_refused':
    case 'send_failed':
      return { problem: details.kind };
    case 'client_secret_invalid':
    case 'next_link_refused':
      return { problem: 'request_invalid' };
  }
}

function ofAccount(failure: AccountFailure): ShownProblem {
  const { details } = failure;
  switch (details.kind) {
    case 'address_in_use':
    case 'address_changes_disabled':
      return { problem: details.kind };
    case 'address_not_proven':
      return { problem: 'address_not_confirmed' };
    case 'authentication_unsupported':
    case 'authentication_incomplete':
      return { problem: 'password_not_enough' };
    case 'parameter_invalid':
      return { problem: details.name === 'phone_number' ? 'phone_number_invalid' : 'email_invalid' };
    case 'refused_upstream':
      return ofUpstream(failure, details.body);
    default:
      return ofLogin(failure);
  }
}

/** Returns the problem of the login with the password. */
function ofLogin(failure: AccountFailure): ShownProblem {
  const { problem = 'homeserver_unreachable', ...rest } = problemOf(failure) ?? {};
  return { ...rest, problem: problem === 'wrong_credentials' ? 'matrix_password_wrong' : problem };
}

function ofUpstream(failure: AccountFailure, { errcode, error }: Readonly<Record<string, unknown>>): ShownProblem {
  switch (errcode) {
    case 'M_THREEPID_IN_USE':
      return { problem: 'address_in_use' };
    case 'M_THREEPID_AUTH_FAILED':
      return { problem: 'address_not_confirmed' };
    case 'M_INVALID_EMAIL':
      return { problem: 'email_invalid' };
    default: {
      const shown = ofLogin(failure);
      const message = typeof error === 'string' ? error.slice(0, 300) : String(errcode);
      return shown.problem === 'sign_in_refused' ? { problem: 'homeserver_refused', message } : shown;
    }
  }
}
