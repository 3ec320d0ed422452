import { identityTags } from '../identity/openapi-tags.js';
import { openApiDocument, type OpenApiDocument, type ApiSubject } from '../../http/openapi.js';

const introduction = `Validates 3PIDs, binds them to Matrix IDs and mails invites to rooms, as in version 1 of Matrix' identity service API. It has no
access tokens. The endpoints that send tokens, bind and look up are disabled (404 \`M_UNRECOGNIZED\`) unless \`identity.v1\` in the configuration enables
them, for all clients or for some addresses only (403 \`M_FORBIDDEN\`). Public keys, \`/sign-ed25519\` and the page behind the link in a mail are always
served, because mails and rooms contain their URLs.

A body is read as JSON if its Content-Type is JSON, else as a form. If the body is empty, the same members may be in the query string. Each
reply has CORS headers. An error has a machine-readable \`errcode\` and a human-readable \`error\`. An invalid token is answered with status 200 or
400, depending on \`identity.v1.submit_error_status\`.`;

/** Returns the OpenAPI document of version 1. */
export function identityV1OpenApi(apis: readonly [ApiSubject, ...ApiSubject[]]): OpenApiDocument {
  return openApiDocument({
    title: 'Matrix identity service, version 1',
    version: '1',
    description: introduction,
    security: { name: 'accessToken', description: 'Not used in version 1.' },
    tags: identityTags,
    apis,
  });
}
