import type { Clock } from '../../base/clock.js';
import type { Mxid } from '../../base/mxid.js';
import type { TelegramAccounts } from '../../login/accounts.js';
import type { LoginProcesses } from '../../login/processes.js';

/** What the endpoints of version 3 need. */
export interface EndpointDeps {
  readonly login: LoginProcesses & TelegramAccounts;
  readonly mayLogIn: (mxid: Mxid) => boolean;
  /** The server name of the homeserver. */
  readonly serverName: string;
  readonly clock: Clock;
}
