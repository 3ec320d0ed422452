import type { AccountAuthority } from '../../accounts/authority.js';
import { AccountFailure } from '../../accounts/failure.js';
import { allowAnonymous, type Authenticator } from '../../http/bearer-auth.js';
import type { Failure } from '../../base/failure.js';
import { anonymous } from '../../http/principal.js';
import type { Reply } from '../../http/reply.js';
import { type Api, defineApi } from '../../http/api.js';
import { ThreepidFailure } from '../../threepid/failure.js';
import { toAccountErrorReply, toHttpErrorReply, toThreepidErrorReply } from './to-error-reply.js';

/** Returns a part of the client-server API, with errors in the format of Matrix. */
export function defineMatrixApi({
  authenticate = allowAnonymous,
  ...rest
}: Pick<Api, 'name' | 'prefixes' | 'endpoints'> & { readonly authenticate?: Authenticator }): Api {
  return defineApi({
    ...rest,
    authenticate,
    accessLevel: 'info',
    // Exactly as Matrix servers send it and their test suites compare it.
    jsonType: 'application/json',
    crossOrigin: true,
    lenient: true,
    problem: toHttpErrorReply,
    failure: toErrorReply,
  });
}

function toErrorReply(failure: Failure): Reply | undefined {
  if (failure instanceof ThreepidFailure) return toThreepidErrorReply(failure.details);
  return failure instanceof AccountFailure ? toAccountErrorReply(failure.details) : undefined;
}

/**
 * Accepts users whose access tokens the authority knows. AccountFailures pass through, since they
 * contain more than a rejection.
 */
export function createAccessTokenAuth(authority: Pick<AccountAuthority, 'whoAmI'>): Authenticator {
  return async ({ accessToken, clientAddress }) => {
    if (accessToken === undefined) return { problem: { kind: 'unauthorized' } };
    const { mxid, deviceId } = await authority.whoAmI(accessToken, clientAddress);
    return { principal: { kind: 'user', mxid, deviceId } };
  };
}

/**
 * Requires an access token and leaves its validation to the handler, for endpoints that accept
 * expired tokens.
 */
export const requireAccessToken: Authenticator = ({ accessToken }) =>
  Promise.resolve(accessToken === undefined ? { problem: { kind: 'unauthorized' } } : { principal: anonymous });
