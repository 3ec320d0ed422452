import type { HandOverAnswers } from '../api/provisioning/hand-over.js';
import type { PhoneProofs } from '../api/provisioning/phone-proofs.js';
import { createProvisioningApis, type ProvisioningApisDeps } from '../api/provisioning-apis.js';
import { createTokenHolders } from '../api/token-holders.js';
import type { AccountAuthority } from '../accounts/authority.js';
import type { OpenIdTokens } from '../accounts/open-id.js';
import type { FindOpenIdUser } from '../api/provisioning-v3/authenticate.js';
import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import type { Config } from '../config/config.js';
import type { Api } from '../http/api.js';
import { createHttpOpenId } from '../matrix/http-open-id.js';
import type { Authenticators } from './authenticators.js';

/** The dependencies of composeProvisioning besides the configuration. */
export interface ProvisioningParts extends Pick<ProvisioningApisDeps, 'login' | 'permissions' | 'transfers'> {
  /** Absent if logins validate no phone numbers. */
  readonly phoneProofs?: PhoneProofs | undefined;
  /** Undefined without a bridge. */
  readonly handOver: HandOverAnswers;
  /** Undefined without Matrix accounts. */
  readonly authority: AccountAuthority | undefined;
  /** Undefined without Matrix accounts. */
  readonly findOpenIdUser: FindOpenIdUser | undefined;
}

/** The external dependencies of the provisioning API. */
export interface ProvisioningRuntime {
  readonly clock: Clock;
  readonly logger: Logger;
}

const openIdDeadlineMs = 30_000;

/** The provisioning API in all its versions, with its authentication. */
export function composeProvisioning(
  { provisioning, homeserver }: Config,
  authenticators: Pick<Authenticators, 'service'>,
  { authority, findOpenIdUser, ...parts }: ProvisioningParts,
  { clock, logger }: ProvisioningRuntime,
): readonly Api[] {
  const { allowMatrixAuth, allowOpenIdAuth, wellKnown } = provisioning;
  const { domain: serverName } = homeserver;
  const findTokenHolder = authority && allowMatrixAuth ? createTokenHolders({ authority, logger }) : undefined;
  const authenticate = authenticators.service('provisioning', findTokenHolder);
  return createProvisioningApis({
    ...parts,
    prefix: provisioning.prefix,
    bridges: wellKnown,
    serverName,
    authenticate,
    findTokenHolder,
    findOpenIdUser: allowOpenIdAuth ? findOpenIdUser : undefined,
    clock,
  });
}

/** Returns what verifies OpenID tokens: the authority over the accounts. */
export function findOpenIdUserOf(
  { address, domain: serverName }: Config['homeserver'],
  tokens: Pick<OpenIdTokens, 'findUser'> | undefined,
  clock: Clock,
): FindOpenIdUser | undefined {
  if (address !== undefined) return createHttpOpenId({ address, serverName, deadlineMs: openIdDeadlineMs, clock });
  if (!tokens) return undefined;
  return async (token, server) => {
    const verdict = await tokens.findUser(token);
    return verdict.kind === 'user' && server === serverName ? verdict : { kind: 'unknown' };
  };
}
