import { parseMxid, type Mxid } from '../../base/mxid.js';
import type { QueryParameter } from '../../http/endpoint.js';
import type { Principal } from '../../http/principal.js';
import { LoginFailure } from '../../login/failure.js';
import type { EndpointDeps } from './deps.js';
import { VersionFailure } from './failure.js';

/** The query parameter that says for whom the shared secret acts. */
export const userIdParameter: QueryParameter = {
  description: 'The Matrix ID of the user to act for. With a token of a user it may be left out, and can be no other.',
  example: '@user:example.com',
};

/** What says whom a request is about. */
export interface Call {
  readonly query: { readonly user_id?: string };
  readonly principal: Principal;
}

/** The Matrix user for whom a request acts, who may log in; throws VersionFailure and LoginFailure. */
export function readCaller({ query: { user_id: userId }, principal }: Call, { mayLogIn }: EndpointDeps): Mxid {
  const caller = whoCalls(userId, principal);
  if (!mayLogIn(caller)) throw new LoginFailure({ kind: 'not_permitted' });
  return caller;
}

function whoCalls(userId: string | undefined, principal: Principal): Mxid {
  const own = principal.kind === 'user' ? principal.mxid : undefined;
  if (userId === undefined || userId === '') {
    if (own !== undefined) return own;
    throw new VersionFailure({ kind: 'user_id_missing' });
  }
  const named = parseMxid(userId);
  if (named === undefined) throw new VersionFailure({ kind: 'user_id_invalid' });
  if (principal.kind !== 'service' && named !== own) throw new VersionFailure({ kind: 'user_id_not_own' });
  return named;
}
