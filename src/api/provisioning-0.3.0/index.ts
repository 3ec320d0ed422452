import type { Authenticator } from '../../http/bearer-auth.js';
import type { EndpointContract } from '../../http/endpoint.js';
import { type Api, defineApi } from '../../http/api.js';
import { descriptionEndpoint } from '../provisioning/description-endpoint.js';
import type { StepDeps } from '../provisioning/dialect.js';
import { errorHandling } from '../provisioning/to-error-reply.js';
import { wireErrors } from './errors.js';
import { getMe } from './get-me.js';
import { addPhone, botToken, requestCode, sendCode, sendPassword } from './login-steps.js';
import { provisioningOpenApi } from './openapi.js';
import { operations } from './operation.js';

export interface ProvisioningDeps extends Omit<StepDeps, 'handOver'> {
  /** /_matrix/provision in the specification. */
  readonly prefix: string;
  readonly authenticate: Authenticator;
}

const specified = [getMe, botToken, requestCode, sendCode, sendPassword];

/** The operations of version 0.3.0 in the order of the specification, then our own. */
export const provisioningContracts: readonly EndpointContract[] = [...specified, addPhone];

/** Returns version 0.3.0 of the provisioning API of mautrix-telegram. */
export function createProvisioningV030({ prefix, authenticate, ...deps }: ProvisioningDeps): Api {
  const { phoneProofs } = deps;
  const endpoints = [
    ...specified.map((operation) => operation.serve(deps)),
    ...(phoneProofs ? [addPhone.serve(deps, phoneProofs)] : []),
  ];
  return defineApi({
    name: 'provisioning-0.3.0',
    prefixes: [prefix],
    authenticate,
    accessLevel: 'info',
    // Web clients send the user's own access token.
    crossOrigin: true,
    endpoints: [...endpoints, descriptionEndpoint.serve(() => provisioningOpenApi(prefix, endpoints))],
    ...errorHandling(wireErrors, operations),
  });
}
