import { openApiDocument, type OpenApiDocument, type ApiSubject } from '../../http/openapi.js';

const introduction = `Logs Matrix users in, and stores the e-mail addresses and phone numbers of their accounts. Implements these parts of version 3 of the client-server
API of Matrix.

In relay mode, Gangway runs beside a homeserver. It serves \`/login\`, for which the homeserver decides about every login, and \`/account/3pid\` with
all paths below it. All other paths belong to the homeserver: Gangway returns 404 \`M_UNRECOGNIZED\` for them. In embedded mode, there is no homeserver,
and Gangway serves all paths in this document.

The \`submit_url\` in a reply is the URL of \`/email/submit_token\` or \`/msisdn/submit_token\`. Their errors are those of the identity service API.

Each reply is JSON, except pages, and has CORS headers. An error has a machine-readable \`errcode\` and a human-readable \`error\`. In relay mode, an error
can be any error of the homeserver, with all its members. The access token can also be in the query, as \`access_token\`.`;

/** Returns the OpenAPI document of version 3. */
export function clientServerV3OpenApi(apis: readonly [ApiSubject, ...ApiSubject[]]): OpenApiDocument {
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
    apis,
  });
}
