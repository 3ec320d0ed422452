import { describe, expect, it } from 'vitest';
import { operationErrors as errorsOf030 } from '../../../../src/api/provisioning-0.3.0/error-shapes.js';
import { wireErrors as wireErrorsOf030 } from '../../../../src/api/provisioning-0.3.0/errors.js';
import { provisioningContracts } from '../../../../src/api/provisioning-0.3.0/index.js';
import { operations as operationsOf030 } from '../../../../src/api/provisioning-0.3.0/operation.js';
import { operationErrors as errorsOfV1 } from '../../../../src/api/provisioning-v1/error-shapes.js';
import { wireErrors as wireErrorsOfV1 } from '../../../../src/api/provisioning-v1/errors.js';
import { VersionOneFailure, type VersionFailureDetails } from '../../../../src/api/provisioning-v1/failure.js';
import { provisioningV1Contracts } from '../../../../src/api/provisioning-v1/index.js';
import { operations as operationsOfV1 } from '../../../../src/api/provisioning-v1/operation.js';
import { errorHandling } from '../../../../src/api/provisioning/to-error-reply.js';
import type { Failure } from '../../../../src/base/failure.js';
import type { EndpointContract } from '../../../../src/http/endpoint.js';
import { HttpFailure, type HttpProblem } from '../../../../src/http/problem.js';
import type { Api } from '../../../../src/http/api.js';
import { answerTo } from '../../../support/error-answers.js';
import {
  accountFailures,
  failuresOf,
  httpFailures,
  loginFailures,
  ownerFailures,
  plain,
  processFailures,
  proofFailures,
  type Failures,
} from '../../../support/provisioning-failures.js';
import { at, error, expectedOf030, own, shown, start, type Expected, type Shown } from './v030-expected.js';

type Kind030 = keyof typeof wireErrorsOf030;
type KindV1 = keyof typeof wireErrorsOfV1;

const failures: Failures<Kind030 | KindV1> = {
  ...loginFailures,
  ...processFailures,
  ...accountFailures,
  ...proofFailures,
  ...ownerFailures,
  ...httpFailures,
  ...failuresOf<VersionFailureDetails>(
    (fault) => new VersionOneFailure(fault),
    plain('portal_not_found', 'no_bridge_attached', 'phone_number_missing', 'phone_number_unoccupied_at_code'),
  ),
};

const startAgain = (errcode: string, text: string) => error(410, errcode, text, start);
const unhandled = (status: number) => error(status, `unhandled_http_${status}`, `Unhandled HTTP ${status}`);
const invalidIdOfV1 = error(400, 'mxid_invalid', 'Invalid user ID');

const expectedOfV1: Readonly<Record<KindV1, Expected>> = {
  ...expectedOf030,
  bot_token_expired: error(403, 'bot_token_expired', 'Bot token expired.', at('token')),
  login_revoked: error(
    401,
    'session_revoked',
    'Please try again. Login cancelled because your other sessions were terminated via the Telegram app, or by Telegram.',
    start,
  ),
  login_unknown: expectedOf030.phone_code_not_requested,
  wrong_step: expectedOf030.phone_code_not_requested,
  login_cancelled: startAgain('login_cancelled', 'The login was cancelled. Please start again.'),
  login_timed_out: startAgain('login_timed_out', 'The login took too long. Please start again.'),
  login_finished: startAgain('login_finished', 'The login is complete already.'),
  resend_unavailable: error(
    400,
    'resend_unavailable',
    'Telegram cannot send the code another way. Enter the code that was sent.',
    at('code'),
  ),
  too_many_accounts: error(
    403,
    'too_many_logins',
    'You have reached the maximum number of Telegram accounts. Log out of one first.',
  ),
  account_unknown: expectedOf030.not_logged_in,
  identifier_unknown: error(404, 'M_NOT_FOUND', 'Invalid user identifier or user not found.'),
  identifier_not_user: error(400, 'FI.MAU.TELEGRAM_ID_NOT_USER', 'Identifier is not a user.'),
  mxid_invalid: invalidIdOfV1,
  path_malformed: invalidIdOfV1,
  portal_not_found: error(404, 'portal_not_found', 'Portal not found: no bridge is attached.'),
  no_bridge_attached: error(
    501,
    'no_bridge_attached',
    'This server logs in to Telegram only: no bridge is attached to it.',
  ),
  phone_number_missing: error(400, 'phone_number_invalid', 'Phone number not given.', at('request')),
  phone_number_unoccupied_at_code: { ...expectedOf030.phone_number_unoccupied, status: 403 },
  route_unknown: unhandled(404),
  method_not_allowed: unhandled(405),
  body_too_large: unhandled(413),
  body_encoded: unhandled(415),
  upgrade_required: unhandled(426),
  defect: error(500, 'unknown_error', ({ doing }) => `Internal server error while ${doing}.`, own),
};

function expectedText(what: Expected, operation: Shown): string {
  const state = what.state?.(operation);
  const body = {
    ...(state === undefined ? {} : { state }),
    ...what.more,
    error: typeof what.error === 'string' ? what.error : what.error(operation),
    errcode: what.errcode,
    ...(what.retryAfter === undefined ? {} : { retry_after: what.retryAfter }),
  };
  return `${what.status} ${JSON.stringify(body)}`;
}

interface Dialect<Name extends keyof typeof shown, Kind extends string> {
  readonly contracts: readonly EndpointContract[];
  readonly errors: Readonly<Record<Name, readonly Kind[]>>;
  readonly expected: Readonly<Record<Kind, Expected>>;
  readonly handling: Pick<Api, 'problem' | 'failure'>;
}

function describeErrors<Name extends keyof typeof shown, Kind extends keyof typeof failures>({
  contracts,
  errors,
  expected,
  handling,
}: Dialect<Name, Kind>): void {
  const names = Object.keys(errors) as Name[];
  const answered = (failure: Failure, contract: EndpointContract) => {
    const answer = answerTo(failure, contract, handling);
    if (!answer || !('body' in answer)) return expect.unreachable('no JSON');
    return { text: `${answer.status} ${JSON.stringify(answer.body)}`, retryAfter: answer.headers?.['Retry-After'] };
  };

  it.each(names.flatMap((name) => errors[name].map((kind) => [name, kind] as const)))(
    '%s returns %s with its status, state, text and errcode, and declares it',
    (name, kind) => {
      const contract = contracts.find((one) => one.name === name) ?? expect.unreachable(name);
      const { text, retryAfter } = answered(failures[kind], contract);
      expect(text).toBe(expectedText(expected[kind], shown[name]));
      expect(retryAfter).toBe(expected[kind].retryAfter?.toString());
    },
  );

  const declared = new Set(names.flatMap((name) => errors[name]));
  it.each((Object.keys(expected) as Kind[]).filter((kind) => !declared.has(kind)))(
    'has a reply to %s, which no operation declares',
    (kind) => {
      const [contract] = contracts;
      if (!contract) return expect.unreachable('no operation');
      // Not checked against a declaration.
      const endpoint = { ...contract, run: () => Promise.reject(failures[kind]) };
      const { details } = failures[kind];
      const answer =
        failures[kind] instanceof HttpFailure
          ? handling.problem(details as HttpProblem, endpoint)
          : handling.failure(failures[kind], endpoint);
      if (!answer || !('body' in answer)) return expect.unreachable('no JSON');
      const text = expectedText(expected[kind], shown[contract.name as Name]);
      expect(`${answer.status} ${JSON.stringify(answer.body)}`).toBe(text);
    },
  );
}

describe('version 0.3.0', () =>
  describeErrors({
    contracts: provisioningContracts,
    errors: errorsOf030,
    expected: expectedOf030,
    handling: errorHandling(wireErrorsOf030, operationsOf030),
  }));

describe('version 1', () =>
  describeErrors({
    contracts: provisioningV1Contracts,
    errors: errorsOfV1,
    expected: expectedOfV1,
    handling: errorHandling(wireErrorsOfV1, operationsOfV1),
  }));
