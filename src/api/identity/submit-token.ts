import { z } from 'zod';
import type { Failure } from '../../base/failure.js';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply, type Answer } from '../../http/reply.js';
import { ThreepidFailure, type ThreepidFailureDetails } from '../../threepid/failure.js';
import type { Validation } from '../../threepid/validation.js';
import { anyKinds, errorShapes, inputKinds } from './error-shapes.js';
import { readSubmission, tokenMembers } from './session-shapes.js';
import { toErrorReply } from './to-error-reply.js';
import { clientOf, type Version } from './version.js';
import type { ErrorKind } from './wire-error.js';

const verdicts = [
  'session_unknown',
  'session_expired',
  'token_wrong',
] as const satisfies readonly ThreepidFailureDetails['kind'][];

/** The failures of a token that does not validate a 3PID. */
export const verdictKinds: readonly ErrorKind[] = verdicts.map((kind) => `threepid:${kind}` as const);

/** The other errors of a token. */
export const submitKinds: readonly ErrorKind[] = [
  'missing',
  'threepid:client_secret_invalid',
  'threepid:too_many_guesses',
  'threepid:rate_limited',
  ...anyKinds,
];

const outcome = z
  .looseObject({
    success: z.boolean().meta({ description: 'Whether the 3PID was validated.' }),
    errcode: z
      .string()
      .optional()
      .meta({
        description: 'The reason if it was not.',
        examples: ['M_TOKEN_INCORRECT', 'M_SESSION_EXPIRED', 'M_NO_VALID_SESSION'],
      }),
    error: z.string().optional().meta({ description: 'The same as a human-readable text.' }),
  })
  .meta({ title: 'TokenOutcome' });

/** POST /validate/{medium}/submitToken */
export function submitToken(version: Version, medium: 'email' | 'msisdn') {
  return defineEndpoint(
    {
      name: `submit_${medium}_token`,
      operationId: `${version.operationPrefix}${medium}SubmitTokenPost`,
      method: 'POST',
      path: version.submitPath(medium),
      params: {},
      access: version.access,
      summary: 'Validate a 3PID with the token that was sent to it',
      body: z.looseObject(tokenMembers).meta({ title: 'SubmitTokenRequest' }),
      bodyFrom: version.inputFrom,
      replies: { 200: { description: 'The result', schema: outcome } },
      errors: errorShapes(
        [
          ...version.entryKinds,
          ...inputKinds,
          ...(version.submitFailureStatus === 400 ? verdictKinds : []),
          ...submitKinds,
        ],
        'submit',
      ),
      failure: (failure) => toTokenErrorReply(failure, version),
    },
    ({ validation }: { readonly validation: Pick<Validation, 'submitToken'> }) => ({
      async handler(request) {
        const { key, token } = readSubmission(version.purpose, medium, request.body);
        await validation.submitToken(key, token, clientOf(request, version));
        return reply(200, { success: true });
      },
    }),
  );
}

// Homeservers pass on replies with status 200 only. Invalid requests and exceeded limits have the
// usual status.
function toTokenErrorReply(failure: Failure, { submitFailureStatus }: Version): Answer | undefined {
  const reply = toErrorReply(failure, 'submit');
  const isVerdict = failure instanceof ThreepidFailure && verdicts.some((kind) => kind === failure.details.kind);
  return isVerdict && reply ? { ...reply, status: submitFailureStatus } : reply;
}
