import { describe, expect, it } from 'vitest';
import {
  configPath,
  encryptionKey,
  inspect,
  load,
  otherKey,
  publicKeyPem,
  sharedSecret,
  written,
} from './written-config.js';
import { inspectConfig } from '../../../src/config/inspect-config.js';

describe('a configuration with the required keys only', () => {
  it('loads, with a default for every other key', () => {
    const { config, warnings } = load(written());
    expect(warnings).toEqual([]);
    expect(JSON.parse(JSON.stringify(config))).toEqual({
      homeserver: { domain: 'matrix.test' },
      admin: { tokens: [] },
      http: {
        host: '127.0.0.1',
        port: 28917,
        trustedProxies: [],
        maxConnections: 2000,
        maxBodyBytes: 1_048_576,
        shutdownMs: 15_000,
      },
      provisioning: {
        prefix: '/_matrix/provision',
        sharedSecret: '[secret]',
        oldSharedSecrets: [],
        allowMatrixAuth: true,
        allowOpenIdAuth: false,
        wellKnown: [],
        enableSessionTransfers: false,
        failedAttempts: { max: 20, windowMs: 60_000 },
      },
      accounts: {
        mode: 'embedded',
        publicUrl: undefined,
        addresses: { mayChange: true, postsWithoutAuthentication: true, revealsInUse: false },
        wellKnown: 'drop',
        accessTokenMs: 300_000,
        refreshTokenMs: 31_536_000_000,
        loginTokenMs: 120_000,
        limits: {
          perAddress: { max: 30, windowMs: 60_000 },
          perAccount: { max: 60, windowMs: 60_000 },
          failuresPerAccount: { max: 10, windowMs: 300_000 },
        },
        passwordHashing: { maxConcurrent: 1, maxWaiting: 50 },
      },
      web: { enabled: false },
      identity: { enabled: false },
      threepids: {
        provableMs: 86_400_000,
        usableMs: 86_400_000,
        maxGuesses: 5,
        confirmClick: true,
        nextLinkHosts: [],
        allowedCountries: [],
        fromTelegram: 'ask',
        publishesFromTelegram: false,
        telegramCheckMs: 900_000,
        limits: {
          perClient: { max: 20, windowMs: 3_600_000 },
          perUser: { max: 20, windowMs: 3_600_000 },
          perEmailAddress: { max: 10, windowMs: 86_400_000 },
          perPhoneNumber: { max: 10, windowMs: 86_400_000 },
          perCallingCode: { max: 50, windowMs: 3_600_000 },
          guessesPerClient: { max: 60, windowMs: 600_000 },
        },
      },
      delivery: { email: [], phone: [], deadlineMs: 20_000 },
      outgoing: { allowedNetworks: [], servers: {}, deadlineMs: 15_000 },
      database: { uri: '[secret]', maxConnections: 10 },
      telegram: {
        apiId: 4242,
        apiHash: '[secret]',
        engine: 'gramjs',
        deviceInfo: { deviceModel: 'Gangway', systemVersion: 'Matrix', langCode: 'en', systemLangCode: 'en' },
        proxy: { type: 'disabled' },
        dataCentres: [],
        publicKeys: [],
        connection: {
          connectDeadlineMs: 20_000,
          callDeadlineMs: 15_000,
          maxLive: 200,
          idleCloseMs: 60_000,
          workers: config.telegram.connection.workers,
        },
      },
      login: { expireMs: 1_800_000, attemptsPerUser: { max: 10, windowMs: 600_000 } },
      bridge: {
        permissions: {},
        maxAccounts: 5,
        removedUsers: { logOut: false, graceMs: 86_400_000, maxAtOnce: 10 },
      },
      sessions: { consumers: [], defaultLeaseMs: 600_000, maxLeaseMs: 3_600_000, graceMs: 30_000, webhooks: [] },
      encryption: { key: '[secret]', oldKeys: [] },
      logging: { level: 'info', format: 'json', audit: { output: 'off', file: '/etc/gangway/audit.jsonl' } },
      metrics: { enabled: false, host: '127.0.0.1', port: 9464 },
    });
    expect(config.bridge.permissions).toEqual(new Map([['matrix.test', 'puppeting']]));
    expect(config.provisioning.sharedSecret.reveal()).toBe(sharedSecret);
    expect(config.encryption.key.reveal()).toBe(encryptionKey);
  });

  it('has its SQLite file in the same folder', () => {
    expect(load(written()).config.database.uri.reveal()).toBe('sqlite:/etc/gangway/gangway.db');
  });
});

describe('the database', () => {
  it.each([
    ['sqlite:data/gangway.db', 'sqlite:/etc/gangway/data/gangway.db'],
    ['sqlite:/var/lib/gangway.db', 'sqlite:/var/lib/gangway.db'],
    [
      'postgres://gangway:p%40ss@db:5432/gangway?sslmode=require',
      'postgres://gangway:p%40ss@db:5432/gangway?sslmode=require',
    ],
    ['postgresql:///gangway?host=/run/postgresql', 'postgresql:///gangway?host=/run/postgresql'],
  ])('%s is used as %s', (uri, expected) => {
    expect(load(written({ database: { uri } })).config.database.uri.reveal()).toBe(expected);
  });
});

describe('values', () => {
  it('can be quoted or not, for all characters', () => {
    const digits = '10000000000000000000000000000001';
    const text = written({ http: { port: '8080' } }).replace(/api_hash: .*/, `api_hash: ${digits}`);
    const { config } = load(text);
    expect(config.http.port).toBe(8080);
    expect(config.telegram.apiHash.reveal()).toBe(digits);
  });

  it('keep the spelling of a text that YAML would read as a number', () => {
    const secret = '0x1234567890abcdef';
    const text = written().replace(/shared_secret: .*/, `shared_secret: ${secret}`);
    expect(load(text).config.provisioning.sharedSecret.reveal()).toBe(secret);
  });

  it('count as absent if they are empty', () => {
    const text = `${written()}http:\nlogging:\n  level:\n`;
    expect(load(text).config).toMatchObject({ http: { port: 28917 }, logging: { level: 'info' } });
  });

  it('of a SOCKS proxy are all loaded', () => {
    const proxy = { type: 'socks5', address: 'proxy.test', port: 1080, username: 'me', password: 'hunter2' };
    const { telegram } = load(written({ telegram: { proxy } })).config;
    expect(telegram.proxy).toMatchObject({ type: 'socks5', address: 'proxy.test', port: 1080, username: 'me' });
    expect(telegram.proxy.type === 'socks5' && telegram.proxy.password?.reveal()).toBe('hunter2');
  });

  it('of a SOCKS proxy without a login may be empty, as mautrix-telegram writes them', () => {
    const proxy = { type: 'socks5', address: '127.0.0.1', port: 1080, username: '', password: '' };
    const { telegram } = load(written({ telegram: { proxy } })).config;
    expect(telegram.proxy).toEqual({
      type: 'socks5',
      address: '127.0.0.1',
      port: 1080,
      username: undefined,
      password: undefined,
    });
  });

  it.each(['0'.repeat(32), `dd${'A'.repeat(32)}`])('of an MTProxy are all loaded, with the secret %s', (password) => {
    const proxy = { type: 'mtproxy', address: 'proxy.test', port: 443, password };
    const { telegram } = load(written({ telegram: { proxy } })).config;
    expect(telegram.proxy.type === 'mtproxy' && telegram.proxy.secret.reveal()).toBe(password);
  });

  it('of another Telegram network are all loaded, its keys from their files', () => {
    const data_centres = [
      { id: 1, ip: '127.0.0.1', port: 4431 },
      { id: 2, ip: '::1', port: 4432 },
    ];
    const text = written({ telegram: { data_centres, public_keys: ['keys/a.pem', '/b.pem'] } });
    const files = { '/etc/gangway/keys/a.pem': publicKeyPem, '/b.pem': publicKeyPem };
    const { config, warnings } = load(text, {}, files);
    expect(config.telegram).toMatchObject({ dataCentres: data_centres, publicKeys: [publicKeyPem, publicKeyPem] });
    expect(warnings).toEqual([]);
  });
});

describe('the server discovery information of a login', () => {
  it.each([
    ['keep', 'keep'],
    ['drop', 'drop'],
    ['https://chat.matrix.test/', { homeserver: 'https://chat.matrix.test' }],
  ])('%s is used as %j', (well_known, expected) => {
    const homeserver = { address: 'https://hs.matrix.test' };
    const { config, warnings } = load(written({ homeserver, accounts: { well_known } }));
    expect(config.accounts.wellKnown).toEqual(expected);
    expect(warnings).toEqual([]);
  });
});

describe('a switch', () => {
  it.each([
    ['true', true],
    ['false', false],
  ])('that is %s is on: %s', (text, expected) => {
    const yaml = written().replace('provisioning:\n', `provisioning:\n  allow_matrix_auth: ${text}\n`);
    expect(load(yaml).config.provisioning.allowMatrixAuth).toBe(expected);
    const env = { GANGWAY_IDENTITY__V1__LOOKUP__ENABLED: text };
    const identity = { enabled: true, public_url: 'https://id.matrix.test' };
    const loaded = load(written({ identity }), env).config.identity;
    expect(loaded.enabled && loaded.v1.lookup.enabled).toBe(expected);
  });
});

describe('a secret from a file', () => {
  it('is its text without the line break at the end', () => {
    const text = written({ encryption: { key: undefined, key_file: '/run/secrets/key' } });
    for (const end of ['', '\n', '\r\n']) {
      const { config } = load(text, {}, { '/run/secrets/key': encryptionKey + end });
      expect(config.encryption.key.reveal()).toBe(encryptionKey);
    }
  });

  it('can have a path relative to the configuration file', () => {
    const text = written({ provisioning: { shared_secret: undefined, shared_secret_file: 'secret' } });
    const { config } = load(text, {}, { '/etc/gangway/secret': `${sharedSecret}\n` });
    expect(config.provisioning.sharedSecret.reveal()).toBe(sharedSecret);
  });

  it('is one line of several, if the key is a list', () => {
    const text = written({ encryption: { old_keys_file: 'old' } });
    const { config } = load(text, {}, { '/etc/gangway/old': `${otherKey}\n\n${otherKey}\n` });
    expect(config.encryption.oldKeys.map((key) => key.reveal())).toEqual([otherKey, otherKey]);
  });
});

describe('the environment', () => {
  it('sets any key, and overrides the file', () => {
    const { config } = load(written({ http: { port: 1 } }), {
      GANGWAY_HTTP__PORT: '8080',
      GANGWAY_TELEGRAM__DEVICE_INFO__DEVICE_MODEL: 'A bridge: mine',
      GANGWAY_TELEGRAM__API_HASH: '1'.repeat(32),
      GANGWAY_HTTP__TRUSTED_PROXIES: '["10.0.0.0/8", "::1"]',
      GANGWAY_BRIDGE__PERMISSIONS: '{"*": "full", "@a:b.test": "commands"}',
    });
    expect(config.http).toMatchObject({ port: 8080, trustedProxies: ['10.0.0.0/8', '::1'] });
    expect(config.telegram.deviceInfo.deviceModel).toBe('A bridge: mine');
    expect(config.telegram.apiHash.reveal()).toBe('1'.repeat(32));
    expect([...config.bridge.permissions]).toEqual([
      ['*', 'full'],
      ['@a:b.test', 'commands'],
    ]);
  });

  it('can name the file of a secret, and then overrides the value in the configuration file', () => {
    const env = { GANGWAY_PROVISIONING__SHARED_SECRET_FILE: '/run/secrets/s' };
    const { config } = load(written(), env, { '/run/secrets/s': 'quite-another-secret' });
    expect(config.provisioning.sharedSecret.reveal()).toBe('quite-another-secret');
  });

  it('overrides the path in the configuration file, whose file is then not read', () => {
    const text = written({ encryption: { key: undefined, key_file: 'gone' } });
    expect(load(text, { GANGWAY_ENCRYPTION__KEY: otherKey }).config.encryption.key.reveal()).toBe(otherKey);
  });

  it('must not contain both a secret and its file', () => {
    const env = { GANGWAY_ENCRYPTION__KEY: otherKey, GANGWAY_ENCRYPTION__KEY_FILE: 'x' };
    expect(inspect(written(), env).problems).toMatchObject([
      { path: 'encryption.key_file', where: 'GANGWAY_ENCRYPTION__KEY_FILE', message: expect.stringContaining('Both') },
    ]);
  });

  it('sets nothing by an empty variable', () => {
    expect(load(written(), { GANGWAY_HTTP__PORT: '', GANGWAY_ENCRYPTION__KEY_FILE: '' }).config.http.port).toBe(28917);
  });

  it('gets an explanation of the format of a list', () => {
    expect(inspect(written(), { GANGWAY_HTTP__TRUSTED_PROXIES: '["10.0.0.1"' }).problems).toMatchObject([
      {
        path: 'http.trusted_proxies',
        where: 'GANGWAY_HTTP__TRUSTED_PROXIES',
        message: expect.stringContaining('JSON'),
      },
    ]);
  });

  it('is rejected if it names no key, with a suggestion', () => {
    expect(inspect(written(), { GANGWAY_PROVISIONING__SHARED_SERCET: 'x' }).problems).toEqual([
      {
        path: '',
        where: 'GANGWAY_PROVISIONING__SHARED_SERCET',
        message: expect.stringContaining('Did you mean GANGWAY_PROVISIONING__SHARED_SECRET?'),
      },
    ]);
  });

  it.each([
    ['GANGWAY_ACCOUNTS_MODE', 'GANGWAY_ACCOUNTS__MODE'],
    ['GANGWAY_TELEGRAM_API_ID', 'GANGWAY_TELEGRAM__API_ID'],
    ['GANGWAY__TELEGRAM__API_ID', 'GANGWAY_TELEGRAM__API_ID'],
    ['gangway_http__port', 'GANGWAY_HTTP__PORT'],
    ['GANGWAY-HTTP-HOST', 'GANGWAY_HTTP__HOST'],
    ['GANGWAY_ENCRYPTION_KEY_FILE', 'GANGWAY_ENCRYPTION__KEY_FILE'],
  ])('is rejected if it is similar to a key: %s', (name, meant) => {
    const { problems } = inspect(written(), { [name]: 'x' });
    expect(problems).toEqual([{ path: '', where: name, message: expect.stringContaining(`Did you mean ${meant}?`) }]);
  });

  it('gets a warning if it resembles no key', () => {
    const { problems, warnings } = inspect(written(), { GANGWAY_COLOUR_OF_THE_LOGO: 'red' });
    expect(problems).toEqual([]);
    expect(warnings).toMatchObject([
      { where: 'GANGWAY_COLOUR_OF_THE_LOGO', message: expect.stringContaining('No key') },
    ]);
  });

  it('may contain the variables that container platforms set for a service of this name', () => {
    const env = {
      GANGWAY_PORT: 'tcp://10.0.0.1:28917',
      GANGWAY_SERVICE_HOST: '10.0.0.1',
      GANGWAY_SERVICE_PORT: '28917',
      GANGWAY_SERVICE_PORT_HTTP: '28917',
      GANGWAY_PORT_28917_TCP: 'tcp://10.0.0.1:28917',
      GANGWAY_PORT_28917_TCP_ADDR: '10.0.0.1',
      PATH: '/bin',
    };
    const { problems, warnings } = inspect(written(), env);
    expect({ problems, warnings }).toEqual({ problems: [], warnings: [] });
  });

  it('may contain the variables of Gangway’s own tests', () => {
    const names = ['TEST_POSTGRES_URI', 'TEST_SYNAPSE_PYTHON', 'REQUIRE_POSTGRES', 'REQUIRE_SYNAPSE'];
    const env = Object.fromEntries(names.map((name) => [`GANGWAY_${name}`, '1']));
    expect(inspect(written(), env).problems).toEqual([]);
  });
});

describe('the prefix', () => {
  it.each(['/_matrix/provision/', '/_matrix/provision/v1', '/_matrix/provision/v1/', '/_matrix/provision//'])(
    'is tolerated as %s, with a warning',
    (prefix) => {
      const { config, warnings } = load(written({ provisioning: { prefix } }));
      expect(config.provisioning.prefix).toBe('/_matrix/provision');
      expect(warnings).toMatchObject([
        { path: 'provisioning.prefix', message: expect.stringContaining('used as /_matrix/provision') },
      ]);
    },
  );
});

describe('a warning', () => {
  const dc = { id: 1, ip: '127.0.0.1', port: 443 };
  it.each([
    ['provisioning.old_shared_secrets', { provisioning: { old_shared_secrets: [sharedSecret] } }, /in this list too/],
    ['encryption.old_keys', { encryption: { old_keys: [encryptionKey] } }, /in this list too/],
    ['telegram.data_centres', { telegram: { data_centres: [dc] } }, /without telegram\.public_keys/],
    ['telegram.public_keys', { telegram: { public_keys: ['a.pem'] } }, /data_centres is empty/],
    ['telegram.proxy', { telegram: { proxy: { address: 'proxy' } } }, /No proxy is used/],
    ['bridge.permissions."*:b.test"', { bridge: { permissions: { '*': 'full', '*:b.test': 'commands' } } }, /Patterns/],
    ['bridge.permissions."@a"', { bridge: { permissions: { '*': 'full', '@a': 'commands' } } }, /neither a Matrix ID/],
    [
      'bridge.permissions."chat.matrix.test"',
      { bridge: { permissions: { '*': 'full', 'chat.matrix.test': 'full' } } },
      /end in :matrix\.test/,
    ],
    [
      'bridge.permissions."hs.other.test"',
      {
        homeserver: { address: 'https://hs.other.test' },
        bridge: { permissions: { '*': 'full', 'hs.other.test': 'full' } },
      },
      /looks like the address of your homeserver/,
    ],
    ['homeserver.address', { homeserver: { address: 'http://localhost:28917' } }, /relay every login to itself/],
    [
      'homeserver.address',
      { homeserver: { address: 'http://hs.test' }, http: { host: 'hs.test', port: 80 } },
      /relay every login to itself/,
    ],
    ['homeserver.address', { homeserver: { address: 'http://chat.matrix.test' } }, /without encryption/],
    [
      'accounts.password_hashing.max_waiting',
      { homeserver: { address: 'http://synapse:8008' }, accounts: { password_hashing: { max_waiting: 3 } } },
      /the homeserver has the accounts and tokens/,
    ],
    [
      'accounts.limits.per_address.max',
      { accounts: { mode: 'off', limits: { per_address: { max: 3 } } } },
      /mode is off/,
    ],
    ['accounts.well_known', { accounts: { well_known: 'keep' } }, /no homeserver sends/],
    ['homeserver.admin_access_token', { homeserver: { admin_access_token: 'syt_x' } }, /no homeserver to ask/],
    [
      'homeserver.admin_access_token',
      { homeserver: { address: 'http://synapse:8008', admin_access_token: 'syt_x' }, accounts: { mode: 'off' } },
      /mode is off/,
    ],
  ])('%s: %j', (path, changes, message) => {
    const { warnings } = load(written(changes), {}, { '/etc/gangway/a.pem': publicKeyPem });
    expect(warnings.map((warning) => warning.path)).toEqual([path]);
    expect(warnings[0]?.message).toMatch(message);
    expect(warnings[0]?.where).toMatch(/^line \d+$/);
  });
});

describe('a common setting', () => {
  it.each([
    [{ homeserver: { address: 'http://synapse:8008' } }],
    [{ homeserver: { address: 'http://10.0.0.1:8008' } }],
    [{ homeserver: { address: 'http://localhost:8008' } }],
    [{ homeserver: { address: 'http://[::1]:8008' } }],
    [{ homeserver: { address: 'http://synapse.matrix.svc.cluster.local:8008' } }],
    [{ homeserver: { address: 'https://chat.matrix.test' } }],
    [{ homeserver: { address: 'https://chat.matrix.test' }, accounts: { access_token_minutes: 5 } }],
    [{ accounts: { mode: 'off', well_known: 'drop' } }],
    [{ homeserver: { address: 'http://synapse:8008', admin_access_token: 'syt_x' } }],
  ])('gets no warning: %j', (changes) => {
    expect(load(written(changes)).warnings).toEqual([]);
  });
});

describe('an invalid file', () => {
  it.each([
    ['ENOENT', /config\.yaml cannot be read: there is no such file.*gangway config init/],
    ['EACCES', /config\.yaml cannot be read: this user may not read it/],
    ['EISDIR', /config\.yaml cannot be read: it is a folder/],
    ['EIO', /config\.yaml cannot be read: input output error/],
  ])('is named if reading it fails with %s', (code, message) => {
    const readFile = () => {
      throw Object.assign(new Error('input output error'), { code });
    };
    const { problems } = inspectConfig({ path: configPath, env: {}, readFile, isReadableByOthers: () => false });
    expect(problems).toEqual([{ path: '', where: undefined, message: expect.stringMatching(message) }]);
  });

  it.each([
    ['a:\n\tb: 1\n', 'line 2', /tab/],
    ['http:\n  port: 1\n  port: 2\n', 'line 3', /twice/],
    ['http:\n    port: 1\n  host: x\n', 'line 3', /indentation/],
    ['http: {port: 1\nlogging: x', 'line 2', /not closed/],
    ['http:\n  host: "x\n', 'line ', /closing quote/],
    ['http:\n  host: @x\n', 'line 2', /reserved/],
    ['a: 1\n---\nb: 1\n', 'line 2', /second document/],
    ['- http\n', 'line 1', /sections/],
    ['http\n', 'line 1', /sections/],
    ['a: &x {b: 1}\nc: *x\n', 'line 2', /References with \*/],
    ['? {a: 1}\n: 2\n', 'line 1', /not plain text/],
  ])('is explained by line: %j', (text, where, message) => {
    const [problem, ...more] = inspect(text).problems;
    expect(problem?.where).toContain(where);
    expect([problem, ...more].map((each) => each?.message).join(' ')).toMatch(message);
  });

  it('is a problem and no crash, for any content', () => {
    const odd = [
      '',
      '{}',
      'null',
      '__proto__: {x: 1}',
      'http: {__proto__: 1, constructor: 2}',
      'toString: 1',
      '\u0000',
      '!!binary x',
    ];
    for (const text of odd) {
      expect(inspect(text).problems, text).not.toEqual([]);
    }
    expect(inspect(written(), {}).problems, configPath).toEqual([]);
  });
});
