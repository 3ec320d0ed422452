import type { EndpointContract } from '../../http/endpoint.js';
import { openApiDocument, type OpenApiDocument } from '../../http/openapi.js';
import { adminPrefix } from './index.js';

const introduction = `For administrators: users, their logins to Telegram, login processes and hand-overs.

\`Authorization\` contains the secret of one of \`admin.tokens\`, as \`Bearer <secret>\`. Responses contain no sessions, and phone
numbers only as 3PIDs. Errors have the format of Matrix: \`errcode\` and \`error\`. Lists are in pages: pass \`next_batch\` of a page as
\`from\` to get the next one. \`gangway admin\` does the same on the command line.`;

/** Returns the OpenAPI document of the admin API. */
export function adminOpenApi(endpoints: readonly EndpointContract[]): OpenApiDocument {
  return openApiDocument({
    title: 'Gangway admin API',
    version: '1',
    description: introduction,
    security: { name: 'adminToken', description: 'The secret of one of admin.tokens.' },
    tags: [
      { name: 'Users', description: 'Finding and deactivating users.', paths: /^\/users/ },
      { name: 'Telegram sessions', description: 'Logins to Telegram.', paths: /^\/sessions/ },
      { name: 'Login processes', description: 'Attempts to log in to Telegram.', paths: /^\/processes/ },
      { name: 'Hand-overs', description: 'Sessions on their way to the bridge.', paths: /^\/hand_overs/ },
    ],
    apis: [{ prefixes: [adminPrefix], endpoints }],
  });
}
