import type { EndpointContract } from '../http/endpoint.js';
import { adminOperations } from './admin/index.js';
import { adminOpenApi } from './admin/openapi.js';
import { clientServerV1 } from './client-server-v1/index.js';
import { clientServerV1OpenApi } from './client-server-v1/openapi.js';
import { clientServerV3 } from './client-server-v3/index.js';
import { clientServerV3OpenApi } from './client-server-v3/openapi.js';
import { identityRoot } from './identity-apis.js';
import { identityV1 } from './identity-v1/index.js';
import { identityV1OpenApi } from './identity-v1/openapi.js';
import { identityV2 } from './identity-v2/index.js';
import { identityV2OpenApi } from './identity-v2/openapi.js';
import { provisioningContracts } from './provisioning-0.3.0/index.js';
import { provisioningOpenApi } from './provisioning-0.3.0/openapi.js';
import { provisioningReference } from './provisioning-0.3.0/reference.js';
import { provisioningV1Contracts } from './provisioning-v1/index.js';
import { provisioningV1OpenApi } from './provisioning-v1/openapi.js';
import { provisioningV3Contracts } from './provisioning-v3/index.js';
import { provisioningV3OpenApi } from './provisioning-v3/openapi.js';
import { sessionOperations } from './sessions/index.js';
import { sessionsOpenApi } from './sessions/openapi.js';
import { createLink } from './web/create-link.js';
import { webLinksOpenApi } from './web/openapi.js';

/** A file of the project that is generated from the endpoints' declarations. */
export interface ApiFile {
  /** Relative to the root of the project. */
  readonly path: string;
  readonly render: () => string;
}

const specifiedPrefix = '/_matrix/provision';

const identityV1Subjects = [identityV1, identityRoot('v1')] as const;
const identityV2Subjects = [identityV2, identityRoot('v2')] as const;

/** All endpoints with a description. */
export const describedEndpoints: readonly EndpointContract[] = [
  ...provisioningContracts,
  ...provisioningV1Contracts,
  ...provisioningV3Contracts,
  ...sessionOperations,
  ...adminOperations,
  createLink,
  ...clientServerV3.flatMap(({ endpoints }) => endpoints),
  ...clientServerV1.endpoints,
  ...[...identityV1Subjects, ...identityV2Subjects].flatMap(({ endpoints }) => endpoints),
];

/** The OpenAPI files and the API reference. */
export const apiFiles: readonly ApiFile[] = [
  {
    path: 'docs/openapi/provisioning-0.3.0.json',
    render: () => json(provisioningOpenApi(specifiedPrefix, provisioningContracts)),
  },
  {
    path: 'docs/api/provisioning-0.3.0.md',
    render: () => provisioningReference(specifiedPrefix, provisioningContracts),
  },
  {
    path: 'docs/openapi/provisioning-v1.json',
    render: () => json(provisioningV1OpenApi(`${specifiedPrefix}/v1`, provisioningV1Contracts)),
  },
  {
    path: 'docs/openapi/provisioning-v3.json',
    render: () => json(provisioningV3OpenApi(`${specifiedPrefix}/v3`, provisioningV3Contracts)),
  },
  {
    path: 'docs/openapi/client-server-v3.json',
    render: () => json(clientServerV3OpenApi(clientServerV3)),
  },
  {
    path: 'docs/openapi/client-server-v1.json',
    render: () => json(clientServerV1OpenApi(clientServerV1)),
  },
  {
    path: 'docs/openapi/sessions-v1.json',
    render: () => json(sessionsOpenApi(sessionOperations)),
  },
  {
    path: 'docs/openapi/admin-v1.json',
    render: () => json(adminOpenApi(adminOperations)),
  },
  {
    path: 'docs/openapi/web-links-v1.json',
    render: () => json(webLinksOpenApi([createLink])),
  },
  {
    path: 'docs/openapi/identity-v1.json',
    render: () => json(identityV1OpenApi(identityV1Subjects)),
  },
  {
    path: 'docs/openapi/identity-v2.json',
    render: () => json(identityV2OpenApi(identityV2Subjects)),
  },
];

// Lists of strings are on one line if they fit.
function json(document: object): string {
  const text = JSON.stringify(document, null, 2).replaceAll(stringList, (list) => {
    const line = list.replaceAll(/\n\s*/g, ' ').replace('[ ', '[').replace(' ]', ']');
    return line.length > 100 ? list : line;
  });
  return `${text}\n`;
}

const stringList = /\[\n\s+"[^\n]*"(?:,\n\s+"[^\n]*")*\n\s+\]/g;
