import { z } from 'zod';
import { endpoint, type Endpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { openApiDocument, type OpenApiDocument } from '../../http/openapi.js';

/** The OpenAPI document of version 0.3.0, as it is served below `prefix`. */
export function provisioningOpenApi(prefix: string, endpoints: readonly Endpoint[]): OpenApiDocument {
  return openApiDocument({
    title: 'Telegram bridge provisioning',
    version: '0.3.0',
    description:
      'Logs Matrix users into Telegram. Compatible with version 0.3.0 of the provisioning API of mautrix-telegram. ' +
      'Bodies are JSON whatever their Content-Type says; so is every answer.',
    prefix,
    security: {
      name: 'sharedSecret',
      description:
        'Exactly `Authorization: Bearer <shared secret>`. Whoever has the secret may act for every Matrix user.',
    },
    endpoints,
  });
}

/** GET /openapi.json, public: it tells nothing that this project does not publish. */
export function openApiEndpoint(prefix: string, endpoints: readonly Endpoint[]): Endpoint {
  const document = provisioningOpenApi(prefix, endpoints);
  return endpoint({
    name: 'openapi',
    method: 'GET',
    path: '/openapi.json',
    params: {},
    access: 'public',
    summary: 'This description',
    replies: { 200: { description: 'An OpenAPI 3.1 document', schema: z.looseObject({}) } },
    errors: {},
    handler: () => Promise.resolve(reply(200, document)),
  });
}
