import { z } from 'zod';
import { Secret } from '../../base/secret.js';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import type { Invites } from '../../identity/invites.js';
import { member } from '../client-server/member.js';
import { anyKinds, errorShapes, inputKinds } from './error-shapes.js';
import { text } from './input.js';
import type { Version } from './version.js';

const body = z.looseObject({
  mxid: text('The Matrix user ID of the invited user.', '@foo:bar.com'),
  token: text('The token of the invite.'),
  private_key: text('The private key from the mail, in base64.'),
});

const signed = z.looseObject({
  mxid: member('string', 'The Matrix user ID of the invited user.'),
  sender: member('string', 'The Matrix user ID of the inviting user.'),
  token: member('string', 'The token of the invite.'),
  signatures: member('object', 'Signatures by server and key.'),
});

/**
 * Returns POST /sign-ed25519. In version 1 it is the link in mailed invites, which clients follow
 * without a body.
 */
export function sign(version: Version) {
  return defineEndpoint(
    {
      name: 'sign_ed25519',
      operationId: 'blindlySignStuff',
      method: 'POST',
      path: '/sign-ed25519',
      params: {},
      access: version.access,
      summary: 'Sign the acceptance of an invite',
      body,
      bodyFrom: version.inputFrom,
      replies: { 200: { description: 'The acceptance, signed with the private key', schema: signed } },
      errors: errorShapes([
        ...(version.access === 'public' ? [] : version.entryKinds),
        ...inputKinds,
        'identity:invite_unknown',
        'identity:private_key_invalid',
        'identity:mxid_invalid',
        ...anyKinds,
      ]),
    },
    ({ invites }: { readonly invites: Pick<Invites, 'sign'> }) => ({
      async handler({ body: { mxid, token, private_key: privateKey } }) {
        return reply(200, await invites.sign({ mxid, token, privateKey: new Secret(privateKey) }));
      },
    }),
  );
}
