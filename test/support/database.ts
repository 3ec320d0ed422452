import { randomBytes } from 'node:crypto';
import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { systemRandom } from '../../src/base/random.js';
import { Secret } from '../../src/base/secret.js';
import type { Database } from '../../src/database/database.js';
import { type DatabaseOptions, openDatabase } from '../../src/database/open-database.js';
import { silentLogger } from './silent-logger.js';

/** Returns an encryption key that is the same for the same byte. */
export function testKey(byte = 1): Secret {
  return new Secret(Buffer.alloc(32, byte).toString('base64'));
}

/**
 * Opens the database at `uri`, or else an empty SQLite database of its own, which is deleted when
 * it closes. The caller closes it.
 */
export async function openTestDatabase(options: Partial<DatabaseOptions> = {}): Promise<Database> {
  if (options.uri !== undefined) return open(options.uri, options);
  const path = join(inject('sqliteFolder'), `${randomBytes(8).toString('hex')}.db`);
  await copyFile(inject('migratedSqlite'), path);
  const database = await open(new Secret(`sqlite:${path}`), options);
  return {
    ...database,
    async close() {
      await database.close();
      await rm(path, { force: true });
    },
  };
}

function open(uri: Secret, options: Partial<DatabaseOptions>): Promise<Database> {
  return openDatabase({
    encryption: { key: testKey(), oldKeys: [] },
    logger: silentLogger,
    clock: systemClock,
    random: systemRandom,
    ...options,
    uri,
  });
}
