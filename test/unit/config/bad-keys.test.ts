import { describe, expect, it } from 'vitest';
import { generateKeyPairSync } from 'node:crypto';
import {
  configPath,
  encryptionKey,
  inspect,
  load,
  publicKeyPem,
  sharedSecret,
  written,
  type Files,
} from './written-config.js';
import { ConfigFailure } from '../../../src/config/problem.js';

const ellipticPem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({
  type: 'spki',
  format: 'pem',
});
const files: Files = {
  '/etc/gangway/good.pem': publicKeyPem,
  '/etc/gangway/elliptic.pem': String(ellipticPem),
  '/etc/gangway/letter.pem': 'Dear reader,',
  '/etc/gangway/secret': `${sharedSecret}\n`,
  '/etc/gangway/short': 'hunter2\n',
};

type Row = readonly [changes: Readonly<Record<string, unknown>>, path: string, message: RegExp];

const rows: readonly Row[] = [
  [{ homeserver: { domain: undefined } }, 'homeserver.domain', /missing.*after the colon/],
  [{ homeserver: { domain: 'example.com' } }, 'homeserver.domain', /still a sample value/],
  [{ homeserver: { domain: 'https://matrix.test' } }, 'homeserver.domain', /is an address.*homeserver\.address/],
  [{ homeserver: { domain: 'matrix.test/path' } }, 'homeserver.domain', /"matrix.test\/path" is not a server name/],
  [{ homeserver: { domain: ['matrix.test'] } }, 'homeserver.domain', /not a list/],
  [{ homeserver: { address: 'matrix.test' } }, 'homeserver.address', /is not an http:\/\/ or https:\/\/ address/],
  [{ homeserver: { address: 'https://matrix.example.com' } }, 'homeserver.address', /still a sample value/],
  [
    { homeserver: { address: 'https://me:hunter2@matrix.test' } },
    'homeserver.address',
    /The address must not contain a user/,
  ],
  [
    { homeserver: { admin_access_token: 'two words' } },
    'homeserver.admin_access_token',
    /access token of a homeserver admin/,
  ],
  [{ homeserver: 'matrix.test' }, 'homeserver', /is a section.*address, domain/],
  [{ homeserver: { verify_ssl: true } }, 'homeserver.verify_ssl', /no such key.*always checked/],
  [{ http: { host: '0.0.0.0:80' } }, 'http.host', /without a port/],
  [{ http: { port: 'abc' } }, 'http.port', /"abc" is not a whole number from 0 to 65535/],
  [{ http: { port: 65536 } }, 'http.port', /"65536" is not a whole number/],
  [{ http: { port: 80.5 } }, 'http.port', /"80.5" is not a whole number/],
  [{ http: { prot: 80 } }, 'http.prot', /Did you mean http\.port\?/],
  [{ http: { trusted_proxies: '10.0.0.1' } }, 'http.trusted_proxies', /must be a list/],
  [{ http: { trusted_proxies: ['10.0.0.1', 'proxy'] } }, 'http.trusted_proxies[1]', /"proxy" is not an IP address/],
  [{ http: { trusted_proxies: ['10.0.0.0/33'] } }, 'http.trusted_proxies[0]', /is not an IP address, or a network/],
  [{ http: { max_body_kilobytes: 0 } }, 'http.max_body_kilobytes', /from 1 to/],
  [{ http: { shutdown_seconds: -1 } }, 'http.shutdown_seconds', /from 0 to/],
  [{ provisioning: { prefix: 'provision' } }, 'provisioning.prefix', /is not a path such as/],
  [{ provisioning: { prefix: '/' } }, 'provisioning.prefix', /is not a path such as/],
  [{ provisioning: { prefix: 'https://matrix.test/p' } }, 'provisioning.prefix', /Write its path only/],
  [{ provisioning: { prefix: '/_matrix/mau' } }, 'provisioning.prefix', /used by the health checks/],
  [{ provisioning: { prefix: '/_matrix/client/v3' } }, 'provisioning.prefix', /used by the Matrix login/],
  [{ provisioning: { allow_matrix_auth: 'maybe' } }, 'provisioning.allow_matrix_auth', /"maybe" is not true or false/],
  [{ accounts: { mode: 'yes' } }, 'accounts.mode', /"yes" is not one of relay, embedded, off/],
  [{ accounts: { mode: 'relay | embedded | off' } }, 'accounts.mode', /is not one of/],
  [{ accounts: { enabled: true } }, 'accounts.enabled', /no such key\. accounts\.mode replaces it/],
  [{ accounts: { well_known: 'remove' } }, 'accounts.well_known', /"remove" is not keep, drop, or an http/],
  [{ accounts: { well_known: 'ftp://matrix.test' } }, 'accounts.well_known', /is not an http:\/\/ or https/],
  [{ accounts: { well_known: 'https://matrix.example.com' } }, 'accounts.well_known', /still a sample value/],
  [
    { accounts: { well_known: 'https://me:hunter2@matrix.test' } },
    'accounts.well_known',
    /The address must not contain a user/,
  ],
  [{ accounts: { access_token_minutes: 0 } }, 'accounts.access_token_minutes', /from 1 to/],
  [{ accounts: { refresh_token_days: 'never' } }, 'accounts.refresh_token_days', /from 1 to/],
  [{ accounts: { login_token_seconds: 1 } }, 'accounts.login_token_seconds', /from 5 to 3600/],
  [{ accounts: { limits: { per_address: { max: 0 } } } }, 'accounts.limits.per_address.max', /from 1 to/],
  [{ accounts: { limits: { per_adress: { max: 5 } } } }, 'accounts.limits.per_adress', /Did you mean/],
  [{ accounts: { limits: { per_account: 5 } } }, 'accounts.limits.per_account', /section.*max, window_seconds/],
  [{ accounts: { password_hashing: { max_waiting: -1 } } }, 'accounts.password_hashing.max_waiting', /from 0 to/],
  [{ provisioning: { shared_secret: undefined } }, 'provisioning.shared_secret', /missing.*openssl rand/],
  [{ provisioning: { shared_secret: null } }, 'provisioning.shared_secret', /missing/],
  [{ provisioning: { shared_secret: 'fifteen-letters' } }, 'provisioning.shared_secret', /fewer than 16 characters/],
  [{ provisioning: { shared_secret: 'put-a-random-text-here' } }, 'provisioning.shared_secret', /still a sample value/],
  [
    { provisioning: { shared_secret: 'Very secret shared secret' } },
    'provisioning.shared_secret',
    /still a sample value/,
  ],
  [{ provisioning: { shared_secret: 'generate' } }, 'provisioning.shared_secret', /does not write secrets/],
  [{ provisioning: { shared_secret: 'disable' } }, 'provisioning.shared_secret', /cannot be disabled/],
  [{ provisioning: { shared_secret: 'spaces between the words' } }, 'provisioning.shared_secret', /contains a space/],
  [{ provisioning: { old_shared_secrets: ['short'] } }, 'provisioning.old_shared_secrets[0]', /fewer than 16/],
  [{ provisioning: { enabled: false } }, 'provisioning.enabled', /always enabled/],
  [{ provisioning: { failed_attempts: { max: 0 } } }, 'provisioning.failed_attempts.max', /from 1 to/],
  [{ provisioning: { failed_attempts: 5 } }, 'provisioning.failed_attempts', /section.*max, window_seconds/],
  [{ provisioning: { failed_attempts: { maximum: 5 } } }, 'provisioning.failed_attempts.maximum', /no such key/],
  [{ database: { uri: 'gangway.db' } }, 'database.uri', /This is not a supported database\./],
  [{ database: { uri: 'mysql://db/gangway' } }, 'database.uri', /This is not a supported database\./],
  [{ database: { uri: 'sqlite::memory:' } }, 'database.uri', /loses all logins/],
  [{ database: { uri: 'sqlite:file::memory:?cache=shared' } }, 'database.uri', /loses all logins/],
  [{ database: { uri: 'sqlite:file:gangway?mode=memory' } }, 'database.uri', /loses all logins/],
  [{ database: { uri: 'sqlite:' } }, 'database.uri', /file is missing/],
  [{ database: { uri: 'sqlite:///gangway.db' } }, 'database.uri', /two slashes/],
  [{ database: { uri: 'postgres://gangway:hunter2@db' } }, 'database.uri', /The name of the database at the/],
  [{ database: { uri: 'postgres://gangway:hunter2/3@db/gangway' } }, 'database.uri', /percent-encoded/],
  [{ database: { uri: 'postgres://username:password@hostname/dbname' } }, 'database.uri', /still a sample value/],
  [{ database: { type: 'postgres' } }, 'database.type', /beginning of database\.uri/],
  [{ database: { max_connections: 0 } }, 'database.max_connections', /from 1 to/],
  [{ telegram: { api_id: undefined } }, 'telegram.api_id', /missing.*my\.telegram\.org/],
  [{ telegram: { api_id: 12345 } }, 'telegram.api_id', /still a sample value.*my\.telegram\.org/],
  [{ telegram: { api_id: 0 } }, 'telegram.api_id', /from 1 to 2147483647/],
  [{ telegram: { api_id: 2_147_483_648 } }, 'telegram.api_id', /from 1 to 2147483647/],
  [{ telegram: { api_hash: undefined } }, 'telegram.api_hash', /missing.*my\.telegram\.org/],
  [{ telegram: { api_hash: 'tjyd5yge35lbodk1xwzw2jstp90k55qz' } }, 'telegram.api_hash', /still a sample value/],
  [{ telegram: { api_hash: '0123456789abcdef0123456789abcdef' } }, 'telegram.api_hash', /still a sample value/],
  [{ telegram: { api_hash: 'hunter2' } }, 'telegram.api_hash', /not 32 hexadecimal digits/],
  [{ telegram: { device_info: { device_model: '' } } }, 'telegram.device_info.device_model', /is not a name/],
  [{ telegram: { proxy: { type: 'http' } } }, 'telegram.proxy.type', /one of disabled, socks5, mtproxy/],
  [{ telegram: { proxy: { type: 'socks5', port: 1080 } } }, 'telegram.proxy.address', /type socks5 requires it/],
  [{ telegram: { proxy: { type: 'socks5', address: 'proxy' } } }, 'telegram.proxy.port', /type socks5 requires it/],
  [
    { telegram: { proxy: { type: 'socks5', address: 'proxy', port: 1, password: 'hunter2' } } },
    'telegram.proxy.username',
    /password requires it/,
  ],
  [
    { telegram: { proxy: { type: 'socks5', address: 'proxy', port: 1, username: 'me' } } },
    'telegram.proxy.password',
    /user name requires it/,
  ],
  [
    { telegram: { proxy: { type: 'mtproxy', address: 'proxy', port: 1 } } },
    'telegram.proxy.password',
    /secret of the proxy/,
  ],
  [
    { telegram: { proxy: { type: 'mtproxy', address: 'proxy', port: 1, password: 'hunter2' } } },
    'telegram.proxy.password',
    /32 hexadecimal digits/,
  ],
  [
    { telegram: { proxy: { type: 'mtproxy', address: 'proxy', port: 1, password: `ee${'0'.repeat(32)}6162` } } },
    'telegram.proxy.password',
    /fake TLS/,
  ],
  [
    { telegram: { proxy: { type: 'socks5', address: 'proxy:1080', port: 1 } } },
    'telegram.proxy.address',
    /without a port/,
  ],
  [{ telegram: { data_centres: [{ id: 1, ip: '10.0.0.1' }] } }, 'telegram.data_centres[0].port', /missing/],
  [
    { telegram: { data_centres: [{ id: 1, ip: 'dc1', port: 443 }] } },
    'telegram.data_centres[0].ip',
    /"dc1" is not an IP/,
  ],
  [
    { telegram: { data_centres: [{ id: 1, ip: '::1', port: 443, prot: 1 }] } },
    'telegram.data_centres[0].prot',
    /no such key/,
  ],
  [{ telegram: { data_centres: ['10.0.0.1'] } }, 'telegram.data_centres[0]', /a map of id, ip and port/],
  [
    {
      telegram: {
        data_centres: [
          { id: 2, ip: '::1', port: 443 },
          { id: 2, ip: '::2', port: 443 },
        ],
      },
    },
    'telegram.data_centres[1].id',
    /more than once/,
  ],
  [
    { telegram: { public_keys: ['gone.pem'] } },
    'telegram.public_keys[0]',
    /gone\.pem cannot be read: there is no such file/,
  ],
  [
    { telegram: { public_keys: ['good.pem', 'letter.pem'] } },
    'telegram.public_keys[1]',
    /letter\.pem is not an RSA public key/,
  ],
  [
    { telegram: { public_keys: ['elliptic.pem'] } },
    'telegram.public_keys[0]',
    /elliptic\.pem is not an RSA public key/,
  ],
  [{ telegram: { connection: { workers: 0 } } }, 'telegram.connection.workers', /from 1 to/],
  [{ telegram: { connection: { timeout: 120 } } }, 'telegram.connection.timeout', /connect_timeout_seconds/],
  [{ telegram: { server: { enabled: false } } }, 'telegram.server', /data_centres/],
  [{ login: { expire_minutes: 'never' } }, 'login.expire_minutes', /is not a whole number/],
  [{ bridge: { permissions: undefined } }, 'bridge.permissions', /missing.*Grant a Matrix ID/],
  [{ bridge: { permissions: [] } }, 'bridge.permissions', /must be a map/],
  [{ bridge: { permissions: { '*': 'relay', 'a.test': 'commands' } } }, 'bridge.permissions', /No user may log in/],
  [{ bridge: { permissions: { '*': 'block' } } }, 'bridge.permissions', /No user may log in/],
  [
    { bridge: { permissions: { '*': 'full', 'b.test': 'owner' } } },
    'bridge.permissions."b.test"',
    /"owner" is not a level/,
  ],
  [{ bridge: { permissions: { '*': 'owner' } } }, 'bridge.permissions."*"', /"owner" is not a level/],
  [
    { bridge: { permissions: { '*': 'full', 'b.test': 'user' } } },
    'bridge.permissions."b.test"',
    /"user" is ambiguous/,
  ],
  [
    { bridge: { permissions: { '*': 'full', 'example.com': 'commands' } } },
    'bridge.permissions."example.com"',
    /sample/,
  ],
  [
    { bridge: { permissions: { '*': 'full', '@a:example.com': 'commands' } } },
    'bridge.permissions."@a:example.com"',
    /sample/,
  ],
  [{ bridge: { max_accounts_per_user: 0 } }, 'bridge.max_accounts_per_user', /1.*100/],
  [
    { bridge: { permissions: { '*': { login: true } } } },
    'bridge.permissions."*"',
    /one of block, relay, commands, user, admin/,
  ],
  [{ encryption: { key: undefined } }, 'encryption.key', /missing.*openssl rand/],
  [{ encryption: { key: 'put-a-random-key-here' } }, 'encryption.key', /still a sample value/],
  [{ encryption: { key: Buffer.alloc(31).toString('base64') } }, 'encryption.key', /not the base64 of 32 random bytes/],
  [{ encryption: { old_keys: ['hunter2'] } }, 'encryption.old_keys[0]', /not the base64 of 32 random bytes/],
  [{ encryption: { keys: [] } }, 'encryption.keys', /Did you mean encryption\.key\?/],
  [{ logging: { level: 'trace' } }, 'logging.level', /one of error, warn, info, debug/],
  [{ logging: { format: 'xml' } }, 'logging.format', /one of json, pretty/],
  [{ appservice: { port: 29317 } }, 'appservice', /Use http\.host and http\.port/],
  [{ loging: { level: 'info' } }, 'loging', /Did you mean logging\?/],
  [{ shared_secret: 'hunter2' }, 'shared_secret', /Did you mean provisioning\.shared_secret\?/],
  [{ provisioning: { shared_secret_file: 'secret' } }, 'provisioning.shared_secret_file', /Both .* Keep one/],
  [
    { provisioning: { shared_secret: undefined, shared_secret_file: 'gone' } },
    'provisioning.shared_secret_file',
    /file gone cannot be read: there is no such file/,
  ],
  [
    { provisioning: { shared_secret: undefined, shared_secret_file: 'short' } },
    'provisioning.shared_secret',
    /fewer than 16 characters/,
  ],
  [{ telegram: { api_id_file: 'secret' } }, 'telegram.api_id_file', /no such key/],
];

describe('a configuration with one invalid key', () => {
  it.each(rows.map(([changes, path, message]) => [path, JSON.stringify(changes), changes, message] as const))(
    'reports only %s, for %s',
    (path, _, changes, message) => {
      const { problems } = inspect(written(changes), {}, files);
      expect(problems.map((problem) => problem.path)).toEqual([path]);
      expect(problems[0]?.message).toMatch(message);
      expect(problems[0]?.message).toMatch(/[.?]$/);
    },
  );

  it.each(rows.map(([changes, path]) => [path, JSON.stringify(changes), changes] as const))(
    'does not load: %s, %s',
    (_path, _shown, changes) => {
      expect(() => load(written(changes), {}, files)).toThrow(ConfigFailure);
    },
  );
});

describe('a configuration with many invalid keys', () => {
  it('reports all of them at once, in the order of the file', () => {
    const text = [
      'homeserver:',
      '  domain: example.com',
      'telegram:',
      '  api_id: 0',
      '  api_hash: abc',
      '  public_keys: [gone.pem]',
      'http:',
      '  port: x',
    ].join('\n');
    const { problems } = inspect(text, { GANGWAY_LOGGING__LEVEL: 'loud', GANGWAY_LOGGING__LEVLE: 'info' });
    expect(problems.map(({ path, where }) => [path, where])).toEqual([
      ['', 'GANGWAY_LOGGING__LEVLE'],
      ['homeserver.domain', 'line 2'],
      ['telegram.api_id', 'line 4'],
      ['telegram.api_hash', 'line 5'],
      ['telegram.public_keys[0]', 'line 6'],
      ['http.port', 'line 8'],
      ['accounts.mode', undefined],
      ['provisioning.shared_secret', undefined],
      ['bridge.permissions', undefined],
      ['encryption.key', undefined],
      ['logging.level', 'GANGWAY_LOGGING__LEVEL'],
    ]);
  });

  it('rejects with a failure that contains everything, warnings included', () => {
    let thrown: unknown;
    try {
      load(written({ http: { port: 'x' }, provisioning: { prefix: '/p/' }, login: { expire_minutes: 0 } }));
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ConfigFailure);
    expect((thrown as ConfigFailure).details).toMatchObject({
      kind: 'config_invalid',
      file: configPath,
      problems: [{ path: 'http.port' }, { path: 'login.expire_minutes' }],
      warnings: [{ path: 'provisioning.prefix' }],
    });
  });
});

describe('a message about an invalid secret', () => {
  const canary = 'hunter2-canary';
  const long = `hunter2 canary ${'x'.repeat(20)}`;
  it.each([
    ['provisioning.shared_secret', { provisioning: { shared_secret: canary } }],
    ['provisioning.shared_secret with spaces', { provisioning: { shared_secret: long } }],
    ['provisioning.old_shared_secrets', { provisioning: { old_shared_secrets: [canary] } }],
    ['telegram.api_hash', { telegram: { api_hash: canary } }],
    ['telegram.proxy.password', { telegram: { proxy: { type: 'mtproxy', address: 'p', port: 1, password: canary } } }],
    ['encryption.key', { encryption: { key: canary } }],
    ['encryption.old_keys', { encryption: { old_keys: [canary] } }],
    ['database.uri', { database: { uri: `postgres://gangway:${canary}/@db/gangway` } }],
    ['database.uri without a name', { database: { uri: `postgres://gangway:${canary}@db` } }],
    ['database.uri of another kind', { database: { uri: `mysql://gangway:${canary}@db` } }],
    ['given twice', { encryption: { key: canary, key_file: 'short' } }],
    ['from a file', { encryption: { key: undefined, key_file: 'short' } }],
  ])('does not hold it: %s', (_, changes) => {
    const { problems } = inspect(written(changes), {}, files);
    expect(problems).not.toEqual([]);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });

  it.each([
    'shared_secret: *hunter2',
    'shared_secret: "hunter2',
    'shared_secret: @hunter2',
    'shared_secret: a: hunter2',
    '- hunter2',
  ])('does not hold it if the YAML is broken: %s', (line) => {
    const { problems } = inspect(`provisioning:\n  ${line}\n`);
    expect(problems).not.toEqual([]);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });

  it('nor does a printed configuration show a valid one', () => {
    const text = JSON.stringify(load(written({ database: { uri: 'postgres://gangway:hunter2@db/gangway' } })));
    expect(text).not.toContain('hunter2');
    expect(text).not.toContain(sharedSecret);
    expect(text).not.toContain(encryptionKey);
  });
});
