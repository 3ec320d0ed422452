import type { Endpoint } from '../../http/endpoint.js';
import { openApiDocument, type OpenApiDocument } from '../../http/openapi.js';

const introduction = `Logs Matrix users into Telegram, as version 1 of the provisioning API of mautrix-telegram does (its releases from 0.3.0 to the last in Python).
Integration managers call it: the first mautrix-manager, Dimension, and many home-made dashboards.

Requests are authenticated as those of version 0.3.0 are: \`Authorization: Bearer <shared secret>\`, or a Matrix user's own access token for
that user. Only \`/bridge\` is public. \`?user_id=\` is read where there is no Matrix ID in the path, and ignored elsewhere.

Success has the status 200, or 202 where the password is next, never 201. \`state\` in it says what is next: \`request\` a code, send the \`code\`, the
\`password\` or the bot \`token\`, or \`logged-in\`. An error has a machine-readable \`errcode\` and a human-readable \`error\`. Every answer is JSON.

There are no rooms here, for no bridge is attached: \`/portal/\` is 404 \`portal_not_found\`, and what would make something of rooms is
501 \`no_bridge_attached\`.`;

/** The OpenAPI document of version 1, as it is served below `prefix`. */
export function provisioningV1OpenApi(prefix: string, endpoints: readonly Endpoint[]): OpenApiDocument {
  return openApiDocument({
    title: 'Telegram bridge provisioning, version 1',
    version: '1',
    description: introduction,
    security: {
      name: 'sharedSecret',
      description:
        '`Authorization: Bearer <shared secret>`. Whoever has the secret may act for every Matrix user. ' +
        'In its place a Matrix user may send their own access token, which is good for their own Matrix ID only.',
    },
    surfaces: [{ prefixes: [prefix], endpoints }],
  });
}
