import { z } from 'zod';
import type { Mxid } from '../../base/mxid.js';
import { defineEndpoint, type QueryParameter } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { LoginProcessFailure } from '../../login/process-failure.js';
import { readCaller, userIdParameter } from './caller.js';
import type { EndpointDeps } from './deps.js';
import { errorShapes } from './error-shapes.js';
import { readInput, stepIds } from './step-ids.js';
import { findStepNumber, loginStep, wireStep } from './wire-step.js';

const params = {
  process: { description: 'The `login_id` of the login under way.' },
  step: { description: 'The `step_id` of the step that is answered.', example: stepIds.code },
};
const transaction: QueryParameter = { description: 'The `txn_id` of the step that is answered.' };
const query = { user_id: userIdParameter, txn_id: transaction };
const replies = { 200: { description: 'The next step, or the same one again', schema: loginStep } };

/** POST /login/step/{process}/{step}/user_input */
export const userInput = defineEndpoint(
  {
    name: 'login_user_input',
    method: 'POST',
    path: '/login/step/{process}/{step}/user_input',
    params,
    query,
    access: 'authenticated',
    summary: 'Answer a step with what the user has given',
    description:
      'A wrong code or password is the step again under another ID; an expired code or a login that Telegram has ended is the first step again. ' +
      'An error leaves the login where it was.',
    body: z.looseObject({}).meta({ description: 'The values by the IDs of their fields.' }),
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
    summary: 'Wait for what the user does elsewhere',
    description:
      'Takes no body. Answers when the QR code was scanned or is another, and after half a minute at the latest, then with the same step: show ' +
      'what comes, and ask again. Whoever stops waiting does not end the login.',
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
        // Without a name it is the present code that the client shows.
        const seen = named ?? found.stepNumber;
        const isAwaited = found.step.kind === 'qr' && found.stepNumber === seen;
        const next = isAwaited ? await login.awaitChange(caller, process, seen, request.stopping) : found;
        return reply(200, await wireStep(deps, caller, next));
      },
    };
  },
);

/** POST /login/step/{process}/{step}/{type} of the types that no step of Telegram has, and of `complete`. */
export const otherStep = defineEndpoint(
  {
    name: 'login_other_step',
    method: 'POST',
    path: '/login/step/{process}/{step}/{type}',
    params: { ...params, type: { description: '`cookies`, `webauthn`, `complete`, ...' } },
    query,
    access: 'authenticated',
    summary: 'Answer a step as it cannot be answered',
    replies: {},
    errors: errorShapes('login_other_step'),
  },
  (deps: EndpointDeps) => ({
    async handler(request) {
      return refuse(deps, readCaller(request, deps), request.params.process);
    },
  }),
);

/** Undefined where the client names none, `none` where it names something else. */
function readStepNumber(transaction: string | undefined): number | 'none' | undefined {
  if (transaction === undefined || transaction === '') return undefined;
  return findStepNumber(transaction) ?? 'none';
}

/** Says what is wrong with a request that no login is waiting for; to others than its owner, that there is no such login. */
async function refuse({ login }: EndpointDeps, caller: Mxid, loginId: string): Promise<never> {
  const { step } = await login.find(caller, loginId);
  throw new LoginProcessFailure({ kind: step.kind === 'complete' ? 'login_finished' : 'wrong_step' });
}
