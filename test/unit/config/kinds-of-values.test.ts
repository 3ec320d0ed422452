import { describe, expect, it } from 'vitest';
import { sections } from '../../../src/config/config.js';
import { layoutOf, settingsIn, type Setting } from '../../../src/config/layout.js';
import { isPlaceholder } from '../../../src/config/placeholder.js';
import { groupNotes, settingNotes } from '../../../src/config/setting.js';
import { inspectConfig } from '../../../src/config/inspect-config.js';
import type { z } from 'zod';
import type { Tree } from '../../../src/config/tree.js';
import { configPath, sharedSecret, written } from './written-config.js';

/** The schema of each declared setting, including the kinds in lists, by path. */
function schemasIn(keys: Readonly<Record<string, z.ZodType>>, path = ''): [string, z.ZodType][] {
  return Object.entries(keys).flatMap(([name, schema]): [string, z.ZodType][] => {
    const here = path === '' ? name : `${path}.${name}`;
    const nested = groupNotes.get(schema);
    if (nested) return schemasIn(nested.keys, here);
    const kinds = Object.entries(settingNotes.get(schema)?.kinds ?? {});
    return [[here, schema], ...kinds.flatMap(([kind, { keys: own }]) => schemasIn(own, `${here}(${kind})`))];
  });
}

const schemas = schemasIn(sections);
const wrap = (form: string, value: string): Tree =>
  form === 'list' ? [value] : form === 'map' ? { 'server.test': value } : value;
const read = (schema: z.ZodType, value: string) =>
  schema.safeParse(wrap(settingNotes.get(schema)?.form ?? 'text', value));

const secrets = schemas.filter(([, schema]) => settingNotes.get(schema)?.secret);
const placeholders = [
  '%GANGWAY_SECRET_VALUE%',
  '<your-secret>',
  '<put the secret key here>',
  'ENC[AES256_GCM,data:abcdefghijklmnopqrstuvwxyz==]',
  '{{ gangway_shared_secret }}',
  '{{gangway.secret.of.the.server}}',
  '${GANGWAY_SHARED_SECRET}',
  '${SECRET:-fallback-of-the-shell}',
  '$GANGWAY_SHARED_SECRET',
  '$(cat /run/secrets/gangway)',
  '<%= secret_of_the_server %>',
  '__SHARED_SECRET_OF_GANGWAY__',
  'changeme',
  'CHANGE_ME_PLEASE_NOW',
  'change-this-please',
  'your-shared-secret-here',
  'yourverysecretsecretkey',
  'insert-your-token-here',
  'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
  '********************************',
  'password',
  '[redacted]',
  '/run/secrets/gangway-shared-secret',
];

describe('every secret', () => {
  it('is tested', () => {
    expect(secrets.length).toBeGreaterThanOrEqual(9);
  });

  it.each(secrets)('%s rejects placeholders and samples, and shows none of them', (_, schema) => {
    const { presence } = settingNotes.get(schema) ?? {};
    const sample = presence?.kind === 'required' ? presence.sample : presence?.kind === 'optional' && presence.example;
    for (const value of [...placeholders, ...(typeof sample === 'string' ? [sample] : [])]) {
      const result = read(schema, value);
      expect(result.success, value).toBe(false);
      const said = result.error?.issues.map(({ message }) => message).join(' ') ?? '';
      if (value.length > 10) expect(said.replaceAll('/run/secrets', '')).not.toContain(value);
    }
  });

  it.each(secrets)('%s rejects fewer than four characters', (_, schema) => {
    for (const value of ['1', 'ab', 'abc']) expect(read(schema, value).success, value).toBe(false);
  });

  it.each([
    sharedSecret,
    'hunter2',
    'a1b2c3d4e5f6',
    'correct horse battery staple',
    'aaaaaaaaaaaaaaaaaaaa',
    '100%safe%',
    'syt_YWxp_x1Y',
  ])('accepts %s', (value) => {
    expect(isPlaceholder(value)).toBe(false);
  });
});

/** Base URLs lose the slash at their end when they are read; other addresses keep it. */
const baseUrls = schemas.filter(([, schema]) => {
  const result = read(schema, 'https://server.test/');
  const text = result.success ? JSON.stringify(result.data instanceof Map ? [...result.data] : result.data) : '';
  return text.includes('https://server.test"');
});

describe('every base URL', () => {
  it('is tested', () => {
    expect(baseUrls.map(([path]) => path)).toEqual(
      expect.arrayContaining([
        'homeserver.address',
        'accounts.public_url',
        'accounts.well_known',
        'identity.public_url',
        'provisioning.well_known',
        'outgoing.servers',
      ]),
    );
  });

  it.each(baseUrls)('%s rejects paths of APIs, queries and fragments', (_, schema) => {
    for (const rest of [
      '/_matrix',
      '/_matrix/',
      '/_matrix/client',
      '/_matrix/client/v3/login',
      '/_MATRIX/client',
      '/below/_matrix/identity/v2',
      '/_synapse/admin',
      '/.well-known/matrix/client',
      '?a=b',
      '/#fragment',
    ]) {
      expect(read(schema, `https://server.test${rest}`).success, rest).toBe(false);
    }
    expect(read(schema, 'https://server.test/below').success).toBe(true);
  });
});

describe('a file with secrets', () => {
  const inspectOpen = (text: string, open: readonly string[], env = {}) =>
    inspectConfig({
      path: configPath,
      env,
      readFile: (path) => (path === configPath ? text : `${sharedSecret}\n`),
      isReadableByOthers: (path) => open.includes(path),
    }).warnings.map(({ path, message }) => `${path}: ${message}`);
  const fromFile = (file: string) => written({ provisioning: { shared_secret: undefined, shared_secret_file: file } });
  const withoutSecrets = written({
    provisioning: { shared_secret: undefined, shared_secret_file: 'secret' },
    encryption: { key: undefined, key_file: 'key' },
    telegram: { api_hash: undefined, api_hash_file: 'hash' },
  });

  it.each([
    [
      'the configuration',
      written(),
      configPath,
      [expect.stringMatching(/^: .*can read \/etc\/gangway\/config\.yaml.*chmod 600/)],
    ],
    ['a configuration without secrets', withoutSecrets, configPath, []],
    [
      'a secret',
      fromFile('secret'),
      '/etc/gangway/secret',
      [expect.stringMatching(/^provisioning\.shared_secret_file: .*chmod 600/)],
    ],
    ['a mounted secret', fromFile('/run/secrets/x'), '/run/secrets/x', []],
  ])('that all users may read gets a warning: %s', (_, text, open, expected) => {
    expect(inspectOpen(text, [open])).toEqual(expected);
  });

  it('of every declared secret is checked', () => {
    for (const { path, note } of settingsIn(layoutOf(sections)).filter(isTextSecret)) {
      const name = `GANGWAY_${path.map((key) => String(key).toUpperCase()).join('__')}_FILE`;
      expect(inspectOpen(written(), ['/tmp/open'], { [name]: '/tmp/open' }).join('\n'), note.about).toMatch(
        /chmod 600 \/tmp\/open/,
      );
    }
  });
});

function isTextSecret({ note }: Setting): boolean {
  return note.secret;
}
