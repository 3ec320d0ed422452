import { z } from 'zod';
import type { LoginGrant } from '../../accounts/authority.js';

/** The tokens in replies to a login and to a refresh. */
export const issuedTokens = {
  access_token: z.string().meta({ description: 'Authorizes further requests.' }),
  refresh_token: z
    .string()
    .optional()
    .meta({
      description:
        'Exchanged for the next access token at POST /refresh. Only present if the client supports refresh ' +
        'tokens.',
    }),
  expires_in_ms: z
    .int()
    .optional()
    .meta({ description: 'How long the access token is valid. If absent, it does not expire.' }),
};

/** Returns the tokens of a grant in their wire format. */
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
