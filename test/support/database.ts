import { systemClock } from '../../src/base/clock.js';
import { systemRandom } from '../../src/base/random.js';
import { Secret } from '../../src/base/secret.js';
import type { Database } from '../../src/database/database.js';
import { type DatabaseOptions, openDatabase } from '../../src/database/open-database.js';
import { borrowDatabase } from './lent-databases.js';
import { silentLogger } from './silent-logger.js';

/** Returns an encryption key that is the same for the same byte. */
export function testKey(byte = 1): Secret {
  return new Secret(Buffer.alloc(32, byte).toString('base64'));
}

/**
 * Opens the database at `uri`, or else an empty SQLite database that no other test sees. The caller
 * closes it. Options besides those of `Runtime` require a `uri`.
 */
export function openTestDatabase(options: Partial<DatabaseOptions> = {}): Promise<Database> {
  const runtime = {
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
    logger: options.logger ?? silentLogger,
  };
  const encryption = { key: testKey(), oldKeys: [] };
  const { uri } = options;
  if (uri === undefined) return borrowDatabase(runtime, (given) => openDatabase({ encryption, ...given }));
  return openDatabase({ encryption, ...options, ...runtime, uri });
}
