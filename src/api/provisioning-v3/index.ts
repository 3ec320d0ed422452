import type { Authenticator } from '../../http/bearer-auth.js';
import type { Endpoint } from '../../http/endpoint.js';
import { surface, type Surface } from '../../http/surface.js';
import { descriptionEndpoint } from '../provisioning/description-endpoint.js';
import { addPhone } from './add-phone.js';
import { capabilities, loginFlows } from './capabilities.js';
import { createDm, createGroup } from './create-chat.js';
import type { EndpointDeps } from './deps.js';
import { handOver } from './hand-over.js';
import { loginCancel, loginResend } from './login-aside.js';
import { loginStart } from './login-start.js';
import { displayAndWait, otherStep, userInput } from './login-step.js';
import { logins, logout } from './logins.js';
import { onlyBridge } from './only-bridge.js';
import { provisioningV3OpenApi } from './openapi.js';
import { sessionTransfer } from './session-transfer.js';
import { contacts, resolveIdentifier, searchUsers } from './contacts.js';
import { toErrorReply, toHttpErrorReply } from './to-error-reply.js';
import { whoami } from './whoami.js';

export interface ProvisioningV3Deps extends EndpointDeps {
  /** Ends with the version: /_matrix/provision/v3. */
  readonly prefix: string;
  /** The dependency of createV3Auth. */
  readonly authenticate: Authenticator;
}

/** Returns version 3 of the provisioning API of the mautrix bridges. */
export function createProvisioningV3({ prefix, authenticate, ...deps }: ProvisioningV3Deps): Surface {
  const endpoints = provisioningV3Endpoints(deps);
  return surface({
    name: 'provisioning-v3',
    prefixes: [prefix],
    authenticate,
    accessLevel: 'info',
    crossOrigin: true,
    lenient: true,
    endpoints: [...endpoints, descriptionEndpoint.serve(() => provisioningV3OpenApi(prefix, endpoints))],
    problem: toHttpErrorReply,
    failure: toErrorReply,
  });
}

/** Returns the operations of version 3. */
export function provisioningV3Endpoints(deps: EndpointDeps): readonly Endpoint[] {
  return [
    whoami.serve(deps),
    capabilities.serve(deps),
    loginFlows.serve(deps),
    loginStart.serve(deps),
    userInput.serve(deps),
    displayAndWait.serve(deps),
    otherStep.serve(deps),
    loginResend.serve(deps),
    loginCancel.serve(deps),
    ...(deps.phoneProofs ? [addPhone.serve(deps, deps.phoneProofs)] : []),
    handOver.serve(deps),
    logout.serve(deps),
    logins.serve(deps),
    contacts.serve(deps),
    searchUsers.serve(deps),
    resolveIdentifier.serve(deps),
    createDm.serve(deps),
    createGroup.serve(deps),
    ...onlyBridge(deps),
    ...(deps.transfers ? sessionTransfer(deps, deps.transfers) : []),
  ];
}
