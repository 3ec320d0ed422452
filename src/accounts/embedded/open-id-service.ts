import type { Clock } from '../../base/clock.js';
import { createLeakyBuckets, type Allowance } from '../../base/leaky-buckets.js';
import type { Random } from '../../base/random.js';
import type { Database } from '../../database/database.js';
import { AccountFailure } from '../failure.js';
import type { OpenIdTokens } from '../open-id.js';
import { findHolder, orThrow, type TokenService } from './token-service.js';
import { hashToken, isTokenOf, makeToken } from './token-format.js';

export interface OpenIdServiceDeps {
  readonly database: Database;
  readonly tokenService: Pick<TokenService, 'findUsed' | 'findHolder'>;
  readonly clock: Clock;
  readonly random: Random;
}

const lifetimeMs = 3_600_000;
const mintedPerUser: Allowance = { max: 30, windowMs: 10 * 60_000 };

/**
 * Creates the OpenID tokens of embedded accounts. Each token ends with the login that requested it.
 */
export function createOpenIdService({ database, tokenService, clock, random }: OpenIdServiceDeps): OpenIdTokens {
  const minted = createLeakyBuckets(mintedPerUser, clock);

  return {
    async mint(accessToken, user) {
      const { mxid } = await findHolder({ database, tokenService }, accessToken);
      if (mxid !== user) throw new AccountFailure({ kind: 'not_yourself' });
      const retryAfterMs = minted.waitMs(mxid);
      if (retryAfterMs > 0) throw new AccountFailure({ kind: 'rate_limited', retryAfterMs });
      minted.add(mxid);
      const token = makeToken('openid', random);
      const still = await database.transaction(async (tx) => {
        await tx.accounts.hold(mxid);
        const holder = await tokenService.findHolder(tx, accessToken);
        if (!holder.ok) return holder;
        const { deviceId } = holder.value;
        const record = { tokenHash: hashToken(token), mxid, deviceId, expiresAt: clock.now() + lifetimeMs };
        await tx.openIdTokens.insert(record);
        return holder;
      });
      orThrow(still);
      return { token, expiresInMs: lifetimeMs };
    },

    async findUser(token) {
      if (!isTokenOf('openid', token)) return { kind: 'not_ours' };
      const found = await database.transaction((tx) => tx.openIdTokens.find(hashToken(token)));
      return found && found.expiresAt > clock.now() ? { kind: 'user', mxid: found.mxid } : { kind: 'unknown' };
    },
  };
}
