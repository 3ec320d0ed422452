import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.js';
import { systemRandom } from '../../../src/base/random.js';
import type { Database } from '../../../src/database/database.js';
import { makeSigningKeyFile } from '../../../src/identity/signing-key-file.js';
import { SigningKeyFailure } from '../../../src/identity/signing-key-failure.js';
import { loadSigningKeys } from '../../../src/identity/signing-keys.js';
import { createMigratedSqlite } from '../../support/test-database.js';
import { openTestDatabase } from '../../support/database.js';
import { identityFailureOf } from '../../support/identity-service.js';
import { createRecordingLogger } from '../../support/recording-logger.js';

// The vector of the Matrix specification, "Cryptographic Test Vectors".
const seed = 'YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1';
const publicKey = 'XGX0JRS2Af3be3knz2fBiRbApjm2Dh61gXDJA8kcJNI';
const otherSeed = Buffer.alloc(32, 7).toString('base64');

let folder: string;
let path: string;
let database: Database;

const load = (from: Database = database, logger = createRecordingLogger()) =>
  loadSigningKeys({ path, database: from, clock: systemClock, random: systemRandom, logger });

const failureOf = async (loading: Promise<unknown>) => {
  const outcome: unknown = await loading.then(
    () => 'no failure',
    (error: unknown) => error,
  );
  return outcome instanceof SigningKeyFailure ? outcome.details : outcome;
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gangway-keys-'));
  path = join(folder, 'signing.key');
  database = await openTestDatabase();
});

afterEach(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

describe('the file of the signing keys', () => {
  it('is created at the first start, for its owner only, and kept', async () => {
    const first = await load();
    expect(await readFile(path, 'utf8')).toMatch(/^ed25519 0 [A-Za-z0-9+/]{43}\n$/);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['signing.key']);
    expect(first.current.keyId).toBe('ed25519:0');
    expect((await load()).current.publicKey).toBe(first.current.publicKey);
  });

  it('is not replaced if another daemon has created it meanwhile', async () => {
    await makeSigningKeyFile(path, systemRandom);
    const made = await readFile(path, 'utf8');
    await makeSigningKeyFile(path, systemRandom);
    expect(await readFile(path, 'utf8')).toBe(made);
    expect(await readdir(folder)).toEqual(['signing.key']);
  });

  it('is created once if several daemons start at once, on databases of their own', async () => {
    const databases = await Promise.all(Array.from({ length: 4 }, () => openTestDatabase()));
    const loaded = await Promise.all(databases.map((each) => load(each)));
    expect(new Set(loaded.map(({ current }) => current.publicKey)).size).toBe(1);
    expect(await readdir(folder)).toEqual(['signing.key']);
    await Promise.all(databases.map((each) => each.close()));
  });

  it('is read in the format of other identity servers', async () => {
    await writeFile(path, `\ned25519 1 ${seed}\r\n ed25519  a_0 ${otherSeed} \n\n`, { mode: 0o600 });
    const { current, all, publicKeys } = await load();
    expect(current).toMatchObject({ keyId: 'ed25519:1', publicKey });
    expect(current.sign(Buffer.from('{}'))).toBe(
      'K8280/U9SSy9IVtjBuVeLr+HpOB4BQFWbg+UZaADMtTdGYI7Geitb76LTrr5QV/7Xg4ahLwYGYZzuHGZKM5ZAQ',
    );
    expect(all.map(({ keyId }) => keyId)).toEqual(['ed25519:1', 'ed25519:a_0']);
    expect(await publicKeys.find('ed25519:a_0')).toBe(all[1]?.publicKey);
  });

  it.each([
    { text: '', failure: { kind: 'signing_key_file_empty' } },
    { text: `ed25519 1 ${seed}\ned25519 2\n`, failure: { kind: 'signing_key_malformed', line: 2 } },
    { text: `ed25519 1 ${seed.slice(4)}`, failure: { kind: 'signing_key_malformed', line: 1 } },
    { text: `\nrsa 1 ${seed}`, failure: { kind: 'signing_key_malformed', line: 2 } },
    { text: `ed25519 a-b ${seed}`, failure: { kind: 'signing_key_malformed', line: 1 } },
    {
      text: `ed25519 1 ${seed}\ned25519 1 ${otherSeed}`,
      failure: { kind: 'signing_key_repeated', keyId: 'ed25519:1' },
    },
  ])('is rejected as $failure.kind, without its content, for the text $text', async ({ text, failure }) => {
    await writeFile(path, text);
    const refused = await failureOf(load());
    expect(refused).toEqual({ path, ...failure });
    expect(JSON.stringify(refused)).not.toContain(seed.slice(4));
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  it('is rejected if it cannot be read or created', async () => {
    await mkdir(path);
    expect(await failureOf(load())).toEqual({ kind: 'signing_key_file_unusable', path });
    path = join(folder, 'missing', 'signing.key');
    expect(await failureOf(load())).toEqual({ kind: 'signing_key_folder_missing', folder: join(folder, 'missing') });
    // The name of the file is allowed, that of its draft is too long.
    path = join(folder, 'x'.repeat(250));
    expect(await failureOf(makeSigningKeyFile(path, systemRandom))).toEqual({
      kind: 'signing_key_file_unusable',
      path,
    });
  });

  it('is never created again after a key was in use, and no key may have the name of another', async () => {
    const { current } = await load();
    const known = { path, keyId: 'ed25519:0', publicKey: current.publicKey };
    await rm(path);
    expect(await failureOf(load())).toEqual({ kind: 'signing_key_missing', ...known });
    expect(await readdir(folder)).toEqual([]);
    await writeFile(path, `ed25519 0 ${seed}\n`);
    expect(await failureOf(load())).toEqual({ kind: 'signing_key_changed', ...known });
  });

  it('can get another key, and the old one stays valid even without its line', async () => {
    const { current: old } = await load();
    await writeFile(path, `ed25519 1 ${seed}\n`);
    const { current, publicKeys } = await load();
    expect(current).toMatchObject({ keyId: 'ed25519:1', publicKey });
    expect(await publicKeys.find('ed25519:0')).toBe(old.publicKey);
    expect(await publicKeys.isValid(old.publicKey)).toBe(true);
  });

  it('is no longer valid once its line and its row are gone', async () => {
    const testDatabase = await createMigratedSqlite();
    try {
      const first = await openTestDatabase({ uri: testDatabase.uri });
      const { current: stolen } = await load(first);
      await first.close();
      await writeFile(path, `ed25519 1 ${seed}\n`);
      await testDatabase.execute(`DELETE FROM identity_signing_keys WHERE key_id = 'ed25519:0'`);
      const second = await openTestDatabase({ uri: testDatabase.uri });
      const { publicKeys } = await load(second);
      expect(await publicKeys.isValid(stolen.publicKey)).toBe(false);
      expect(await publicKeys.isValid(publicKey)).toBe(true);
      await second.close();
    } finally {
      await testDatabase.remove();
    }
  });

  it('gets a warning if other users can read it', async () => {
    await writeFile(path, `ed25519 1 ${seed}\n`);
    await chmod(path, 0o640);
    const logger = createRecordingLogger();
    await load(database, logger);
    expect(logger.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
    await chmod(path, 0o600);
    const quiet = createRecordingLogger();
    await load(database, quiet);
    expect(quiet.lines.filter(({ level }) => level === 'warn')).toEqual([]);
  });
});

describe('the public keys', () => {
  it('are found by id and recognised in either alphabet, with a space for a plus', async () => {
    const spelled = Buffer.alloc(32, 0xfb);
    const withOddities = Buffer.from(seed, 'base64');
    await writeFile(path, `ed25519 0 ${withOddities.toString('base64')}\n`);
    const { publicKeys, current } = await load();
    expect(await publicKeys.find('ed25519:0')).toBe(publicKey);
    for (const keyId of ['ed25519:1', 'ed25519', '', '0', 'ED25519:0']) {
      expect(await identityFailureOf(publicKeys.find(keyId))).toEqual({ kind: 'key_unknown' });
    }
    expect(await publicKeys.isValid(`${current.publicKey}=`)).toBe(true);
    for (const key of ['', 'x', '%', spelled.toString('base64'), current.publicKey.slice(1)]) {
      expect(await publicKeys.isValid(key)).toBe(false);
    }
  });

  it.each(['base64', 'base64url'] as const)('can be requested in %s', async (alphabet) => {
    for (let byte = 0; byte < 40; byte += 1) {
      path = join(folder, `key${byte}`);
      await writeFile(path, `ed25519 v${byte} ${Buffer.alloc(32, byte).toString('base64')}\n`);
      const { publicKeys, current } = await load();
      if (!/\+/.test(current.publicKey)) continue;
      const spelled = Buffer.from(current.publicKey, 'base64').toString(alphabet);
      expect(await publicKeys.isValid(spelled)).toBe(true);
      expect(await publicKeys.isValid(spelled.replaceAll('+', ' '))).toBe(true);
      return;
    }
    throw new Error('no key of this test has a plus in it');
  });
});
