import type { AccountAuthority } from '../../accounts/authority.js';
import { AccountFailure } from '../../accounts/failure.js';
import type { Clock } from '../../base/clock.js';
import { DeadlineExceeded, withDeadline } from '../../base/deadline.js';
import { SingleFlight } from '../../base/single-flight.js';

/**
 * Returns the login types that the homeserver offers, or undefined if it has not answered yet. A
 * page waits for it, so it takes a few seconds at most.
 */
export type FindOfferedTypes = (clientAddress: string) => Promise<ReadonlySet<string> | undefined>;

const answerMs = 3_000;
const rememberedMs = 15_000;

/**
 * Creates the question. Its answer is cached. A homeserver that fails or hangs is not asked again
 * for as long, and counts as offering what it has offered before.
 */
export function createOfferedTypes({
  authority,
  clock,
}: {
  readonly authority: Pick<AccountAuthority, 'loginFlows'>;
  readonly clock: Clock;
}): FindOfferedTypes {
  const flight = new SingleFlight();
  let types: ReadonlySet<string> | undefined;
  let until = -Infinity;

  const remember = (found = types) => {
    types = found;
    until = clock.now() + rememberedMs;
    return types;
  };

  return async (clientAddress) => {
    if (clock.now() < until) return types;
    const asked = flight.run('types', async () =>
      remember(new Set((await authority.loginFlows(clientAddress)).map(({ type }) => type))),
    );
    try {
      return await withDeadline(clock, answerMs, asked);
    } catch (error) {
      if (error instanceof DeadlineExceeded || error instanceof AccountFailure) return remember();
      throw error;
    }
  };
}
