import type { Clock } from '../../base/clock.js';
import { DeadlineExceeded, withDeadline } from '../../base/deadline.js';
import type { ServerName } from '../../base/mxid.js';
import type { Secret } from '../../base/secret.js';
import type { Homeserver } from '../../matrix/homeserver.js';
import type { AccountThreepids } from '../account-threepids.js';
import { AccountFailure } from '../failure.js';
import { mapHomeserverFailure } from './map-homeserver-failure.js';
import { readAddressOwner } from './read-answer.js';

export interface HomeserverThreepidsDeps {
  readonly homeserver: Pick<Homeserver, 'findAddressOwner'>;
  readonly serverName: ServerName;
  /** Of an administrator of the homeserver. */
  readonly adminAccessToken: Secret;
  readonly clock: Clock;
}

// Enough for a lookup by index in its database. The caller has often waited for Telegram before.
const deadlineMs = 10_000;

/**
 * Creates the 3PIDs of all of the homeserver's accounts. Throws AccountFailure
 * homeserver_unreachable if it does not answer.
 */
export function createHomeserverThreepids({
  homeserver,
  serverName,
  adminAccessToken,
  clock,
}: HomeserverThreepidsDeps): AccountThreepids {
  return {
    async findUser(address) {
      const answer = mapHomeserverFailure(homeserver.findAddressOwner(address, adminAccessToken));
      try {
        return readAddressOwner(await withDeadline(clock, deadlineMs, answer), serverName);
      } catch (error) {
        if (!(error instanceof DeadlineExceeded)) throw error;
        throw new AccountFailure({ kind: 'homeserver_unreachable' }, { cause: error });
      }
    },
  };
}
