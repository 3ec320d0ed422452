import { openApiDocument, type OpenApiDocument, type SurfaceSubject } from '../../http/openapi.js';

const introduction = `Logs Matrix users in, and keeps the e-mail addresses and phone numbers of their accounts, as version 3 of the client-server API of Matrix
says. \`/login\` is answered beside a homeserver (relay), which then decides about every login, and without one (embedded); so is all that is
below \`/account/3pid\`. Everything else here is answered without a homeserver only: beside one it is the homeserver's own, and 404
\`M_UNRECOGNIZED\` here.

The \`submit_url\` of an answer leads to \`/email/submit_token\` or \`/msisdn/submit_token\`. There errors are those of the identity service.

Every answer is JSON and carries CORS headers. An error has a machine-readable \`errcode\` and a human-readable \`error\`. Beside a homeserver an
error may be any of the homeserver's, with all that the homeserver says in it. An access token may stand in the query as \`access_token\`.`;

/** Returns the OpenAPI document of version 3. */
export function clientServerV3OpenApi(surfaces: readonly [SurfaceSubject, ...SurfaceSubject[]]): OpenApiDocument {
  return openApiDocument({
    title: 'Matrix login and 3PIDs',
    version: '3',
    description: introduction,
    security: { name: 'accessToken', description: 'The access token of a login.' },
    tags: [
      { name: 'Discovery', description: 'Requests before a login.', paths: /^\/(versions|client|capabilities)$/ },
      { name: 'OpenID', description: 'Proving a Matrix ID to third parties.', paths: /\/?openid\// },
      { name: 'Token submission', description: 'The links and codes in messages.', paths: /submit_token/ },
      {
        name: '3PIDs',
        description: 'The e-mail addresses and phone numbers of an account.',
        paths: /^\/account\/3pid/,
      },
      { name: 'Devices', description: 'The devices of an account.', paths: /^\/(devices|delete_devices)/ },
      { name: 'Account', description: 'The password, and deactivation.', paths: /^\/account\/(password|deactivate)/ },
      { name: 'Login', description: 'Logging in and out.', paths: /^\/(login|refresh|logout|account\/whoami)/ },
    ],
    surfaces,
  });
}
