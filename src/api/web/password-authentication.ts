import { AccountFailure } from '../../accounts/failure.js';
import type { Mxid } from '../../base/mxid.js';
import type { Secret } from '../../base/secret.js';
import { WebFailure } from './problems.js';

const passwordStage = 'm.login.password';

/**
 * Runs an operation that requires user-interactive authentication, with the user's password. `auth`
 * is the member of its request. Throws WebFailure `password_not_enough` if the homeserver requires
 * more than the password, and AccountFailure `wrong_credentials`.
 */
export async function authenticateByPassword(
  { mxid, password }: { readonly mxid: Mxid; readonly password: Secret },
  operation: (auth: Readonly<Record<string, unknown>> | undefined) => Promise<void>,
): Promise<void> {
  const challenge = await challengeOf(operation(undefined));
  if (!challenge) return;
  if (!acceptsPassword(challenge)) throw new WebFailure({ kind: 'password_not_enough' });
  const auth = {
    type: passwordStage,
    ...(typeof challenge['session'] === 'string' ? { session: challenge['session'] } : {}),
    identifier: { type: 'm.id.user', user: mxid },
    password: password.reveal(),
  };
  const refusal = await challengeOf(operation(auth));
  if (!refusal) return;
  const isWrong = refusal['errcode'] === 'M_FORBIDDEN';
  throw isWrong ? new AccountFailure({ kind: 'wrong_credentials' }) : new WebFailure({ kind: 'password_not_enough' });
}

/** Returns what the operation requires next, or undefined if it is done. */
async function challengeOf(work: Promise<void>): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    const isChallenge = error instanceof AccountFailure && error.details.kind === 'authentication_incomplete';
    if (isChallenge) return error.details.body;
    throw error;
  }
}

function acceptsPassword({ flows }: Readonly<Record<string, unknown>>): boolean {
  if (!Array.isArray(flows)) return false;
  return flows.some((flow: unknown) => {
    const stages = typeof flow === 'object' && flow !== null && 'stages' in flow ? flow.stages : undefined;
    return Array.isArray(stages) && stages.length === 1 && stages[0] === passwordStage;
  });
}
