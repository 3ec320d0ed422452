import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import type { Invites } from '../../identity/invites.js';
import type { PublicKeys } from '../../identity/public-keys.js';
import { anyKinds, errorShapes } from './error-shapes.js';
import { text } from './input.js';

/** The dependencies of the endpoints. */
interface PublicKeyDeps {
  readonly publicKeys: PublicKeys;
  readonly invites: Pick<Invites, 'isEphemeralKeyValid'>;
}

/**
 * GET /pubkey/isvalid, /pubkey/ephemeral/isvalid and /pubkey/{keyId}. Homeservers call them as long
 * as rooms contain invites.
 */
export const publicKeyOperations = [
  validity({
    name: 'is_public_key_valid',
    operationId: 'isPubKeyValid',
    path: '/pubkey/isvalid',
    summary: 'Check a long-term key of this server',
    isValid: (key, { publicKeys }) => publicKeys.isValid(key),
  }),
  validity({
    name: 'is_ephemeral_key_valid',
    operationId: 'isEphemeralPubKeyValid',
    path: '/pubkey/ephemeral/isvalid',
    summary: 'Check the key of an invite',
    isValid: (key, { invites }) => invites.isEphemeralKeyValid(key),
  }),
  defineEndpoint(
    {
      name: 'public_key',
      operationId: 'getPubKey',
      method: 'GET',
      path: '/pubkey/{keyId}',
      params: { keyId: { description: 'The key ID.', example: 'ed25519:0' } },
      access: 'public',
      summary: 'Get a long-term public key of this server',
      replies: {
        200: { description: 'The key', schema: z.object({ public_key: text('The key, unpadded base64.') }) },
      },
      errors: errorShapes(['path_malformed', 'identity:key_unknown', ...anyKinds]),
    },
    ({ publicKeys }: PublicKeyDeps) => ({
      handler: async ({ params }) => reply(200, { public_key: await publicKeys.find(params.keyId) }),
    }),
  ),
] as const;

interface Validity {
  readonly name: string;
  readonly operationId: string;
  readonly path: '/pubkey/isvalid' | '/pubkey/ephemeral/isvalid';
  readonly summary: string;
  readonly isValid: (publicKey: string, deps: PublicKeyDeps) => Promise<boolean>;
}

function validity({ isValid, ...rest }: Validity) {
  return defineEndpoint(
    {
      ...rest,
      method: 'GET',
      params: {},
      access: 'public',
      body: z.looseObject({ public_key: text('The key, in base64.') }),
      bodyFrom: 'query',
      replies: {
        200: {
          description: 'Whether the key is valid',
          schema: z.object({ valid: z.boolean() }).meta({ title: 'KeyValidity' }),
        },
      },
      errors: errorShapes(['missing', ...anyKinds]),
    },
    (deps: PublicKeyDeps) => ({
      handler: async ({ body }) => reply(200, { valid: await isValid(body.public_key, deps) }),
    }),
  );
}
