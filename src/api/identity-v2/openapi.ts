import { identityTags } from '../identity/openapi-tags.js';
import { openApiDocument, type OpenApiDocument, type SurfaceSubject } from '../../http/openapi.js';

const introduction = `Proves addresses, publishes whose they are and mails invites to rooms, as version 2 of the identity service API of Matrix says, for users whose
homeserver vouches for them.

Bodies are JSON, whatever their Content-Type. Every answer carries CORS headers. An error has a machine-readable \`errcode\` and a human-readable
\`error\`. An access token may stand in the query as \`access_token\`. Until the policies are accepted, everything that wants an access token but
\`POST /terms\` and \`/account/logout\` is answered with 403 \`M_TERMS_NOT_SIGNED\`.`;

/** Returns the OpenAPI document of version 2. */
export function identityV2OpenApi(surfaces: readonly [SurfaceSubject, ...SurfaceSubject[]]): OpenApiDocument {
  return openApiDocument({
    title: 'Matrix identity service, version 2',
    version: '2',
    description: introduction,
    security: { name: 'accessToken', description: 'The access token from POST /account/register.' },
    tags: identityTags,
    surfaces,
  });
}
