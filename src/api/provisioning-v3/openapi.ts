import type { EndpointContract } from '../../http/endpoint.js';
import { openApiDocument, type OpenApiDocument } from '../../http/openapi.js';

const introduction = `Logs Matrix users into Telegram. Compatible with version 3 of the provisioning API of the mautrix bridges. Its clients are the
current mautrix-manager and other programs for these bridges.

A login process is started in one of the flows and consists of steps. Each step describes what to ask the user for (\`user_input\`)
or what to show (\`display_and_wait\`), and is answered at \`/login/step/{login_id}/{step_id}/{type}\`, until a step is \`complete\`.
An answer with the \`txn_id\` of its step in the query can be sent again: it takes effect once and returns the same response. A
login process belongs to its user and returns 404 to other users. It survives a restart and expires if it is idle for a while.

\`Authorization\` contains the shared secret, which acts for the Matrix user in \`?user_id=\`; or a Matrix user's own access token; or
\`openid:\` and the user's OpenID token (if \`provisioning.allow_openid_auth\` is on). Tokens act for their user only. \`Bearer\` is
optional. Web pages of any origin can send requests (CORS): access depends on the header.

Errors have the format of Matrix: \`errcode\` and \`error\`, and never the status 200. A 429 with \`retry_after_ms\` has \`Retry-After\`
too. Members below \`gangway.\` are extensions of this server. Without a bridge there are no rooms: operations that require rooms
return 501 \`GANGWAY.NO_BRIDGE_ATTACHED\`.`;

/** Returns the OpenAPI document of version 3, served below `prefix`. */
export function provisioningV3OpenApi(prefix: string, endpoints: readonly EndpointContract[]): OpenApiDocument {
  return openApiDocument({
    title: 'Telegram bridge provisioning, version 3',
    version: '3',
    description: introduction,
    security: {
      name: 'token',
      description:
        "The shared secret, a Matrix user's access token, or, if `provisioning.allow_openid_auth` is on, " +
        '`openid:` and an OpenID token.',
    },
    tags: [
      {
        name: 'Logins',
        description: 'The logins that exist already.',
        paths: /^\/(whoami|logins|logout\/|login\/(add_phone|hand_over)\/)/,
      },
      { name: 'Login processes', description: 'Logging in to Telegram step by step.', paths: /^\/login\// },
      {
        name: 'Session transfer',
        description: 'Exporting sessions to other programs.',
        paths: /^\/session_transfer\//,
      },
      {
        name: 'Contacts',
        description: 'The contacts of the Telegram account, and new chats.',
        paths: /^\/(contacts|search_users|resolve_identifier|create_dm|create_group)/,
      },
      {
        name: 'Bridge',
        description: 'What the server supports, and operations that only a bridge performs.',
        paths: /^/,
      },
    ],
    apis: [{ prefixes: [prefix], endpoints }],
  });
}
