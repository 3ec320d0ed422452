import type { EndpointContract } from '../../http/endpoint.js';
import { openApiDocument, type OpenApiDocument } from '../../http/openapi.js';

const introduction = `Creates one-time links that sign users in to the web page, for integration managers.

Served if \`web.enabled\` and \`web.sign_in.links\` are true, below \`web.path\`. \`Authorization\` contains
\`provisioning.shared_secret\`, as \`Bearer <secret>\`.`;

/** Returns the OpenAPI document of the API for links to the web page. */
export function webLinksOpenApi(endpoints: readonly EndpointContract[]): OpenApiDocument {
  return openApiDocument({
    title: 'Gangway links to the web page',
    version: '1',
    description: introduction,
    security: { name: 'sharedSecret', description: 'provisioning.shared_secret.' },
    tags: [{ name: 'Links', description: 'One-time links to the web page.', paths: /^/ }],
    apis: [{ prefixes: ['/_gangway/v1'], endpoints }],
  });
}
