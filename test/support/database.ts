import { systemClock } from '../../src/base/clock.js';
import { systemRandom } from '../../src/base/random.js';
import { Secret } from '../../src/base/secret.js';
import type { Database } from '../../src/database/database.js';
import { type DatabaseOptions, openDatabase } from '../../src/database/open-database.js';
import { silentLogger } from './silent-logger.js';

/** An encryption key that is the same for the same byte. */
export function testKey(byte = 1): Secret {
  return new Secret(Buffer.alloc(32, byte).toString('base64'));
}

/** A database of its own, in SQLite's memory unless `uri` says otherwise; the caller closes it. */
export function openTestDatabase(options: Partial<DatabaseOptions> = {}): Promise<Database> {
  return openDatabase({
    uri: new Secret('sqlite::memory:'),
    encryption: { key: testKey(), oldKeys: [] },
    logger: silentLogger,
    clock: systemClock,
    random: systemRandom,
    ...options,
  });
}
