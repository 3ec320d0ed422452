import { TelegramProofFailure } from '../../accounts/threepids/telegram-proofs.js';
import type { Clock } from '../../base/clock.js';
import type { Authenticator } from '../../http/bearer-auth.js';
import type { Endpoint } from '../../http/endpoint.js';
import { surface, type Surface } from '../../http/surface.js';
import { LoginFailure, LoginProcessFailure } from '../../login/failure.js';
import type { LoginService } from '../../login/service.js';
import { descriptionEndpoint } from '../provisioning/description-endpoint.js';
import type { PhoneProofs } from '../provisioning/phone-proofs.js';
import { addPhone } from './add-phone.js';
import { botToken } from './bot-token.js';
import { getMe } from './get-me.js';
import { provisioningOpenApi } from './openapi.js';
import { isOperationName, operations, type Operation } from './operation.js';
import { OwnerFailure } from './owner.js';
import { requestCode } from './request-code.js';
import { sendCode } from './send-code.js';
import { sendPassword } from './send-password.js';
import {
  toHttpErrorReply,
  toLoginErrorReply,
  toOwnerErrorReply,
  toProcessErrorReply,
  toProofErrorReply,
} from './to-error-reply.js';

/** Dependencies of createProvisioningSurface. */
export interface ProvisioningDeps {
  /** /_matrix/provision in the specification. */
  readonly prefix: string;
  readonly login: LoginService;
  readonly phoneProofs?: PhoneProofs | undefined;
  readonly authenticate: Authenticator;
  readonly clock: Clock;
}

/** Returns version 0.3.0 of the provisioning API of mautrix-telegram. */
export function createProvisioningSurface(deps: ProvisioningDeps): Surface {
  const { prefix, authenticate } = deps;
  const endpoints = provisioningEndpoints(deps);
  return surface({
    name: 'provisioning-0.3.0',
    prefixes: [prefix],
    authenticate,
    accessLevel: 'info',
    // Web clients send the user's own access token.
    crossOrigin: true,
    endpoints: [...endpoints, descriptionEndpoint.serve(() => provisioningOpenApi(prefix, endpoints))],
    problem: (problem, endpoint) => toHttpErrorReply(problem, endpoint && operationOf(endpoint)),
    failure(failure, endpoint) {
      const operation = operationOf(endpoint);
      if (operation === undefined) return undefined;
      if (failure instanceof LoginFailure) return toLoginErrorReply(failure.fact, operation);
      if (failure instanceof LoginProcessFailure) return toProcessErrorReply(failure.fact, operation);
      if (failure instanceof OwnerFailure) return toOwnerErrorReply(failure.fact, operation);
      if (failure instanceof TelegramProofFailure) return toProofErrorReply(failure.fact, operation);
      return undefined;
    },
  });
}

/**
 * Returns the operations of version 0.3.0, in the order of the specification, and our extensions.
 */
export function provisioningEndpoints({
  login,
  phoneProofs,
  clock,
}: Pick<ProvisioningDeps, 'login' | 'phoneProofs' | 'clock'>): readonly Endpoint[] {
  const specified = [
    getMe(login, phoneProofs),
    botToken.serve(login),
    requestCode.serve(login, clock),
    sendCode(login, phoneProofs),
    sendPassword(login, phoneProofs),
  ];
  return phoneProofs ? [...specified, addPhone.serve(login, phoneProofs)] : specified;
}

function operationOf({ name }: Endpoint): Operation | undefined {
  return isOperationName(name) ? operations[name] : undefined;
}
