import { openApiDocument, type OpenApiDocument, type ApiSubject } from '../../http/openapi.js';

const introduction = `Logs Matrix users in, for clients that support only the first version of the client-server API of Matrix. Requests are translated to version 3. All
requests of version 3 are accepted, \`type\` is optional, and access tokens never expire.`;

/** Returns the OpenAPI document of version 1. */
export function clientServerV1OpenApi(api: ApiSubject): OpenApiDocument {
  return openApiDocument({
    title: 'Matrix login, first version',
    version: '1',
    description: introduction,
    security: { name: 'accessToken', description: 'The access token of a login.' },
    tags: [{ name: 'Login', description: 'Logging in to Matrix.', paths: /^/ }],
    apis: [api],
  });
}
