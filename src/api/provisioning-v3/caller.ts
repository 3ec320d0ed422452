import { parseMxid, type Mxid } from '../../base/mxid.js';
import type { QueryParameter } from '../../http/endpoint.js';
import type { Principal } from '../../http/principal.js';
import { LoginFailure } from '../../login/failure.js';
import type { EndpointDeps } from './deps.js';
import { VersionFailure } from './failure.js';

/** The query parameter for the user whom the shared secret acts for. */
export const userIdParameter: QueryParameter = {
  description: "The Matrix ID of the user to act for. Optional with a user's token, which allows no other user.",
  example: '@user:example.com',
};

/** The parts of a request that determine its user. */
export interface Call {
  readonly query: { readonly user_id?: string };
  readonly principal: Principal;
}

/**
 * Returns the Matrix user of a request. Throws VersionFailure, or LoginFailure if the user may not
 * log in.
 */
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
