import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/base/secret.js';
import type { Terminal } from '../../../src/cli/terminal.js';
import { openTestDatabase } from '../../support/database.js';
import { createWorkplace, type CliWorkspace } from '../../support/ran-command.js';

const encryptionKey = Buffer.alloc(32, 7).toString('base64');
let workspace: CliWorkspace;

const configure = (homeserver: Readonly<Record<string, string>>, more: object = {}) =>
  writeFileSync(
    join(workspace.folder, 'config.yaml'),
    JSON.stringify({
      homeserver: { domain: 'users.test', ...homeserver },
      accounts: { mode: homeserver['address'] === undefined ? 'embedded' : 'relay' },
      provisioning: { shared_secret: 'Kx9-mQ2vTz7LpWc4RdYb' },
      telegram: { api_id: 4242, api_hash: '9f1c27d05be84a6390b2f7de61c8a453' },
      bridge: { permissions: { 'users.test': 'puppeting' } },
      encryption: { key: encryptionKey },
      ...more,
    }),
  );

const typing = (...answers: readonly (string | undefined)[]): Terminal => {
  const left = [...answers];
  return {
    isInteractive: true,
    ask: () => Promise.resolve(undefined),
    askSecret() {
      const answer = left.shift();
      return Promise.resolve(answer === undefined ? undefined : new Secret(answer));
    },
  };
};

const user = (...args: readonly string[]) => workspace.run(['user', ...args]);
const userTyping = (terminal: Terminal, ...args: readonly string[]) => workspace.run(['user', ...args], {}, terminal);
const accountOf = async (mxid: string) => {
  const database = await openTestDatabase({
    uri: new Secret(`sqlite:${join(workspace.folder, 'gangway.db')}`),
    encryption: { key: new Secret(encryptionKey), oldKeys: [] },
  });
  const accounts = await database.transaction((tx) => tx.accounts.list());
  await database.close();
  return accounts.find((account) => account.mxid === mxid);
};

beforeEach(() => {
  workspace = createWorkplace();
  configure({});
  writeFileSync(join(workspace.folder, 'password'), 'a password\n');
});

afterEach(() => workspace.remove());

describe('gangway user', () => {
  it('creates accounts and lists them', async () => {
    expect(await user('list')).toEqual({ code: 0, out: '', err: '' });
    expect(await user('add', '@bob:users.test', '--password-file', 'password')).toEqual({
      code: 0,
      out: 'Created @bob:users.test.\n',
      err: '',
    });
    expect((await user('add', 'alice', '--password-file', 'password')).code).toBe(0);
    expect(await user('list')).toEqual({ code: 0, out: '@alice:users.test\n@bob:users.test\n', err: '' });
  });

  it('does nothing with accounts.mode: off', async () => {
    configure({}, { accounts: { mode: 'off' } });
    const { code, out, err } = await user('add', 'alice', '--password-file', 'password');
    expect({ code, out }).toEqual({ code: 7, out: '' });
    expect(err).toBe('Gangway has Matrix accounts only with accounts.mode: embedded; here it is off.\n');
  });

  it('stores no password in clear', async () => {
    writeFileSync(join(workspace.folder, 'password'), 'the clear text of it');
    await user('add', 'alice', '--password-file', 'password');
    expect((await accountOf('@alice:users.test'))?.passwordHash?.reveal()).toMatch(/^\$argon2id\$/);
    expect(readFileSync(join(workspace.folder, 'gangway.db'), 'latin1')).not.toContain('the clear text of it');
  });

  it('asks for a password twice', async () => {
    expect((await userTyping(typing('one', 'one'), 'add', 'alice')).code).toBe(0);
    expect(await userTyping(typing('one', 'two'), 'add', 'bob')).toEqual({
      code: 7,
      out: '',
      err: 'The passwords do not match.\n',
    });
    expect((await userTyping(typing(undefined), 'add', 'bob')).code).toBe(7);
    expect((await userTyping(typing('', ''), 'add', 'bob')).err).toMatch(/must not be empty/);
    expect((await user('list')).out).toBe('@alice:users.test\n');
  });

  it('resets a password and deactivates an account, by a name in any case', async () => {
    await user('add', 'alice', '--password-file', 'password');
    const before = await accountOf('@alice:users.test');
    expect(await userTyping(typing('new', 'new'), 'reset-password', 'ALICE')).toMatchObject({
      code: 0,
      out: expect.stringContaining('Set a new password for @alice:users.test'),
    });
    const after = await accountOf('@alice:users.test');
    expect(after?.passwordHash?.reveal()).not.toBe(before?.passwordHash?.reveal());
    expect(await user('deactivate', '@Alice:users.test')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Deactivated @alice:users.test, .* including those to Telegram\.\n$/),
    });
    expect((await user('list')).out).toBe('@alice:users.test (deactivated)\n');
  });

  it.each([
    ['add', 'taken', /@taken:users\.test already exists/],
    ['add', 'TAKEN', /Invalid user name/],
    ['add', '@x:elsewhere.test', /Invalid user name/],
    ['add', 'gone', /@gone:users\.test \(deactivated\) already exists/],
    ['reset', 'unknown', /There is no account unknown/],
    ['reset', 'gone', /is permanently deactivated/],
  ])('refuses to %s %s before it asks for a password', async (command, name, message) => {
    await user('add', 'taken', '--password-file', 'password');
    await user('add', 'gone', '--password-file', 'password');
    await user('deactivate', 'gone');
    const { code, out, err } = await user(command, name);
    expect({ code, out }).toEqual({ code: 7, out: '' });
    expect(err).toMatch(message);
  });

  it.each([
    ['unknown', /There is no account unknown/],
    ['gone', /is deactivated already/],
  ])('refuses to deactivate %s', async (name, message) => {
    await user('add', 'gone', '--password-file', 'password');
    await user('deactivate', 'gone');
    expect(await user('deactivate', name)).toMatchObject({ code: 7, err: expect.stringMatching(message) });
  });

  it('reports the problem of a password file', async () => {
    writeFileSync(join(workspace.folder, 'empty'), '\n');
    writeFileSync(join(workspace.folder, 'two'), 'one\ntwo\n');
    writeFileSync(join(workspace.folder, 'long'), 'x'.repeat(513));
    writeFileSync(join(workspace.folder, 'marked'), '\ufeffa password\n');
    writeFileSync(join(workspace.folder, 'latin'), Buffer.from('Stra\u00dfe\n', 'latin1'));
    writeFileSync(join(workspace.folder, 'wide'), Buffer.from('\ufeffa password\r\n', 'utf16le'));
    const problemOf = async (file: string) => {
      const { code, err } = await user('add', 'alice', '--password-file', file);
      return `${code} ${err}`;
    };
    expect(await problemOf('missing')).toMatch(/^7 missing cannot be read \(ENOENT\)/);
    expect(await problemOf('empty')).toMatch(/^7 .*must not be empty/);
    expect(await problemOf('two')).toMatch(/^7 two has more than one line/);
    expect(await problemOf('long')).toMatch(/^7 .*at most 512/);
    expect(await problemOf('marked')).toMatch(/^7 marked begins with a byte order mark/);
    expect(await problemOf('latin')).toMatch(/^7 latin is not UTF-8/);
    expect(await problemOf('wide')).toMatch(/^7 wide is not UTF-8/);
    expect(await user('list')).toMatchObject({ out: '' });
  });

  it('requires a terminal or a file for a password', async () => {
    expect(await user('add', 'alice')).toMatchObject({ code: 7, err: expect.stringContaining('--password-file') });
  });

  it('does not manage the accounts of a homeserver', async () => {
    configure({ address: 'http://127.0.0.1:8008' });
    for (const args of [['list'], ['add', 'alice', '--password-file', 'password'], ['deactivate', 'alice']]) {
      const { code, out, err } = await user(...args);
      expect({ code, out }).toEqual({ code: 7, out: '' });
      expect(err).toMatch(/on the homeserver at http:\/\/127\.0\.0\.1:8008/);
    }
  });

  it('reports the problems of the configuration', async () => {
    writeFileSync(join(workspace.folder, 'config.yaml'), 'http: {port: x}');
    expect(await user('list')).toMatchObject({ code: 3, out: '', err: expect.stringContaining('config.yaml has') });
  });
});
