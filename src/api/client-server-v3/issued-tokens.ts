import { z } from 'zod';
import type { LoginGrant } from '../../accounts/authority.js';

/** The tokens in answers to a login and to a refresh. */
export const issuedTokens = {
  access_token: z.string().meta({ description: 'Authorizes further requests.' }),
  refresh_token: z
    .string()
    .optional()
    .meta({ description: 'Gets the next access token at POST /refresh. Only for clients that asked for it.' }),
  expires_in_ms: z
    .int()
    .optional()
    .meta({ description: 'How long the access token is good. It does not expire if this is absent.' }),
};

/** The tokens of a grant as they go on the wire. */
export function wireTokens({
  accessToken,
  refreshToken,
  expiresInMs,
}: Pick<LoginGrant, 'accessToken' | 'refreshToken' | 'expiresInMs'>) {
  return {
    access_token: accessToken.reveal(),
    ...(refreshToken === undefined ? {} : { refresh_token: refreshToken.reveal() }),
    ...(expiresInMs === undefined ? {} : { expires_in_ms: expiresInMs }),
  };
}
