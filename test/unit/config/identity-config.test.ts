import { describe, expect, it } from 'vitest';
import { inspect, load, written } from './written-config.js';

const accounts = { public_url: 'https://matrix.matrix.test' };
const on = { enabled: true, public_url: 'https://id.matrix.test/' };
const smtp = { type: 'smtp', host: 'mail.matrix.test', from: 'Gangway <id@matrix.test>' };
const gateway = { type: 'telegram_gateway', token: 'AAEEDgAAhunter2' };
const webhook = { type: 'webhook', url: 'https://sms.matrix.test/send/?a=b' };
const file = { type: 'file', path: 'out.jsonl' };
const secret = '0123456789abcdef01234567';
const email = (...channels: object[]) => ({ delivery: { email: channels } });
const phone = (...channels: object[]) => ({ delivery: { phone: channels } });

describe('the identity service', () => {
  it('is enabled by its address alone', () => {
    const { identity } = load(written({ identity: on, delivery: { email: [file] } })).config;
    expect(identity).toMatchObject({
      enabled: true,
      publicUrl: 'https://id.matrix.test',
      serverName: 'id.matrix.test',
      signingKeyFile: '/etc/gangway/identity-signing.key',
      bindAllow: 'own_server',
      terms: {},
      delegate: undefined,
    });
  });

  it('serves no part of version 1 by default', () => {
    const { identity } = load(written({ identity: on })).config;
    const off = { enabled: false, allowedClients: [] };
    expect(identity.enabled && identity.v1).toEqual({
      validate: off,
      bind: off,
      lookup: off,
      invite: off,
      submitErrorStatus: 200,
    });
  });

  it.each([
    ['https://id.matrix.test:8448', null, 'id.matrix.test:8448'],
    ['http://localhost:8090', null, 'localhost:8090'],
    ['https://id.matrix.test', 'matrix.test', 'matrix.test'],
  ])('at %s with the name %s signs as %s', (public_url, name, expected) => {
    const server_name = name ?? undefined;
    const { identity } = load(written({ identity: { ...on, public_url, server_name } })).config;
    expect(identity.enabled && identity.serverName).toBe(expected);
  });

  it('keeps its key at the configured path, relative to the configuration file', () => {
    const at = (signing_key_file: string) => load(written({ identity: { ...on, signing_key_file } })).config.identity;
    expect(at('keys/id')).toMatchObject({ signingKeyFile: '/etc/gangway/keys/id' });
    expect(at('/var/lib/id')).toMatchObject({ signingKeyFile: '/var/lib/id' });
  });

  it('has policies by ID, each in several languages', () => {
    const en = { name: 'Privacy', url: 'https://matrix.test/privacy/' };
    const de = { name: 'Datenschutz', url: 'https://matrix.test/privacy/de' };
    const { identity } = load(written({ identity: { ...on, terms: { privacy: { version: 2, en, de } } } })).config;
    expect(identity).toMatchObject({ terms: { privacy: { version: '2', languages: { en, de } } } });
  });

  it('serves a homeserver with the secret', () => {
    const { identity } = load(
      written({ identity: { ...on, delegate: { secret, allowed_clients: ['10.0.0.2'] } } }),
    ).config;
    expect(identity).toMatchObject({ delegate: { allowedClients: ['10.0.0.2'] } });
    expect(identity.enabled && identity.delegate?.secret.reveal()).toBe(secret);
  });
});

describe('channels for messages', () => {
  it('are loaded in order, each with the keys of its kind', () => {
    const auth = { user: 'me', password: 'hunter2' };
    const { delivery } = load(
      written({
        delivery: {
          email: [{ ...smtp, ...auth, security: 'tls', port: 465 }, smtp, file],
          phone: [
            { ...gateway, sender_username: '@matrixtest' },
            { ...webhook, authorization: 'Bearer hunter2', headers: { 'X-Key': 'hunter2' } },
          ],
          templates: 'mails',
        },
      }),
    ).config;
    expect(delivery).toMatchObject({
      email: [
        { type: 'smtp', host: 'mail.matrix.test', port: 465, security: 'tls', credentials: { user: 'me' } },
        { type: 'smtp', port: 587, security: 'starttls', credentials: undefined, from: { name: 'Gangway' } },
        { type: 'file', path: '/etc/gangway/out.jsonl' },
      ],
      phone: [
        { type: 'telegram_gateway', senderUsername: 'matrixtest', address: 'https://gatewayapi.telegram.org' },
        { type: 'webhook', url: 'https://sms.matrix.test/send/?a=b', format: 'json' },
      ],
      templates: '/etc/gangway/mails',
    });
    const [first] = delivery.email;
    expect(first?.type === 'smtp' && first.credentials?.password.reveal()).toBe('hunter2');
    const [, second] = delivery.phone;
    expect(second?.type === 'webhook' && second.headers.get('X-Key')?.reveal()).toBe('hunter2');
    expect(JSON.stringify(delivery)).not.toContain('hunter2');
  });

  it.each(['default', 'none', 'a', 'example', 'Token', '[]', '***'])('accept %j in a header of a webhook', (value) => {
    const [channel] = load(written(phone({ ...webhook, headers: { 'X-Route': value } }))).config.delivery.phone;
    expect(channel?.type === 'webhook' && channel.headers.get('X-Route')?.reveal()).toBe(value);
  });

  it('accept their own certificates', () => {
    const pem = '-----BEGIN CERTIFICATE-----';
    const channels = [{ ...smtp, certificate_authorities: ['ca.pem'] }];
    const { delivery } = load(written(email(...channels)), {}, { '/etc/gangway/ca.pem': pem }).config;
    expect(delivery.email).toMatchObject([{ certificateAuthorities: [pem] }]);
  });

  it('read their secrets from files', () => {
    const channels = [smtp, { ...smtp, user: 'me', password_file: 'secrets/smtp' }];
    const { delivery } = load(written(email(...channels)), {}, { '/etc/gangway/secrets/smtp': 'hunter2\n' }).config;
    const [, second] = delivery.email;
    expect(second?.type === 'smtp' && second.credentials?.password.reveal()).toBe('hunter2');
  });

  it('read their secrets from the environment, by their position', () => {
    const { delivery } = load(written(phone(webhook, { type: 'telegram_gateway' })), {
      GANGWAY_DELIVERY__PHONE__1__TOKEN: 'hunter2',
      GANGWAY_DELIVERY__PHONE__0__FORMAT: 'form',
    }).config;
    const [first, second] = delivery.phone;
    expect(first).toMatchObject({ type: 'webhook', format: 'form' });
    expect(second?.type === 'telegram_gateway' && second.token.reveal()).toBe('hunter2');
  });

  it('can come from the environment as a whole', () => {
    const env = { GANGWAY_DELIVERY__EMAIL: JSON.stringify([file]), GANGWAY_DELIVERY__EMAIL__0__PATH: '/tmp/out' };
    expect(load(written(), env).config.delivery.email).toEqual([{ type: 'file', path: '/tmp/out' }]);
  });

  it('have no variables if they do not exist', () => {
    const { problems } = inspect(written(email(file)), { GANGWAY_DELIVERY__EMAIL__1__PATH: '/tmp/out' });
    expect(problems).toMatchObject([{ where: 'GANGWAY_DELIVERY__EMAIL__1__PATH' }]);
  });
});

type Row = readonly [changes: Readonly<Record<string, unknown>>, path: string, message: RegExp];

const rows: readonly Row[] = [
  [{ accounts: { public_url: 'http://matrix.test' } }, 'accounts.public_url', /must begin with https/],
  [{ accounts: { public_url: 'https://matrix.example.com' } }, 'accounts.public_url', /still a sample value/],
  [{ accounts: { addresses: { changes: 'no' } } }, 'accounts.addresses.changes', /true or false/],
  [{ accounts: { addresses: { post: false } } }, 'accounts.addresses.post', /There is no such key\. Remove it/],
  [{ identity: { enabled: true } }, 'identity.public_url', /missing.*https address/],
  [{ identity: { ...on, public_url: 'http://id.matrix.test' } }, 'identity.public_url', /must begin with https/],
  [{ identity: { ...on, public_url: 'https://id.example.com' } }, 'identity.public_url', /still a sample value/],
  [
    { identity: { ...on, public_url: 'https://id.test/?a' } },
    'identity.public_url',
    /The address must end with its path:/,
  ],
  [{ identity: { ...on, public_url: 'id.test' } }, 'identity.public_url', /is not an https:\/\/ address/],
  [{ identity: { ...on, server_name: 'https://id.test' } }, 'identity.server_name', /is not a server name/],
  [{ identity: { ...on, bind: { allow: 'all' } } }, 'identity.bind.allow', /one of own_server, any/],
  [{ identity: { ...on, v1: { validate: true } } }, 'identity.v1.validate', /section.*enabled, allowed_clients/],
  [{ identity: { ...on, v1: { submit_error_status: 300 } } }, 'identity.v1.submit_error_status', /is not 200 or 400/],
  [
    { identity: { ...on, v1: { lookup: { allowed_clients: ['lan'] } } } },
    'identity.v1.lookup.allowed_clients[0]',
    /not an IP address/,
  ],
  [{ identity: { ...on, terms: { privacy: { version: '1' } } } }, 'identity.terms.privacy', /no text/],
  [
    { identity: { ...on, terms: { privacy: { version: '1', en: 1 } } } },
    'identity.terms.privacy.en',
    /map of name and url/,
  ],
  [{ identity: { ...on, delegate: { secret: 'short' } } }, 'identity.delegate.secret', /fewer than 24/],
  [{ identity: { ...on, delegate: { secret: `${secret}/` } } }, 'identity.delegate.secret', /letters, digits/],
  [
    { identity: { ...on, delegate: { secret: 'put-a-random-text-into-the-path' } } },
    'identity.delegate.secret',
    /samp/,
  ],
  [{ identity: { ...on, web_clients: [] } }, 'identity.web_clients', /Did you mean identity\.web_client\?/],
  [{ threepids: { allowed_countries: ['gb'] } }, 'threepids.allowed_countries[0]', /two capital letters/],
  [{ threepids: { next_link_hosts: ['https://x.test'] } }, 'threepids.next_link_hosts[0]', /without a port/],
  [
    { outgoing: { servers: { 'https://a.test': 'https://a.test' } } },
    'outgoing.servers."https://a.test"',
    /server name/,
  ],
  [{ outgoing: { servers: { 'a.test': 'a.test' } } }, 'outgoing.servers."a.test"', /http/],
  [{ outgoing: { servers: [] } }, 'outgoing.servers', /must be a map/],
  [{ outgoing: { allowed_networks: ['10.0.0.0/33'] } }, 'outgoing.allowed_networks[0]', /is not an IP address/],
  [{ delivery: { email: smtp } }, 'delivery.email', /must be a list/],
  [email(smtp, 'smtp' as unknown as object), 'delivery.email[1]', /must be a map of keys/],
  [email({ host: 'mail.test' }), 'delivery.email[0].type', /missing.*smtp, file/],
  [email({ type: 'sendmail' }), 'delivery.email[0].type', /"sendmail" is not one of smtp, file/],
  [email(smtp, { ...smtp, from: undefined }), 'delivery.email[1].from', /missing/],
  [email({ ...smtp, from: 'id@example.com' }), 'delivery.email[0].from', /still a sample/],
  [email({ ...smtp, from: 'a@b.test\r\nBcc: c@d.test' }), 'delivery.email[0].from', /is not a mail address/],
  [email({ ...smtp, host: 'mail.test:25' }), 'delivery.email[0].host', /without a port/],
  [email({ ...smtp, security: 'ssl' }), 'delivery.email[0].security', /one of starttls, tls/],
  [email({ ...smtp, user: 'me' }), 'delivery.email[0].password', /user name requires it/],
  [email({ ...smtp, password: 'hunter2' }), 'delivery.email[0].user', /password requires it/],
  [email({ ...smtp, user: 'me', password_file: 'gone' }), 'delivery.email[0].password_file', /cannot be read/],
  [
    email({ ...smtp, pasword: 'hunter2' }),
    'delivery.email[0].pasword',
    /Did you mean delivery\.email\[0\]\.password\?/,
  ],
  [
    email({ ...smtp, user: 'me', password: 'hunter2', security: 'opportunistic' }),
    'delivery.email[0].security',
    /An attacker between Gangway and the server/,
  ],
  [email({ ...smtp, certificate_authorities: ['gone'] }), 'delivery.email[0].certificate_authorities[0]', /cannot be/],
  [email({ type: 'file' }), 'delivery.email[0].path', /missing/],
  [phone(smtp), 'delivery.phone[0].type', /"smtp" is not one of telegram_gateway, webhook, file/],
  [phone({ ...gateway, token: 'put-the-token-here' }), 'delivery.phone[0].token', /still a sample value/],
  [phone({ ...gateway, sender_username: 'a b' }), 'delivery.phone[0].sender_username', /name of a channel/],
  [phone({ ...webhook, authorization: 'none' }), 'delivery.phone[0].authorization', /placeholder/],
  [phone({ ...webhook, url: 'sms.test' }), 'delivery.phone[0].url', /is not an http/],
  [phone({ ...webhook, headers: { 'X-Key': 'hunter2\n' } }), 'delivery.phone[0].headers.X-Key', /not shown/],
];

describe('a configuration in which one key of the identity service or its messages is invalid', () => {
  it.each(rows.map(([changes, path, message]) => [path, JSON.stringify(changes), changes, message] as const))(
    'reports only %s, for %s',
    (path, _, changes, message) => {
      const { problems } = inspect(written(changes));
      expect(problems.map((problem) => problem.path)).toEqual([path]);
      expect(problems[0]?.message).toMatch(message);
      expect(problems[0]?.message).toMatch(/[.?]$/);
      expect(problems[0]?.where).toMatch(/^line [0-9]+$/);
      expect(JSON.stringify(problems)).not.toContain('hunter2');
    },
  );
});

describe('a warning about messages', () => {
  const mails = { email: [smtp] };
  it.each<Row>([
    [{ identity: { public_url: 'https://id.matrix.test' } }, 'identity.public_url', /identity\.enabled is false/],
    [{ identity: on }, 'identity.enabled', /cannot validate 3PIDs without a channel/],
    [{ delivery: mails }, 'delivery.email', /set accounts\.public_url, or enable/],
    [{ accounts: { mode: 'off' }, delivery: mails }, 'delivery.email', /accounts\.mode is off/],
    [{ accounts, ...phone(file) }, 'delivery.phone[0]', /not delivered.*for tests only/],
    [{ accounts, ...phone(gateway) }, 'delivery.phone[0]', /allowed_countries/],
    [{ accounts: { ...accounts, mode: 'off' } }, 'accounts.public_url', /accounts\.mode is off/],
    [{ accounts: { public_url: 'http://localhost:28917' } }, 'accounts.public_url', /Only programs on this machine/],
    [{ identity: on, ...email(smtp, file) }, 'delivery.email[1]', /not delivered.*for tests only/],
    [{ identity: { ...on, delegate: { secret } }, delivery: mails }, 'identity.delegate.secret', /delivery\.phone/],
    [{ identity: on, ...phone(gateway) }, 'delivery.phone[0]', /allowed_countries/],
    [{ identity: on, ...email({ ...smtp, security: 'none' }) }, 'delivery.email[0].security', /without encryption/],
    [
      { identity: { ...on, public_url: 'http://localhost:28917' }, delivery: mails },
      'identity.public_url',
      /Only programs on this machine/,
    ],
    ...['validate', 'bind', 'lookup', 'invite'].map((part): Row => [
      { identity: { ...on, v1: { [part]: { enabled: true } } }, delivery: mails },
      `identity.v1.${part}.enabled`,
      /no authentication: any client can/,
    ]),
    [
      { identity: { ...on, v1: { validate: { enabled: true, allowed_clients: ['127.0.0.1'] } } }, delivery: mails },
      'identity.v1.validate.allowed_clients',
      /trusted_proxies is empty/,
    ],
  ])('for %j names %s', (changes, path, message) => {
    const { problems, warnings } = inspect(written(changes));
    expect(problems).toEqual([]);
    expect(warnings.map((warning) => warning.path)).toEqual([path]);
    expect(warnings[0]?.message).toMatch(message);
  });

  it('is absent if only accounts send messages, from an address of their own', () => {
    expect(inspect(written({ accounts, delivery: mails })).warnings).toEqual([]);
  });

  it('is absent if the configuration is valid', () => {
    const { warnings } = inspect(
      written({
        identity: on,
        delivery: { email: [smtp], phone: [gateway, webhook] },
        threepids: { allowed_countries: ['GB'] },
      }),
    );
    expect(warnings).toEqual([]);
  });
});
