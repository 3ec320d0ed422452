import type { Authenticator } from '../../http/bearer-auth.js';
import type { Endpoint } from '../../http/endpoint.js';
import { surface, type Surface } from '../../http/surface.js';
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

/** Returns version 1 of the provisioning API of mautrix-telegram. */
export function createProvisioningV1({ prefix, authenticate, ...deps }: ProvisioningV1Deps): Surface {
  const qr = qrEndpoint.serve();
  const endpoints = provisioningV1Endpoints(deps, qr);
  return surface({
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

/** Returns the operations of version 1. */
export function provisioningV1Endpoints(deps: EndpointDeps, qr = qrEndpoint.serve()): readonly Endpoint[] {
  return [
    bridgeInfoEndpoint.serve(),
    getUser.serve(deps),
    requestCode.serve(deps),
    resendCode.serve(deps),
    sendCode.serve(deps),
    sendPassword.serve(deps),
    botToken.serve(deps),
    ...(deps.phoneProofs ? [addPhone.serve(deps, deps.phoneProofs)] : []),
    qr,
    handOver.serve(deps),
    logOut.serve(deps),
    getChats.serve(deps),
    getContacts.serve(deps),
    resolveIdentifier.serve(deps),
    startDm.serve(deps),
    ...portals(deps),
  ];
}
