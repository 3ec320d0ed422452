import { z } from 'zod';
import type { WebGrants } from '../../accounts/web-grants.js';
import type { Clock } from '../../base/clock.js';
import { parseMxid, type Mxid } from '../../base/mxid.js';
import type { Authenticator } from '../../http/bearer-auth.js';
import { defineEndpoint } from '../../http/endpoint.js';
import { plainProblemReply } from '../../http/plain-problems.js';
import { reply } from '../../http/reply.js';
import { type Api, defineApi } from '../../http/api.js';
import { WebFailure } from './problems.js';

/** The dependencies of the endpoint. */
export interface LinkDeps {
  readonly grants: Pick<WebGrants, 'issueLink'>;
  readonly mayLogIn: (mxid: Mxid) => boolean;
  /** The URL of the pages, without a slash at its end. */
  readonly url: string;
  readonly clock: Clock;
}

const error = z.object({ error: z.string(), errcode: z.string() });
const described = (description: string) => ({ description, schema: error });

/** POST /links */
export const createLink = defineEndpoint(
  {
    name: 'create_link',
    operationId: 'createLink',
    method: 'POST',
    path: '/links',
    params: {},
    access: 'authenticated',
    summary: 'Create a one-time link to the web page',
    description:
      'The link signs the user in to the web page, once and for a short time. Send it to this user only: it is a ' +
      'secret.',
    body: z.looseObject({ user_id: z.string().meta({ description: 'The Matrix ID of the user.' }) }),
    replies: {
      200: {
        description: 'The link',
        schema: z.object({
          url: z.string(),
          expires_in: z.int().meta({ description: 'Seconds until it expires.' }),
        }),
      },
    },
    errors: {
      400: described('`mxid_invalid`, `body_not_json`, `body_unfit`'),
      401: described('`unauthorized`: the shared secret is missing or wrong'),
      403: described('`mxid_not_whitelisted`: bridge.permissions does not let this user log in'),
      413: described('`body_too_large`'),
      415: described('`body_encoded`'),
      429: described('`too_many_attempts`: too many wrong secrets'),
      500: described('`defect`'),
      503: described('`unavailable`, `server_busy`'),
    },
  },
  ({ grants, mayLogIn, url, clock }: LinkDeps) => ({
    async handler({ body }) {
      const owner = parseMxid(body.user_id);
      if (owner === undefined) throw new WebFailure({ kind: 'request_invalid' });
      if (!mayLogIn(owner)) throw new WebFailure({ kind: 'not_permitted' });
      const { token, expiresAt } = await grants.issueLink(owner);
      const expiresInMs = expiresAt - clock.now();
      return reply(200, { url: linkUrl(url, token.reveal()), expires_in: Math.floor(expiresInMs / 1000) });
    },
  }),
);

/** Returns the URL of a link with that token. `url` is that of the pages. */
export function linkUrl(url: string, token: string): string {
  return `${url}/link/${token}`;
}

/**
 * Returns the API through which integration managers create links. `base` is the path of the pages.
 */
export function createLinksApi(base: string, deps: LinkDeps & { readonly authenticate: Authenticator }): Api {
  return defineApi({
    name: 'web-links',
    prefixes: [`${base}/v1`],
    authenticate: deps.authenticate,
    accessLevel: 'info',
    problem: plainProblemReply,
    failure(failure) {
      if (!(failure instanceof WebFailure)) return undefined;
      return failure.details.kind === 'not_permitted'
        ? {
            status: 403,
            body: { error: 'bridge.permissions does not let this user log in.', errcode: 'mxid_not_whitelisted' },
          }
        : {
            status: 400,
            body: { error: 'Invalid Matrix ID. Use the form @user:example.com.', errcode: 'mxid_invalid' },
          };
    },
    endpoints: [createLink.serve(deps)],
  });
}
