import type { Clock } from '../../base/clock.js';
import type { Mxid } from '../../base/mxid.js';
import type { TelegramAccounts } from '../../login/accounts.js';
import type { LoginProcesses } from '../../login/processes.js';
import type { LoginService } from '../../login/service.js';
import type { HandOverAnswers } from '../provisioning/hand-over.js';
import type { PhoneProofs } from '../provisioning/phone-proofs.js';

/** Dependencies of the endpoints of version 1. */
export interface EndpointDeps {
  readonly login: LoginService & LoginProcesses & TelegramAccounts;
  /** Absent if logins do not validate phone numbers. */
  readonly phoneProofs?: PhoneProofs | undefined;
  /** Absent without a bridge. */
  readonly handOver?: HandOverAnswers;
  /** The permissions of Matrix users. */
  readonly permissions: PermissionLevels;
  readonly clock: Clock;
}

/** The permissions that this version shows. */
export interface PermissionLevels {
  mayLogIn(mxid: Mxid): boolean;
  levelOf(mxid: Mxid): { readonly level: string; readonly written?: string };
}
