import type { Clock } from '../../base/clock.js';
import type { Mxid } from '../../base/mxid.js';
import type { TelegramAccounts } from '../../login/accounts.js';
import type { LoginProcesses } from '../../login/processes.js';
import type { LoginService } from '../../login/service.js';
import type { SessionTransfers } from '../../sessions/transfers.js';
import type { HandOverAnswers } from '../provisioning/hand-over.js';
import type { PhoneProofs } from '../provisioning/phone-proofs.js';

/** What the endpoints of version 3 need. */
export interface EndpointDeps {
  readonly login: LoginProcesses & TelegramAccounts & Pick<LoginService, 'whoAmI'>;
  /** Absent where logins prove no phone numbers. */
  readonly phoneProofs?: PhoneProofs | undefined;
  /** Absent without a bridge. */
  readonly handOver?: HandOverAnswers;
  /** Absent unless sessions may be transferred. */
  readonly transfers?: SessionTransfers | undefined;
  readonly mayLogIn: (mxid: Mxid) => boolean;
  /** The server name of the homeserver. */
  readonly serverName: string;
  readonly clock: Clock;
}
