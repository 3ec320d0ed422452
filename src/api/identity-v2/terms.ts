import { z } from 'zod';
import { boundedList } from '../../http/bounded-list.js';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import type { IdentityUsers } from '../../identity/users.js';
import { IdentityFailure } from '../../identity/failure.js';
import { anyKinds, errorShapes, inputKinds } from '../identity/error-shapes.js';
import { userOf } from '../identity/version.js';

const policy = z.looseObject({ version: z.string().meta({ description: 'The version of the policy.' }) });

/** GET /terms */
export const terms = defineEndpoint(
  {
    name: 'terms',
    operationId: 'getTerms',
    method: 'GET',
    path: '/terms',
    params: {},
    access: 'public',
    summary: 'Get the policies that a user must accept',
    replies: {
      200: {
        description: 'The policies, each with its version, and with a name and URL by language',
        schema: z.object({ policies: z.record(z.string(), policy) }),
      },
    },
    errors: errorShapes(['defect']),
  },
  ({ users: { policies } }: { readonly users: Pick<IdentityUsers, 'policies'> }) => {
    const shown = Object.fromEntries(
      Object.entries(policies).map(([id, { version, languages }]) => [id, { ...languages, version }]),
    );
    return {
      handler: () => Promise.resolve(reply(200, { policies: shown })),
    };
  },
);

/** POST /terms */
export const acceptTerms = defineEndpoint(
  {
    name: 'accept_terms',
    operationId: 'agreeToTerms',
    method: 'POST',
    path: '/terms',
    params: {},
    access: 'authenticated',
    summary: 'Accept policies',
    body: z
      .looseObject({
        user_accepts: boundedList(z.string(), { max: 1000, description: 'The URLs of the policies, in any language.' }),
      })
      .meta({ required: ['user_accepts'] }),
    replies: { 200: { description: 'The policies were accepted', schema: z.object({}) } },
    errors: errorShapes([
      'unauthorized',
      'identity:token_unknown',
      ...inputKinds,
      'too_many',
      'identity:terms_unknown_url',
      ...anyKinds,
    ]),
  },
  ({ users }: { readonly users: Pick<IdentityUsers, 'acceptTerms'> }) => ({
    async handler(request) {
      const mxid = userOf(request);
      if (mxid === undefined) throw new IdentityFailure({ kind: 'token_unknown' });
      await users.acceptTerms(mxid, request.body.user_accepts);
      return reply(200, {});
    },
  }),
);
