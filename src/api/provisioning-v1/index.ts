import type { Authenticator } from '../../http/bearer-auth.js';
import type { EndpointContract, EndpointDefinition } from '../../http/endpoint.js';
import { type Api, defineApi } from '../../http/api.js';
import { descriptionEndpoint } from '../provisioning/description-endpoint.js';
import { errorHandling } from '../provisioning/to-error-reply.js';
import { bridgeInfoEndpoint } from './bridge-info.js';
import type { EndpointDeps } from './deps.js';
import { getChats } from './get-chats.js';
import { getContacts } from './get-contacts.js';
import { getUser } from './get-user.js';
import { handOver } from './hand-over.js';
import { wireErrors } from './errors.js';
import { addPhone, botToken, requestCode, sendCode, sendPassword } from './login-steps.js';
import { logOut } from './log-out.js';
import { provisioningV1OpenApi } from './openapi.js';
import { operations } from './operation.js';
import { portals } from './portals.js';
import { qrEndpoint, qrSocket } from './qr.js';
import { resendCode } from './resend-code.js';
import { resolveIdentifier } from './resolve-identifier.js';
import { startDm } from './start-dm.js';

export interface ProvisioningV1Deps extends EndpointDeps {
  /** Ends with the version: /_matrix/provision/v1. */
  readonly prefix: string;
  readonly authenticate: Authenticator;
}

type Definitions = readonly EndpointDefinition<[EndpointDeps]>[];
const login: Definitions = [bridgeInfoEndpoint, getUser, requestCode, resendCode, sendCode, sendPassword, botToken];
const others: Definitions = [handOver, logOut, getChats, getContacts, resolveIdentifier, startDm, ...portals];

/** The operations of version 1. */
export const provisioningV1Contracts: readonly EndpointContract[] = [...login, addPhone, qrEndpoint, ...others];

/** Returns version 1 of the provisioning API of mautrix-telegram. */
export function createProvisioningV1({ prefix, authenticate, ...deps }: ProvisioningV1Deps): Api {
  const qr = qrEndpoint.serve();
  const { phoneProofs } = deps;
  const endpoints = [
    ...login.map((operation) => operation.serve(deps)),
    ...(phoneProofs ? [addPhone.serve(deps, phoneProofs)] : []),
    qr,
    ...others.map((operation) => operation.serve(deps)),
  ];
  return defineApi({
    name: 'provisioning-v1',
    prefixes: [prefix],
    authenticate,
    accessLevel: 'info',
    // Web clients send the user's own access token.
    crossOrigin: true,
    endpoints: [...endpoints, descriptionEndpoint.serve(() => provisioningV1OpenApi(prefix, endpoints))],
    sockets: [qrSocket(deps, qr)],
    ...errorHandling(wireErrors, operations),
  });
}
