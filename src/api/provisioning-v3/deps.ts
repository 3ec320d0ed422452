import type { Clock } from '../../base/clock.js';
import type { Mxid } from '../../base/mxid.js';
import type { TelegramAccounts } from '../../login/accounts.js';
import type { LoginProcesses } from '../../login/processes.js';
import type { LoginService } from '../../login/service.js';
import type { SessionTransfers } from '../../sessions/transfers.js';
import type { HandOverAnswers } from '../provisioning/hand-over.js';
import type { PhoneProofs } from '../provisioning/phone-proofs.js';

/** Dependencies of the endpoints of version 3. */
export interface EndpointDeps {
  readonly login: LoginProcesses & TelegramAccounts & Pick<LoginService, 'whoAmI'>;
  /** Absent if logins do not validate phone numbers. */
  readonly phoneProofs?: PhoneProofs | undefined;
  /** Absent without a bridge. */
  readonly handOver?: HandOverAnswers;
  /** Absent unless session transfers are enabled. */
  readonly transfers?: SessionTransfers | undefined;
  readonly mayLogIn: (mxid: Mxid) => boolean;
  /** The server name of the homeserver. */
  readonly serverName: string;
  readonly clock: Clock;
}
