import type { EndpointContract } from '../../http/endpoint.js';
import { openApiDocument, type OpenApiDocument } from '../../http/openapi.js';

const introduction = `Logs Matrix users into Telegram. Compatible with version 1 of the provisioning API of mautrix-telegram (its Python releases after
0.3.0). Its clients are integration managers: the first mautrix-manager, Dimension, and many custom dashboards.

Authentication is that of version 0.3.0: \`Authorization: Bearer <shared secret>\`, or a Matrix user's own access token for that
user. Only \`/bridge\` is public. \`?user_id=\` names the user if the path has no Matrix ID, and is ignored otherwise.

Success has the status 200, or 202 if the password is required next; never 201. Its \`state\` is the next step: \`request\` a code,
send the \`code\`, the \`password\` or the bot \`token\`, or \`logged-in\`. An error has a machine-readable \`errcode\` and a human-readable
\`error\`. Every response is JSON.

Gangway does not bridge rooms: \`/portal/\` returns 404 \`portal_not_found\`. Operations that require rooms return 501
\`no_bridge_attached\`.`;

/** Returns the OpenAPI document of version 1, served below `prefix`. */
export function provisioningV1OpenApi(prefix: string, endpoints: readonly EndpointContract[]): OpenApiDocument {
  return openApiDocument({
    title: 'Telegram bridge provisioning, version 1',
    version: '1',
    description: introduction,
    security: {
      name: 'sharedSecret',
      description:
        '`Authorization: Bearer <shared secret>`. The shared secret allows acting for every Matrix user. A ' +
        'Matrix user can send their own access token instead, which allows acting for that user only.',
    },
    tags: [
      {
        name: 'Login',
        description: 'The steps of a login to Telegram, and logging out.',
        paths: /\/(login\/(?!add_phone)|logout)/,
      },
      {
        name: 'Contacts',
        description: 'The chats and contacts of the Telegram account.',
        paths: /\/(chats|contacts|resolve_identifier|pm)(\/|$)/,
      },
      { name: 'Portals', description: 'Bridged rooms. Gangway bridges none.', paths: /^\/portal\// },
      {
        name: 'Users',
        description: 'Matrix users, their Telegram logins, and the bridge.',
        paths: /^\/(bridge|user\/)/,
      },
    ],
    apis: [{ prefixes: [prefix], endpoints }],
  });
}
