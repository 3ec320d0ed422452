import type { Authenticator } from '../../http/bearer-auth.js';
import type { EndpointContract, EndpointDefinition } from '../../http/endpoint.js';
import { type Api, defineApi } from '../../http/api.js';
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

type Definitions = readonly EndpointDefinition<[EndpointDeps]>[];
const login: Definitions = [
  whoami,
  capabilities,
  loginFlows,
  loginStart,
  userInput,
  displayAndWait,
  otherStep,
  loginResend,
  loginCancel,
];
const others: Definitions = [
  handOver,
  logout,
  logins,
  contacts,
  searchUsers,
  resolveIdentifier,
  createDm,
  createGroup,
  ...onlyBridge,
];

/** The operations of version 3. */
export const provisioningV3Contracts: readonly EndpointContract[] = [...login, addPhone, ...others, ...sessionTransfer];

/** Returns version 3 of the provisioning API of the mautrix bridges. */
export function createProvisioningV3({ prefix, authenticate, ...deps }: ProvisioningV3Deps): Api {
  const { phoneProofs, transfers } = deps;
  const endpoints = [
    ...login.map((operation) => operation.serve(deps)),
    ...(phoneProofs ? [addPhone.serve(deps, phoneProofs)] : []),
    ...others.map((operation) => operation.serve(deps)),
    ...(transfers ? sessionTransfer.map((operation) => operation.serve(deps, transfers)) : []),
  ];
  return defineApi({
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
