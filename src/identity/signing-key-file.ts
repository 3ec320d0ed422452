import { link, open, readFile, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { encodeBase64, signingKey, type SigningKey } from '../base/ed25519.js';
import { type Random, randomId } from '../base/random.js';
import { Secret } from '../base/secret.js';
import { SigningKeyFailure } from './signing-key-failure.js';

/** The content of a file of signing keys. */
export interface SigningKeyFile {
  /** The first key signs. */
  readonly keys: readonly [SigningKey, ...SigningKey[]];
  /** Whether other users of the system may read the file. */
  readonly isExposed: boolean;
}

/**
 * Returns the keys in the file, one per line: `ed25519 version seed`. Returns undefined if the file
 * does not exist. Throws SigningKeyFailure.
 */
export async function readSigningKeyFile(path: string): Promise<SigningKeyFile | undefined> {
  const found = await read(path);
  return found && { keys: parse(path, found.text), isExposed: (found.mode & 0o077) !== 0 };
}

/**
 * Creates the file with a new key of version 0, readable only by its owner, unless it exists.
 * Throws SigningKeyFailure.
 */
export async function makeSigningKeyFile(path: string, random: Random): Promise<void> {
  const folder = dirname(path);
  const there = await stat(folder).catch(() => undefined);
  if (!there?.isDirectory()) throw new SigningKeyFailure({ kind: 'signing_key_folder_missing', folder });
  const draft = `${path}.${randomId(random)}.tmp`;
  try {
    await write(draft, `ed25519 0 ${encodeBase64(random.bytes(32))}\n`);
    // Unlike a rename, a link does not replace a file that another daemon has just created; and no
    // reader gets half a key.
    await link(draft, path);
    await sync(folder);
  } catch (cause) {
    if (!hasCode(cause, 'EEXIST')) throw new SigningKeyFailure({ kind: 'signing_key_file_unusable', path }, { cause });
  } finally {
    await unlink(draft).catch(() => undefined);
  }
}

async function read(path: string): Promise<{ readonly text: string; readonly mode: number } | undefined> {
  try {
    const [text, { mode }] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
    return { text, mode };
  } catch (cause) {
    if (hasCode(cause, 'ENOENT')) return undefined;
    throw new SigningKeyFailure({ kind: 'signing_key_file_unusable', path }, { cause });
  }
}

async function write(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function sync(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function parse(path: string, text: string): readonly [SigningKey, ...SigningKey[]] {
  const keys = new Map<string, SigningKey>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const key = parseLine(line.trim());
    if (!key) throw new SigningKeyFailure({ kind: 'signing_key_malformed', path, line: index + 1 });
    const { keyId, publicKey } = key;
    const earlier = keys.get(keyId);
    if (earlier && earlier.publicKey !== publicKey) {
      throw new SigningKeyFailure({ kind: 'signing_key_repeated', path, keyId });
    }
    keys.set(keyId, earlier ?? key);
  }
  const [first, ...others] = keys.values();
  if (!first) throw new SigningKeyFailure({ kind: 'signing_key_file_empty', path });
  return [first, ...others];
}

function parseLine(line: string): SigningKey | undefined {
  const { version, seed } = /^ed25519\s+(?<version>[a-zA-Z0-9_]+)\s+(?<seed>\S+)$/.exec(line)?.groups ?? {};
  return version === undefined || seed === undefined ? undefined : signingKey(version, new Secret(seed));
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
