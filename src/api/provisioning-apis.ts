import type { Clock } from '../base/clock.js';
import type { ServerName } from '../base/mxid.js';
import type { Authenticator, FindTokenHolder } from '../http/bearer-auth.js';
import type { Api } from '../http/api.js';
import type { TelegramAccounts } from '../login/accounts.js';
import type { LoginProcesses } from '../login/processes.js';
import type { SessionTransfers } from '../sessions/transfers.js';
import type { LoginService } from '../login/service.js';
import type { HandOverAnswers } from './provisioning/hand-over.js';
import type { PhoneProofs } from './provisioning/phone-proofs.js';
import { createProvisioningV030 } from './provisioning-0.3.0/index.js';
import type { PermissionLevels } from './provisioning-v1/deps.js';
import { createProvisioningV1 } from './provisioning-v1/index.js';
import { createV3Auth, type FindOpenIdUser } from './provisioning-v3/authenticate.js';
import { createProvisioningV3 } from './provisioning-v3/index.js';
import { createMautrixWellKnown } from './well-known/mautrix.js';

export interface ProvisioningApisDeps {
  /** The common prefix of all versions. */
  readonly prefix: string;
  readonly login: LoginService & LoginProcesses & TelegramAccounts;
  /** Absent if logins do not validate phone numbers. */
  readonly phoneProofs?: PhoneProofs | undefined;
  /** Absent without a bridge. */
  readonly handOver?: HandOverAnswers;
  /** Absent unless session transfers are enabled. */
  readonly transfers?: SessionTransfers | undefined;
  readonly permissions: PermissionLevels;
  readonly authenticate: Authenticator;
  /** Absent if access tokens of Matrix users are not accepted. */
  readonly findTokenHolder: FindTokenHolder | undefined;
  /** Absent if OpenID tokens are not accepted. */
  readonly findOpenIdUser: FindOpenIdUser | undefined;
  /** The homeserver's. */
  readonly serverName: ServerName;
  /** The list in /.well-known/matrix/mautrix. Not served if empty. */
  readonly bridges: readonly string[];
  readonly clock: Clock;
}

/** Returns all versions of the provisioning API and their discovery document. */
export function createProvisioningApis(deps: ProvisioningApisDeps): readonly Api[] {
  const { prefix, login, phoneProofs, handOver, transfers, permissions, authenticate, serverName, bridges, clock } =
    deps;
  const mayLogIn = permissions.mayLogIn.bind(permissions);
  const authenticateV3 = createV3Auth(deps);
  return [
    createProvisioningV030({ prefix, login, phoneProofs, authenticate, clock }),
    createProvisioningV1({ prefix: `${prefix}/v1`, login, phoneProofs, handOver, permissions, authenticate, clock }),
    createProvisioningV3({
      prefix: `${prefix}/v3`,
      login,
      phoneProofs,
      handOver,
      transfers,
      mayLogIn,
      serverName,
      authenticate: authenticateV3,
      clock,
    }),
    ...(bridges.length === 0 ? [] : [createMautrixWellKnown(bridges)]),
  ];
}
