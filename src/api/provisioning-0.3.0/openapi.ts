import type { Endpoint } from '../../http/endpoint.js';
import { openApiDocument, type OpenApiDocument } from '../../http/openapi.js';

/** What one should know before reading about the operations, in Markdown. */
export const introduction = `Logs Matrix users into Telegram. Compatible with version 0.3.0 of the provisioning API of mautrix-telegram.

Every request must carry \`Authorization: Bearer <shared secret>\`. Whoever has the secret may act for every Matrix user, so keep
it between servers. Matrix users may send their own access token in its place, \`Authorization: Bearer <access token>\`, and act for
themselves with it, unless the configuration forbids it. The Matrix ID in a path may stand there raw or percent-encoded. A body is read as JSON whatever its Content-Type says,
and every answer is JSON, errors included. Properties that are not described here may be added to answers.

An error has a machine-readable \`errcode\` and a human-readable \`error\`; \`state\`, where it is present, names the step to take next:
\`request\` a code, send the \`code\`, the \`password\` or the bot \`token\`. Checks run in this order: the route, the secret or access
token, the JSON, the Matrix ID, whether the token is that user's, whether that user may log in, whether they are logged in already, the input, and then Telegram.

A 429 says in \`Retry-After\` and \`retry_after\` how many seconds to wait, where Telegram says it; until then Telegram is not asked again.
A 503 \`telegram_unreachable\` or \`database_unavailable\` changes nothing: send the same request again later. So does a
503 \`homeserver_unreachable\`, which only those meet who send an access token. Every step that was answered survives a restart.

A 404 or 405 for what is not served (\`unhandled_http_404\`, \`unhandled_http_405\`) is told to everybody, without a look at the secret.
\`X-Request-Id\` in an answer names the request in the log.`;

/** The OpenAPI document of version 0.3.0, as it is served below `prefix`. */
export function provisioningOpenApi(prefix: string, endpoints: readonly Endpoint[]): OpenApiDocument {
  return openApiDocument({
    title: 'Telegram bridge provisioning',
    version: '0.3.0',
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
