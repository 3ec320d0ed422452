import { allowAnonymous } from '../../http/bearer-auth.js';
import { answersPages, type Endpoint } from '../../http/endpoint.js';
import type { HttpProblem } from '../../http/problem.js';
import type { Answer } from '../../http/reply.js';
import { surface, type Surface } from '../../http/surface.js';
import { errorPage } from './error-page.js';
import { toErrorReply, toHttpErrorReply } from './to-error-reply.js';

/** The options of an identity service surface. */
export type IdentitySurface = Pick<Surface, 'name' | 'prefixes' | 'endpoints' | 'secretSegment'> &
  Partial<Pick<Surface, 'authenticate'>>;

/**
 * Returns a surface of the identity service, with its error format, and HTML errors for browsers.
 */
export function identitySurface({ authenticate = allowAnonymous, ...rest }: IdentitySurface): Surface {
  return surface({
    ...rest,
    authenticate,
    accessLevel: 'info',
    // Exactly as Matrix servers send it and their test suites compare it.
    jsonType: 'application/json',
    crossOrigin: true,
    lenient: true,
    problem: toProblemReply,
    failure: (failure) => toErrorReply(failure),
  });
}

function toProblemReply(problem: HttpProblem, endpoint: Endpoint | undefined): Answer {
  const reply = toHttpErrorReply(problem);
  const isPage = problem.kind === 'method_not_allowed' ? problem.isPage : answersPages(endpoint);
  return isPage ? errorPage(reply) : reply;
}
