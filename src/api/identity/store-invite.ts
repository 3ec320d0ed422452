import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import type { Invites } from '../../identity/invites.js';
import { anyKinds, errorShapes, inputKinds } from './error-shapes.js';
import { text } from './input.js';
import { brandInQuery } from './request-token.js';
import { toErrorReply } from './to-error-reply.js';
import { userOf, type Version } from './version.js';

const body = z.looseObject({
  medium: text('email'),
  address: text('The e-mail address of the invited user.', 'foo@example.com'),
  room_id: text('The room.', '!something:example.org'),
  sender: text('The Matrix user ID of the inviting user.', '@bob:example.com'),
});

const stored = z.object({
  token: text('Identifies the invite.'),
  public_key: text('The long-term key of the server, unpadded base64.'),
  public_keys: z
    .array(
      z.object({
        public_key: text('Unpadded base64.'),
        key_validity_url: text('The URL for checking the key.'),
      }),
    )
    .meta({ description: 'The long-term key of the server, followed by the key of the invite.' }),
  display_name: text('The address, redacted.', 'f...@e...'),
});

/** Returns POST /store-invite. */
export function storeInvite(version: Version) {
  return defineEndpoint(
    {
      name: 'store_invite',
      operationId: 'storeInvite',
      method: 'POST',
      path: '/store-invite',
      params: {},
      access: version.access,
      summary: 'Store an invite of an e-mail address to a room, and send it',
      description:
        'Other members that are texts, such as `room_name` and `sender_display_name`, may appear in the mail.',
      body,
      bodyFrom: version.inputFrom,
      replies: { 200: { description: 'The invite was stored', schema: stored } },
      errors: errorShapes(
        [
          ...version.entryKinds,
          ...inputKinds,
          ...(version.access === 'public' ? [] : (['identity:not_your_mxid'] as const)),
          'identity:mxid_invalid',
          'identity:room_id_invalid',
          'identity:medium_unsupported',
          'identity:address_invalid',
          'identity:address_in_use',
          'identity:send_failed',
          'identity:rate_limited',
          ...anyKinds,
        ],
        'invite',
      ),
      failure: (failure) => toErrorReply(failure, 'invite'),
    },
    ({ invites }: { readonly invites: Pick<Invites, 'store'> }) => ({
      async handler(request) {
        const { medium, address, room_id: roomId, sender, brand, access_token: _token, ...others } = request.body;
        const invite = await invites.store({
          medium,
          address,
          roomId,
          sender,
          caller: userOf(request),
          clientAddress: request.clientAddress,
          details: Object.fromEntries(Object.entries(others).filter(isText)),
          brand: typeof brand === 'string' ? brand : brandInQuery(request.received),
        });
        const [longTerm] = invite.publicKeys;
        return reply(200, {
          token: invite.token,
          public_key: longTerm.publicKey,
          public_keys: invite.publicKeys.map(({ publicKey, keyValidityUrl }) => ({
            public_key: publicKey,
            key_validity_url: keyValidityUrl,
          })),
          display_name: invite.displayName,
        });
      },
    }),
  );
}

function isText(entry: readonly [string, unknown]): entry is [string, string] {
  return typeof entry[1] === 'string';
}
