import type { Endpoint } from '../../http/endpoint.js';
import { openApiDocument, type OpenApiDocument } from '../../http/openapi.js';

const introduction = `Logs Matrix users into Telegram, as version 3 of the provisioning API of the mautrix bridges does. Today's mautrix-manager calls it, and whatever
else is made for these bridges.

A login is started in one of the flows, and goes on step by step. Each step says what to ask the user for (\`user_input\`) or what to show
(\`display_and_wait\`), and is answered at \`/login/step/{login_id}/{step_id}/{type}\`, until one is \`complete\`. With the \`txn_id\` of the step in the
query, an answer may be sent again: it acts once, and is answered the same. A login belongs to its user, for everybody else it is not
there; it goes on after a restart, and it is over when nobody has gone on with it for a while.

\`Authorization\` holds the shared secret, which acts for the Matrix user in \`?user_id=\`; or a Matrix user's own access token; or \`openid:\` and an
OpenID token of theirs (if \`provisioning.allow_openid_auth\` is on), which act for that user only. \`Bearer\` may be left out. Pages of any site may call (CORS): what counts is the header.

Errors are Matrix's: \`errcode\` and \`error\`, and never with the status 200. A 429 that says \`retry_after_ms\` says it in \`Retry-After\` too. What stands in
answers under \`gangway.\` is this server's own. There are no rooms here, for no bridge is attached: what would make something of rooms is
501 \`GANGWAY.NO_BRIDGE_ATTACHED\`.`;

/** The OpenAPI document of version 3, as it is served below `prefix`. */
export function provisioningV3OpenApi(prefix: string, endpoints: readonly Endpoint[]): OpenApiDocument {
  return openApiDocument({
    title: 'Telegram bridge provisioning, version 3',
    version: '3',
    description: introduction,
    security: {
      name: 'token',
      description:
        "The shared secret, a Matrix user's access token, or `openid:` and an OpenID token if `provisioning.allow_openid_auth` is on.",
    },
    surfaces: [{ prefixes: [prefix], endpoints }],
  });
}
