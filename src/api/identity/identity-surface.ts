import type { Failure } from '../../base/failure.js';
import { anybody } from '../../http/bearer-auth.js';
import { isPage, type Endpoint } from '../../http/endpoint.js';
import type { Answer, ObjectReply } from '../../http/reply.js';
import { surface, type Surface } from '../../http/surface.js';
import { IdentityFailure } from '../../identity/failure.js';
import { ThreepidFailure } from '../../threepid/failure.js';
import { failurePage, type FailureReason } from '../../web/failure-page.js';
import { spellHttpProblem, spellIdentityFault, spellThreepidFault } from './spell.js';
import type { Peculiar } from './wire-error.js';

/** What is particular about a surface of the identity service. */
export type IdentitySurface = Pick<Surface, 'name' | 'prefixes' | 'endpoints' | 'secretSegment'> &
  Partial<Pick<Surface, 'authenticate'>> & {
    /** The status of an answer to submitToken that says `success: false`; 400 where absent. */
    readonly submitFailureStatus?: 200 | 400;
  };

/** A surface of the identity service: its errors are spelled as there, and as pages where people look. */
export function identitySurface({
  authenticate = anybody,
  submitFailureStatus = 400,
  ...rest
}: IdentitySurface): Surface {
  return surface({
    ...rest,
    authenticate,
    accessLevel: 'info',
    lenient: true,
    problem: (problem, endpoint) => asSeen(spellHttpProblem(problem), endpoint),
    failure(failure, endpoint) {
      const reply = spellFailure(failure, endpoint);
      if (reply === undefined || answersPages(endpoint)) return reply && asSeen(reply, endpoint);
      const { body } = reply;
      // Homeservers pass on what comes with 200 only; a request that is broken, or one too many, is told as anywhere else.
      const isVerdict = body['success'] === false && verdicts.has(body['errcode']);
      return isVerdict ? { ...reply, status: submitFailureStatus } : reply;
    },
  });
}

const verdicts: ReadonlySet<unknown> = new Set(['M_TOKEN_INCORRECT', 'M_NO_VALID_SESSION', 'M_SESSION_EXPIRED']);

function spellFailure(failure: Failure, endpoint: Endpoint): ObjectReply | undefined {
  const peculiar = peculiarOf(endpoint);
  if (failure instanceof ThreepidFailure) return spellThreepidFault(failure.fact, peculiar);
  if (failure instanceof IdentityFailure) return spellIdentityFault(failure.fact, peculiar);
  return undefined;
}

function peculiarOf({ name }: Endpoint): Peculiar | undefined {
  if (name === 'unbind') return 'unbind';
  if (name === 'store_invite') return 'invite';
  return /^(submit|open|confirm)_/.test(name) ? 'submit' : undefined;
}

function answersPages(endpoint: Endpoint | undefined): boolean {
  return endpoint !== undefined && Object.values(endpoint.replies).some(isPage);
}

function asSeen(reply: ObjectReply, endpoint: Endpoint | undefined): Answer {
  if (!answersPages(endpoint)) return reply;
  return { ...failurePage(reply.status, reasonOf(reply)), headers: { ...reply.headers } };
}

function reasonOf({ status, body }: ObjectReply): FailureReason {
  if (body['errcode'] === 'M_SESSION_EXPIRED') return 'expired';
  if (status === 429) return 'too_many';
  return status >= 500 ? 'trouble' : 'unfit';
}
