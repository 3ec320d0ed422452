import { EntitySchema } from 'typeorm';
import { epochUs, primaryText } from '../columns.js';

/** A leaky bucket. `keyHash` is a keyed hash of the limit and the key. */
interface RateLimitRow {
  keyHash: string;
  emptyAt: number;
}

const schema = new EntitySchema<RateLimitRow>({
  name: 'rate_limits',
  tableName: 'rate_limits',
  columns: {
    keyHash: primaryText('key_hash', 'rate_limits_pkey'),
    emptyAt: epochUs('empty_at'),
  },
  indices: [{ name: 'rate_limits_empty_at', columns: ['emptyAt'] }],
});

/** The table of shared rate limits, for `shared-rate-limiter.ts`. It is empty on SQLite. */
export const rateLimits = { schemas: [schema], sealedColumns: [] };
