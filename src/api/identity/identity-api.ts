import { allowAnonymous } from '../../http/bearer-auth.js';
import { answersPages, type Endpoint } from '../../http/endpoint.js';
import type { HttpProblem } from '../../http/problem.js';
import type { Answer } from '../../http/reply.js';
import { type Api, defineApi } from '../../http/api.js';
import type { PageBrand } from '../../web/page-brand.js';
import { errorPage } from './error-page.js';
import { toErrorReply, toHttpErrorReply } from './to-error-reply.js';

/** The options of defineIdentityApi. */
export type IdentityApiOptions = Pick<Api, 'name' | 'prefixes' | 'endpoints' | 'secretSegment'> &
  Partial<Pick<Api, 'authenticate'>> & {
    /** Above HTML errors. */
    readonly brand?: PageBrand | undefined;
  };

/** Returns a part of the identity service, with its error format, and HTML errors for browsers. */
export function defineIdentityApi({ authenticate = allowAnonymous, brand, ...rest }: IdentityApiOptions): Api {
  return defineApi({
    ...rest,
    authenticate,
    accessLevel: 'info',
    // Exactly as Matrix servers send it and their test suites compare it.
    jsonType: 'application/json',
    crossOrigin: true,
    lenient: true,
    problem: (problem, endpoint) => toProblemReply(problem, endpoint, brand),
    failure: (failure) => toErrorReply(failure),
  });
}

function toProblemReply(problem: HttpProblem, endpoint: Endpoint | undefined, brand: PageBrand | undefined): Answer {
  const reply = toHttpErrorReply(problem);
  const isPage = problem.kind === 'method_not_allowed' ? problem.isPage : answersPages(endpoint);
  return isPage ? errorPage(reply, brand) : reply;
}
