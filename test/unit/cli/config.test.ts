import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sharedSecret, written } from '../config/written-config.js';
import type { Terminal } from '../../../src/cli/terminal.js';
import { createWorkplace, type CliWorkspace } from '../../support/ran-command.js';

let workspace: CliWorkspace;
beforeEach(() => {
  workspace = createWorkplace();
});
afterEach(() => workspace.remove());

const read = (name: string) => readFileSync(join(workspace.folder, name), 'utf8');
const write = (name: string, text: string) => writeFileSync(join(workspace.folder, name), text, { mode: 0o600 });
const keysNamed = (err: string) => [...err.matchAll(/^ {2}(\S+) \(/gm)].map(([, key]) => key);

describe('gangway config init', () => {
  it('writes a file that only its owner may read', async () => {
    expect(await workspace.run(['config', 'init', '--embedded'])).toMatchObject({ code: 0, err: '' });
    expect(statSync(join(workspace.folder, 'config.yaml')).mode & 0o777).toBe(0o600);
  });

  it('writes a file that is valid except for the keys that must be edited', async () => {
    await workspace.run(['config', 'init', '--embedded', '-c', 'my.yaml']);
    const { code, err } = await workspace.run(['config', 'check', '-c', 'my.yaml']);
    expect(code).toBe(3);
    expect(keysNamed(err)).toEqual([
      'homeserver.domain',
      'telegram.api_id',
      'telegram.api_hash',
      'bridge.permissions."example.com"',
      'bridge.permissions."@admin:example.com"',
    ]);
  });

  it('with the server name, leaves only api_id and api_hash to edit', async () => {
    await workspace.run(['config', 'init', '--embedded', '--domain', 'matrix.test']);
    expect(keysNamed((await workspace.run(['config', 'check'])).err)).toEqual(['telegram.api_id', 'telegram.api_hash']);
    const env = { GANGWAY_TELEGRAM__API_ID: '4242', GANGWAY_TELEGRAM__API_HASH: 'a'.repeat(32) };
    expect(await workspace.run(['config', 'check', '--who', '@u:matrix.test'], env)).toMatchObject({
      code: 0,
      out: expect.stringContaining('@u:matrix.test may log in'),
      err: '',
    });
  });

  it('generates new secrets each time, and prints none of them', async () => {
    const printed = [
      await workspace.run(['config', 'init', '--embedded', '-c', 'a']),
      await workspace.run(['config', 'init', '--embedded', '-c', 'b']),
    ];
    const secrets = ['a', 'b'].flatMap((name) => [...read(name).matchAll(/^ +(?:shared_secret|key): "?([^"\n]+)/gm)]);
    const values = secrets.map(([, secret = '']) => secret);
    expect(new Set(values).size).toBe(4);
    for (const value of values) {
      expect(value.length).toBeGreaterThanOrEqual(43);
      expect(JSON.stringify(printed)).not.toContain(value);
    }
  });

  it('leaves an existing file as it is', async () => {
    write('config.yaml', 'mine');
    expect(await workspace.run(['config', 'init', '--embedded'])).toEqual({
      code: 6,
      out: '',
      err: 'config.yaml was not written: it exists already. Move it away, or name another file.\n',
    });
    expect(read('config.yaml')).toBe('mine');
  });

  it('reports that the folder does not exist', async () => {
    const { code, err } = await workspace.run(['config', 'init', '--embedded', '-c', 'gone/config.yaml']);
    expect({ code, err }).toEqual({ code: 6, err: 'gone/config.yaml was not written: its folder does not exist.\n' });
  });

  it.each([
    ['.', 'it is a folder. Name a file in it.'],
    ['file/config.yaml', 'what should be its folder is a file.'],
    ['x'.repeat(300), 'its name is too long.'],
    ['circle/config.yaml', 'its path contains a cycle of symbolic links.'],
  ])('reports why it cannot write %s', async (file, why) => {
    write('file', '');
    symlinkSync('circle', join(workspace.folder, 'circle'));
    const { code, err } = await workspace.run(['config', 'init', '--embedded', '-c', file]);
    expect({ code, err }).toEqual({ code: 6, err: `${file} was not written: ${why}\n` });
  });

  it.each(['example.com', 'https://matrix.test', 'a b'])('rejects %s as a server name', async (domain) => {
    const { code, err } = await workspace.run(['config', 'init', '--embedded', '--domain', domain]);
    expect(code).toBe(2);
    expect(err).toContain('--domain');
  });
});

describe('gangway config init asks which accounts to use', () => {
  const typing = (...answers: readonly string[]): Terminal => {
    const left = [...answers];
    return {
      isInteractive: true,
      ask: () => Promise.resolve(left.shift()),
      askSecret: () => Promise.resolve(undefined),
    };
  };
  const init = (args: readonly string[], terminal?: Terminal) =>
    workspace.run(['config', 'init', '--domain', 'matrix.test', ...args], {}, terminal);
  const firstLine = async () => {
    const env = { GANGWAY_TELEGRAM__API_ID: '4242', GANGWAY_TELEGRAM__API_HASH: 'a'.repeat(32) };
    const { code, out } = await workspace.run(['config', 'check'], env);
    return { code, first: out.split('\n')[0] };
  };

  it.each([
    [
      ['--homeserver', 'http://localhost:8008/'],
      'relay. Matrix logins are passed on to the homeserver at http://localhost:8008.',
    ],
    [['--embedded'], 'embedded. Gangway has the Matrix accounts of this server name'],
    [['--no-accounts'], 'off. Gangway serves no Matrix logins'],
  ])('accepts %j as an answer', async (args, expected) => {
    expect(await init(args)).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringContaining(`accounts.mode: ${expected}`),
    });
    expect(await firstLine()).toEqual({ code: 0, first: expect.stringContaining(`accounts.mode: ${expected}`) });
  });

  it.each([
    ['http://localhost:8008', 'relay. Matrix logins are passed on to the homeserver at http://localhost:8008.'],
    ['embedded', 'embedded. '],
    [' off ', 'off. '],
  ])('accepts %j typed on a terminal', async (answer, expected) => {
    expect(await init([], typing(answer))).toMatchObject({ code: 0, err: '' });
    expect(await firstLine()).toEqual({ code: 0, first: expect.stringContaining(`accounts.mode: ${expected}`) });
  });

  it('asks again if the answer is not a choice', async () => {
    const { code, err } = await init([], typing('', 'yes', 'https://matrix.example.com', 'embedded'));
    expect(code).toBe(0);
    expect(err).toMatch(/"yes" is not an http.*\n.*sample value/);
  });

  it.each([
    ['without a terminal', [], undefined],
    ['if the answer is refused', [], typing()],
    ['with two of the options', ['--embedded', '--no-accounts'], undefined],
    ['with the other two', ['--homeserver', 'http://localhost:8008', '--no-accounts'], undefined],
    ['with two again', ['--homeserver', 'http://localhost:8008', '--embedded'], undefined],
    ['with an address that is none', ['--homeserver', 'localhost:8008'], undefined],
  ])('writes nothing %s', async (_, args, terminal) => {
    expect((await init(args, terminal)).code).toBe(2);
    expect(existsSync(join(workspace.folder, 'config.yaml'))).toBe(false);
  });

  it('names the three options when there is no terminal', async () => {
    expect((await init([])).err).toMatch(/--homeserver URL, --embedded or --no-accounts/);
  });
});

describe('gangway config check', () => {
  it('reports a valid configuration', async () => {
    write('config.yaml', written());
    const mode =
      'accounts.mode: embedded. Gangway has the Matrix accounts of this server name. There must be no homeserver for it.';
    const engine = 'telegram.engine: gramjs. If the log contains "telegram client outdated", set it to mtcute.';
    expect(await workspace.run(['config', 'check'])).toEqual({
      code: 0,
      out: `${mode}\n${engine}\nconfig.yaml is valid.\n`,
      err: '',
    });
  });

  it('lists all problems, with the line and the fix', async () => {
    write('config.yaml', written({ homeserver: { domain: 'example.com' }, http: { prot: 1 } }));
    const { code, out, err } = await workspace.run(['config', 'check']);
    expect({ code, out }).toEqual({ code: 3, out: expect.stringMatching(/^accounts\.mode: embedded\. .*\n$/) });
    expect(err).toBe(
      [
        `config.yaml has 2 problems:`,
        '',
        '  homeserver.domain (line 2)',
        '    This is still a sample value. Write the server name of your homeserver: the part after the colon in the Matrix IDs of your users.',
        '  http.prot (line 16)',
        '    There is no such key. Did you mean http.port?',
        '',
      ].join('\n'),
    );
  });

  it('prints warnings, and exits with 0', async () => {
    write('config.yaml', written({ provisioning: { prefix: '/p/v1' } }));
    const { code, err } = await workspace.run(['config', 'check']);
    expect(code).toBe(0);
    expect(err).toContain('provisioning.prefix (line 7)\n    It is used as /p');
  });

  it('reports a missing file, and the command that writes one', async () => {
    const { code, err } = await workspace.run(['config', 'check', '-c', 'gone.yaml']);
    expect(code).toBe(3);
    expect(err).toContain('gone.yaml');
    expect(err).toContain('there is no such file. Create one with `gangway config init`');
  });

  it('reads the files that the configuration names relative to it, from any working directory', async () => {
    mkdirSync(join(workspace.folder, 'etc'));
    write('etc/secret', `${sharedSecret}\n`);
    write('etc/config.yaml', written({ provisioning: { shared_secret: undefined, shared_secret_file: 'secret' } }));
    expect(await workspace.run(['config', 'check', '-c', 'etc/config.yaml'])).toMatchObject({ code: 0 });
  });

  it('renders the templates of messages, and bodies and headers of webhooks', async () => {
    const identity = { enabled: true, public_url: 'https://id.matrix.test' };
    const email = [{ type: 'smtp', host: 'mail.matrix.test', from: 'id@matrix.test' }];
    mkdirSync(join(workspace.folder, 'mails'));
    write('config.yaml', written({ identity, delivery: { email, templates: 'mails' } }));
    expect(await workspace.run(['config', 'check'])).toMatchObject({ code: 0, err: '' });
    write('mails/validation.txt.eta', '<%= it.lnik %>');
    const broken = await workspace.run(['config', 'check']);
    expect(broken.code).toBe(3);
    expect(broken.err).toContain('  validation.txt.eta\n    It fails: there is no it.lnik.\n');
    const phone = [{ type: 'webhook', url: 'https://sms.matrix.test', body: '{code}' }];
    write('config.yaml', written({ identity, delivery: { phone }, threepids: { allowed_countries: ['GB'] } }));
    expect(await workspace.run(['config', 'check'])).toMatchObject({
      code: 3,
      err: expect.stringContaining('webhook'),
    });
  });

  it('reports a folder in place of a file', async () => {
    mkdirSync(join(workspace.folder, 'config.yaml'));
    expect((await workspace.run(['config', 'check'])).err).toContain('it is a folder');
  });
});

describe('gangway config check --who', () => {
  const permissions = { '*': 'commands', 'a.test': 'user', '@u:a.test': 'relay', '@w:a.test': 'admin' };
  it.each([
    ['@v:a.test', 0, 'may log in: the entry "a.test": user is for the users of this server'],
    ['@w:a.test', 0, 'may log in: the entry "@w:a.test": admin is for this user'],
    ['@u:a.test', 7, 'may not log in (that requires user or admin): the entry "@u:a.test": relay is for this user'],
    ['@v:c.test', 7, 'may not log in (that requires user or admin): the entry "*": commands is for all users'],
  ])('%s exits with %i: %s', async (who, expected, said) => {
    write('config.yaml', written({ bridge: { permissions } }));
    const { code, out } = await workspace.run(['config', 'check', '--who', who]);
    expect(code).toBe(expected);
    expect(out).toContain(`${who} may`);
    expect(out).toContain(said);
  });

  it('reports that no line matches the user', async () => {
    write('config.yaml', written());
    const { out } = await workspace.run(['config', 'check', '--who', '@u:c.test']);
    expect(out).toContain('may not log in (that requires user or admin): bridge.permissions has no entry for');
  });

  it('answers also if other sections are invalid', async () => {
    write('config.yaml', written({ http: { port: 'x' } }));
    const { code, out } = await workspace.run(['config', 'check', '--who', '@u:matrix.test']);
    expect(code).toBe(3);
    expect(out).toContain('@u:matrix.test may log in');
  });

  it('reports that it cannot answer before bridge.permissions is valid', async () => {
    write('config.yaml', written({ bridge: { permissions: {} } }));
    expect((await workspace.run(['config', 'check', '--who', '@u:matrix.test'])).out).toContain('Cannot check whether');
  });

  it('accepts full Matrix IDs only', async () => {
    write('config.yaml', written());
    expect(await workspace.run(['config', 'check', '--who', 'me'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('It must be a whole Matrix ID, such as @user:server.'),
    });
  });
});
