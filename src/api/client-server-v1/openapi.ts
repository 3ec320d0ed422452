import { openApiDocument, type OpenApiDocument, type SurfaceSubject } from '../../http/openapi.js';

const introduction = `Logs Matrix users in, as the first version of the client-server API of Matrix says, for clients that know no later one. It is a translation of
version 3: what that one takes is taken here too, \`type\` may be absent, and access tokens never expire.`;

/** Returns the OpenAPI document of version 1. */
export function clientServerV1OpenApi(surface: SurfaceSubject): OpenApiDocument {
  return openApiDocument({
    title: 'Matrix login, first version',
    version: '1',
    description: introduction,
    security: { name: 'accessToken', description: 'The access token of a login.' },
    tags: [{ name: 'Login', description: 'Logging in to Matrix.', paths: /^/ }],
    surfaces: [surface],
  });
}
