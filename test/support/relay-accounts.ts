import type { AccountThreepids } from '../../src/accounts/account-threepids.js';
import { createRelayAccounts, type RelayAccountsDeps } from '../../src/accounts/relay/relay-accounts.js';
import type { AccountAuthority } from '../../src/accounts/authority.js';
import type { Mxid, ServerName } from '../../src/base/mxid.js';
import { systemClock } from '../../src/base/clock.js';
import { createHttpHomeserver } from '../../src/matrix/http-homeserver.js';
import { createFakeClock, type FakeClock } from './fake-clock.js';
import { createRecordingLogger, type RecordingLogger } from './recording-logger.js';
import { systemRandom } from '../../src/base/random.js';

/** A relay in front of some homeserver. */
export interface RelayUnderTest {
  readonly authority: AccountAuthority;
  /** The clock of the relay's caches; requests use the system clock. */
  readonly clock: FakeClock;
  readonly log: RecordingLogger;
  /** `<medium> <address>` to user. */
  readonly addresses: Map<string, Mxid>;
}

/** Starts a relay in front of the homeserver at `url`. */
export function createTestRelay(
  url: string,
  serverName: string,
  overrides: Partial<RelayAccountsDeps> = {},
): RelayUnderTest {
  const clock = createFakeClock();
  const log = createRecordingLogger();
  const addresses = new Map<string, Mxid>();
  const accountThreepids: AccountThreepids = {
    findUser: ({ medium, address }) => Promise.resolve(addresses.get(`${medium} ${address}`)),
  };
  const authority = createRelayAccounts({
    random: systemRandom,
    homeserver: createHttpHomeserver({ address: url, deadlineMs: 20_000, clock: systemClock }),
    serverName: serverName as ServerName,
    accountThreepids,
    wellKnown: 'drop',
    clock,
    logger: log,
    ...overrides,
  });
  return { authority, clock, log, addresses };
}
