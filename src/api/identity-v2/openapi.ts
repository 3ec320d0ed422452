import { identityTags } from '../identity/openapi-tags.js';
import { openApiDocument, type OpenApiDocument, type ApiSubject } from '../../http/openapi.js';

const introduction = `Validates 3PIDs, binds them to Matrix IDs, looks up bindings and mails invites to rooms. Implements version 2 of the identity service API of Matrix.

A client gets an access token at \`POST /account/register\`, with an OpenID token of the user's homeserver. The access token can also be in the query, as
\`access_token\`. If the service has policies, the user must accept them at \`POST /terms\`. Until then, endpoints that require an access token return
403 \`M_TERMS_NOT_SIGNED\`, except \`POST /terms\` and \`/account/logout\`.

Bodies are read as JSON, whatever their Content-Type. Each reply has CORS headers. An error has a machine-readable \`errcode\` and a human-readable
\`error\`.`;

/** Returns the OpenAPI document of version 2. */
export function identityV2OpenApi(apis: readonly [ApiSubject, ...ApiSubject[]]): OpenApiDocument {
  return openApiDocument({
    title: 'Matrix identity service, version 2',
    version: '2',
    description: introduction,
    security: { name: 'accessToken', description: 'The access token from POST /account/register.' },
    tags: identityTags,
    apis,
  });
}
