import { openApiDocument, type OpenApiDocument, type SurfaceSubject } from '../../http/openapi.js';

const introduction = `Proves addresses, publishes whose they are and mails invites to rooms, as version 1 of the identity service API of Matrix says. It asks
nobody who they are. The parts that send, publish and look up are off unless \`identity.v1\` in the configuration says otherwise (404
\`M_UNRECOGNIZED\`), or are served to some addresses only (403 \`M_FORBIDDEN\`). Public keys, \`/sign-ed25519\` and the page behind the link in a mail
are always served: mails and rooms hold their addresses.

A body is read as JSON where its Content-Type says so, else as a form; where it is empty the same members may stand in the query string. Every
answer carries CORS headers. An error has a machine-readable \`errcode\` and a human-readable \`error\`. What is wrong with a token is told with 200
or with 400, as \`identity.v1.submit_error_status\` says.`;

/** Returns the OpenAPI document of version 1. */
export function identityV1OpenApi(surfaces: readonly [SurfaceSubject, ...SurfaceSubject[]]): OpenApiDocument {
  return openApiDocument({
    title: 'Matrix identity service, version 1',
    version: '1',
    description: introduction,
    security: { name: 'accessToken', description: 'Never required here.' },
    surfaces,
  });
}
