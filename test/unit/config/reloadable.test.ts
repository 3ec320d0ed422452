import { describe, expect, it } from 'vitest';
import { sections } from '../../../src/config/config.js';
import { layoutOf, settingsIn } from '../../../src/config/layout.js';
import { loadConfig } from '../../../src/config/load-config.js';
import { compareConfigs, reloadableKeys } from '../../../src/config/reloadable.js';
import { showPath } from '../../../src/config/tree.js';

const written = {
  homeserver: { domain: 'users.test' },
  accounts: { mode: 'off' },
  provisioning: { shared_secret_file: 'secret' },
  telegram: { api_id: 4242, api_hash: '9f1c27d05be84a6390b2f7de61c8a453' },
  bridge: { permissions: { 'users.test': 'user' } },
  encryption: { key: Buffer.alloc(32, 7).toString('base64') },
};
const token = (name: string) => ({ type: 'bearer', name, secret: `the-token-of-${name}-0123456789` });

function load(changes: Readonly<Record<string, object>> = {}, secret = 'Kx9-mQ2vTz7LpWc4RdYb') {
  const text = JSON.stringify({ ...written, ...changes });
  const readFile = (path: string) => (path.endsWith('config.yaml') ? text : secret);
  return loadConfig({ path: 'config.yaml', env: {}, readFile, isReadableByOthers: () => false });
}

describe('compareConfigs', () => {
  it.each<[string, ReturnType<typeof load>, ReturnType<typeof load>, readonly string[], readonly string[]]>([
    ['nothing', load(), load(), [], []],
    ['permissions', load(), load({ bridge: { permissions: { '*': 'user' } } }), ['bridge.permissions'], []],
    ['the log level', load(), load({ logging: { level: 'debug' } }), ['logging.level'], []],
    ['a secret in a file', load(), load({}, 'another-secret-of-them'), ['provisioning.shared_secret'], []],
    ['a limit', load(), load({ login: { attempts_per_user: { max: 2 } } }), ['login.attempts_per_user.max'], []],
    ['the port', load(), load({ http: { port: 1 } }), [], ['http.port']],
    [
      'a token',
      load({ admin: { tokens: [token('one')] } }),
      load({ admin: { tokens: [token('two')] } }),
      ['admin.tokens'],
      [],
    ],
    ['the first token', load(), load({ admin: { tokens: [token('one')] } }), [], ['admin.tokens']],
    ['the last token', load({ admin: { tokens: [token('one')] } }), load(), [], ['admin.tokens']],
  ])('finds a change of %s', (_title, before, after, reloaded, needRestart) => {
    expect(compareConfigs(before, before, after)).toEqual({ reloaded, needRestart });
  });

  it('names what needs a restart until the restart, and what was reloaded once', () => {
    const changed = load({ http: { port: 1 }, logging: { level: 'debug' } });
    expect(compareConfigs(load(), changed, changed)).toEqual({ reloaded: [], needRestart: ['http.port'] });
  });
});

it('each reloadable key exists', () => {
  const keys = settingsIn(layoutOf(sections)).map(({ path }) => showPath(path));
  expect(Object.keys(reloadableKeys).filter((key) => !keys.includes(key))).toEqual([]);
});
