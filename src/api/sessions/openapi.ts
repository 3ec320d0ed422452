import type { EndpointContract } from '../../http/endpoint.js';
import { openApiDocument, type OpenApiDocument } from '../../http/openapi.js';
import { sessionsPrefix } from './index.js';
import { webhookSubjects } from './webhooks.js';

const introduction = `Leases the Telegram sessions of logged-in users to other programs, one program at a time.

If two programs use a Telegram session at the same time, Telegram ends it permanently. So a lease is exclusive: Gangway closes its
own connection before it responds, and does not use the session until the lease is released or, some time after it has expired,
taken back. The holder must close its connection before it releases the lease and before the lease expires.

\`Authorization\` contains the secret of one of \`sessions.consumers\`, as \`Bearer <secret>\`. Errors have the format of Matrix:
\`errcode\` and \`error\`.`;

/** Returns the OpenAPI document of the API for other programs. */
export function sessionsOpenApi(endpoints: readonly EndpointContract[]): OpenApiDocument {
  return openApiDocument({
    title: 'Gangway sessions',
    version: '1',
    description: introduction,
    security: { name: 'consumerSecret', description: 'The secret of one of sessions.consumers.' },
    tags: [{ name: 'Sessions', description: 'Listing and leasing Telegram sessions.', paths: /^/ }],
    webhooks: webhookSubjects,
    apis: [{ prefixes: [sessionsPrefix], endpoints }],
  });
}
