import { z } from 'zod';
import type { Mxid } from '../../base/mxid.js';
import { defineEndpoint, type QueryParameter } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { LoginProcessFailure } from '../../login/failure.js';
import { readCaller, userIdParameter } from './caller.js';
import type { EndpointDeps } from './deps.js';
import { errorShapes } from './error-shapes.js';
import { readInput, stepIds } from './step-ids.js';
import { findStepNumber, loginStep, wireStep } from './wire-step.js';

const params = {
  process: { description: 'The `login_id` of the login process.' },
  step: { description: 'The `step_id` of the step to answer.', example: stepIds.code },
};
const transaction: QueryParameter = { description: 'The `txn_id` of the step to answer.' };
const query = { user_id: userIdParameter, txn_id: transaction };
const replies = { 200: { description: 'The next step, or the same step again', schema: loginStep } };

/** POST /login/step/{process}/{step}/user_input */
export const userInput = defineEndpoint(
  {
    name: 'login_user_input',
    method: 'POST',
    path: '/login/step/{process}/{step}/user_input',
    params,
    query,
    access: 'authenticated',
    summary: "Submit the user's input for a step",
    description:
      'After a wrong code or password, returns the same step with another ID. After an expired code or if ' +
      'Telegram has ended the login, returns the first step. Errors do not change the login process.',
    body: z.looseObject({}).meta({ description: 'The values, by the IDs of their fields.' }),
    replies,
    errors: errorShapes('login_user_input'),
  },
  (deps: EndpointDeps) => {
    const { login } = deps;
    return {
      async handler(request) {
        const caller = readCaller(request, deps);
        const { process, step } = request.params;
        const input = readInput(step, request.body);
        const named = readStepNumber(request.query.txn_id);
        if (input === undefined || named === 'none') return refuse(deps, caller, process);
        const next = await login.answer(caller, process, input, named ?? input.kind);
        return reply(200, await wireStep(deps, caller, next));
      },
    };
  },
);

/** POST /login/step/{process}/{step}/display_and_wait */
export const displayAndWait = defineEndpoint(
  {
    name: 'login_display_and_wait',
    method: 'POST',
    path: '/login/step/{process}/{step}/display_and_wait',
    params,
    query,
    access: 'authenticated',
    summary: 'Wait until the user has acted elsewhere',
    description:
      'Takes no body. Returns when the QR code was scanned or has changed, or after 30 seconds with the ' +
      'same step. Show the returned step and repeat the request. Closing the request does not cancel the ' +
      'login.',
    replies,
    errors: errorShapes('login_display_and_wait'),
  },
  (deps: EndpointDeps) => {
    const { login } = deps;
    return {
      async handler(request) {
        const caller = readCaller(request, deps);
        const { process, step } = request.params;
        const named = readStepNumber(request.query.txn_id);
        const found = await login.find(caller, process);
        if (step !== stepIds.qr || found.flow !== 'qr' || named === 'none') return refuse(deps, caller, process);
        // Without a transaction ID, the client shows the current code.
        const seen = named ?? found.stepNumber;
        const isAwaited = found.step.kind === 'qr' && found.stepNumber === seen;
        const next = isAwaited ? await login.awaitChange(caller, process, seen, request.stopping) : found;
        return reply(200, await wireStep(deps, caller, next));
      },
    };
  },
);

/**
 * POST /login/step/{process}/{step}/{type} for types that no Telegram login uses, and `complete`.
 */
export const otherStep = defineEndpoint(
  {
    name: 'login_other_step',
    method: 'POST',
    path: '/login/step/{process}/{step}/{type}',
    params: { ...params, type: { description: '`cookies`, `webauthn`, `complete`, ...' } },
    query,
    access: 'authenticated',
    summary: 'Submit a step of an unsupported type',
    replies: {},
    errors: errorShapes('login_other_step'),
  },
  (deps: EndpointDeps) => ({
    async handler(request) {
      return refuse(deps, readCaller(request, deps), request.params.process);
    },
  }),
);

/**
 * Returns the step number, undefined if the client sends no transaction ID, or `none` if it is not
 * a step's.
 */
function readStepNumber(transaction: string | undefined): number | 'none' | undefined {
  if (transaction === undefined || transaction === '') return undefined;
  return findStepNumber(transaction) ?? 'none';
}

/**
 * Throws the failure of a request that no login process awaits. Returns `login_unknown` to other
 * users.
 */
async function refuse({ login }: EndpointDeps, caller: Mxid, loginId: string): Promise<never> {
  const { step } = await login.find(caller, loginId);
  throw new LoginProcessFailure({ kind: step.kind === 'complete' ? 'login_finished' : 'wrong_step' });
}
