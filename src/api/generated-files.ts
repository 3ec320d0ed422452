import type { LoginService } from '../login/service.js';
import { provisioningEndpoints } from './provisioning-0.3.0/index.js';
import { provisioningOpenApi } from './provisioning-0.3.0/openapi.js';
import { provisioningReference } from './provisioning-0.3.0/reference.js';

/** A file of the project that comes from the endpoints' declarations. */
export interface ApiFile {
  /** Relative to the project's folder. */
  readonly path: string;
  readonly render: () => string;
}

const specifiedPrefix = '/_matrix/provision';

// Nobody calls the endpoints that are only described.
const nobody: LoginService = {
  submit: () => Promise.reject(new Error('described only')),
  whoAmI: () => Promise.reject(new Error('described only')),
  sweep: () => Promise.reject(new Error('described only')),
};

/** The OpenAPI files and the API reference, to be regenerated whenever an endpoint changes. */
export const apiFiles: readonly ApiFile[] = [
  {
    path: 'docs/openapi/provisioning-0.3.0.json',
    render: () => `${JSON.stringify(provisioningOpenApi(specifiedPrefix, described()), null, 2)}\n`,
  },
  {
    path: 'docs/api/provisioning-0.3.0.md',
    render: () => provisioningReference(specifiedPrefix, described()),
  },
];

function described() {
  return provisioningEndpoints({ login: nobody, clock: { now: () => 0, after: () => () => undefined } });
}
