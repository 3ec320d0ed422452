import { generateKeyPairSync } from 'node:crypto';
import { stringify } from 'yaml';
import { inspectConfig, type Inspection } from '../../../src/config/inspect-config.js';
import type { ConfigFiles } from '../../../src/config/named-files.js';
import { loadConfig, type LoadedConfig } from '../../../src/config/load-config.js';

/** Files by absolute path, `/etc/gangway/config.yaml` among them. */
export type Files = Readonly<Record<string, string>>;

export const configPath = '/etc/gangway/config.yaml';
export const sharedSecret = 'kR7-qpw0ZT2vXn4m';
export const encryptionKey = Buffer.alloc(32, 7).toString('base64');
export const otherKey = Buffer.alloc(32, 8).toString('base64');
export const apiHash = '00112233445566778899aabbccddeeff';

/** An RSA public key in PEM form. */
export const publicKeyPem = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({
  type: 'pkcs1',
  format: 'pem',
}) as string;

/**
 * A valid configuration with the required keys only, and some sections changed key by key
 * (undefined removes). The mode of accounts is relay if the changes name a homeserver, and else
 * embedded.
 */
export function written(changes: Readonly<Record<string, unknown>> = {}): string {
  const config: Record<string, unknown> = {
    homeserver: { domain: 'matrix.test' },
    accounts: { mode: namesHomeserver(changes) ? 'relay' : 'embedded' },
    provisioning: { shared_secret: sharedSecret },
    telegram: { api_id: 4242, api_hash: apiHash },
    bridge: { permissions: { 'matrix.test': 'puppeting' } },
    encryption: { key: encryptionKey },
  };
  for (const [section, keys] of Object.entries(changes)) {
    const isChange = typeof keys === 'object' && keys !== null && !Array.isArray(keys);
    config[section] = isChange ? { ...(config[section] as object | undefined), ...keys } : keys;
  }
  return stringify(config);
}

function namesHomeserver({ homeserver }: Readonly<Record<string, unknown>>): boolean {
  return typeof homeserver === 'object' && homeserver !== null && 'address' in homeserver;
}

/** Checks the text as a file, beside the other files. */
export function inspect(text: string, env: Readonly<Record<string, string>> = {}, files: Files = {}): Inspection {
  return inspectConfig({ path: configPath, env, ...filesOf({ ...files, [configPath]: text }) });
}

/** Loads the text as a file, beside the other files. */
export function load(text: string, env: Readonly<Record<string, string>> = {}, files: Files = {}): LoadedConfig {
  return loadConfig({ path: configPath, env, ...filesOf({ ...files, [configPath]: text }) });
}

function filesOf(files: Files): ConfigFiles {
  return { readFile: readFrom(files), isReadableByOthers: () => false };
}

function readFrom(files: Files): (path: string) => string {
  return (path) => {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return text;
  };
}
