import type { EndpointContract } from '../../http/endpoint.js';
import { openApiDocument, type OpenApiDocument } from '../../http/openapi.js';

/** The introduction of the API reference, in Markdown. */
export const introduction = `Logs Matrix users into Telegram. Compatible with version 0.3.0 of the provisioning API of mautrix-telegram.

Every request requires \`Authorization: Bearer <shared secret>\`. The shared secret allows acting for every Matrix user, so keep it
on servers. Unless the configuration forbids it, Matrix users can send their own access token instead, \`Authorization: Bearer
<access token>\`, and act for themselves. The Matrix ID in a path can be raw or percent-encoded. Bodies are read as JSON, whatever
their Content-Type. Every response is JSON, errors included. Responses can contain properties that are not described here.

An error has a machine-readable \`errcode\` and a human-readable \`error\`. If \`state\` is present, it names the next step: \`request\` a
code, send the \`code\`, the \`password\` or the bot \`token\`. Checks run in this order: the route, the secret or access token, the
JSON, the Matrix ID, whether the token is that user's, whether that user may log in, whether they are already logged in, the
input, and then Telegram.

If Telegram specifies how long to wait, a 429 has the number of seconds in \`Retry-After\` and \`retry_after\`. Until then, no request
is sent to Telegram. After a 503 \`telegram_unreachable\` or \`database_unavailable\`, nothing has changed: send the same request
again later. The same applies to a 503 \`homeserver_unreachable\`, which only requests with an access token can receive. Completed
steps survive a restart.

Unknown routes and methods return a 404 or 405 (\`unhandled_http_404\`, \`unhandled_http_405\`) before the secret is checked.
\`X-Request-Id\` in a response identifies the request in the log.`;

/** Returns the OpenAPI document of version 0.3.0, served below `prefix`. */
export function provisioningOpenApi(prefix: string, endpoints: readonly EndpointContract[]): OpenApiDocument {
  return openApiDocument({
    title: 'Telegram bridge provisioning',
    version: '0.3.0',
    description: introduction,
    security: {
      name: 'sharedSecret',
      description:
        '`Authorization: Bearer <shared secret>`. The shared secret allows acting for every Matrix user. A ' +
        'Matrix user can send their own access token instead, which allows acting for that user only.',
    },
    tags: [
      {
        name: 'Telegram user',
        description: 'The Telegram user that a Matrix user is logged in as.',
        paths: /(get_me|add_phone)$/,
      },
      { name: 'Login', description: 'The steps of a login to Telegram.', paths: /^\/login\// },
    ],
    apis: [{ prefixes: [prefix], endpoints }],
  });
}
