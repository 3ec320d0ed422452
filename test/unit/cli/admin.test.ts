import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { adminToken, alice, openAdminApi, type AdminApi } from '../../support/admin-api.js';
import { createWorkplace, type CliWorkspace, type Ran } from '../../support/ran-command.js';

let api: AdminApi;
let workspace: CliWorkspace;

beforeEach(async () => {
  api = await openAdminApi();
  workspace = createWorkplace();
  writeFileSync(join(workspace.folder, 'token'), `${adminToken}\n`);
  writeFileSync(join(workspace.folder, 'wrong'), 'another token');
});

afterEach(async () => {
  workspace.remove();
  await api.close();
});

const place = () => ['--url', `http://127.0.0.1:${api.server.port}/`, '--token-file', 'token'];

function admin(...args: readonly string[]): Promise<Ran> {
  return workspace.run(['admin', ...args, ...place()]);
}

function configure(tokens: readonly object[], more: object = {}): void {
  const config = {
    homeserver: { domain: 'users.test' },
    accounts: { mode: 'off' },
    provisioning: { shared_secret: 'Kx9-mQ2vTz7LpWc4RdYb' },
    telegram: { api_id: 4242, api_hash: '9f1c27d05be84a6390b2f7de61c8a453' },
    bridge: { permissions: { 'users.test': 'user' } },
    encryption: { key: Buffer.alloc(32, 7).toString('base64') },
    admin: { tokens, ...more },
  };
  writeFileSync(join(workspace.folder, 'config.yaml'), JSON.stringify(config));
}

const token = { type: 'bearer', name: 'helpdesk', secret_file: 'token' };

describe('gangway admin', () => {
  it.each<[string, string, readonly string[]]>([
    ['users list', 'USER', ['@alice:example.org', '@bob:example.org']],
    ['users list --search ALICE', 'USER', ['@alice:example.org']],
    ['users list --limit 1', 'USER', ['@alice:example.org']],
    ['sessions list', 'TELEGRAM USER  USER                USERNAME', ['773501 ', '773502 ']],
    [
      'processes list',
      'LOGIN ID    USER',
      ['code-3501', 'code-3502', 'left-3501', 'left-3502', 'phone-3501', 'phone-3502'],
    ],
    ['hand-overs list', 'TELEGRAM USER  USER                STATE', ['773501 ', '773502 ']],
    ['users threepids @alice:example.org', 'MEDIUM  ADDRESS', ['email', 'msisdn', 'email', 'msisdn']],
    ['sessions show 773501', 'TELEGRAM USER', ['773501']],
  ])('%s prints a table', async (command, heading, rows) => {
    const { code, out, err } = await admin(...command.split(' '));
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const [first, ...rest] = out.trimEnd().split('\n');
    expect(first).toContain(heading);
    expect(rest.map((line, index) => line.slice(0, rows[index]?.length))).toEqual(rows);
  });

  it('prints the answer of the API with --json', async () => {
    const { out } = await admin('users', 'list', '--json');
    expect(JSON.parse(out)).toEqual({ users: [{ user_id: alice }, { user_id: '@bob:example.org' }] });
    const shown = await admin('users', 'show', alice, '--json');
    expect(JSON.parse(shown.out)).toMatchObject({ user_id: alice, sessions: [{ telegram_user_id: '773501' }] });
  });

  it('shows all that is stored about a user', async () => {
    const { code, out } = await admin('users', 'show', alice);
    expect(code).toBe(0);
    for (const part of [
      '@alice:example.org: Matrix account created ',
      'devices:',
      'sessions:',
      'processes:',
      'hand-overs:',
      'threepids:',
    ]) {
      expect(out).toContain(part);
    }
  });

  it.each<[string, string]>([
    ['sessions revoke 773501 --yes', 'Removed 773501. The daemon ends its session at Telegram.'],
    ['processes cancel phone-3501', 'Cancelled phone-3501.'],
    ['hand-overs retry 773501', 'The daemon asks the bridge about 773501 within 10 seconds.'],
    ['users deactivate @alice:example.org --yes', 'Deactivated @alice:example.org. Telegram sessions to end: 1.'],
  ])('%s does it', async (command, printed) => {
    expect(await admin(...command.split(' '))).toEqual({ code: 0, out: `${printed}\n`, err: '' });
  });

  it.each<[string, string, number, string]>([
    ['users show @unknown:x.test', 'an unknown user', 7, 'No such user.'],
    ['users show alice', 'an invalid Matrix ID', 7, 'Invalid parameter user_id.'],
    ['sessions revoke 1 --yes', 'an unknown login', 7, 'No user is logged in as this Telegram user.'],
    ['sessions revoke 773501', 'no --yes', 7, 'Add --yes to do it.'],
    ['users deactivate @alice:example.org', 'no --yes', 7, 'Add --yes to do it.'],
    ['processes cancel none', 'an unknown process', 7, 'No such login process is in progress.'],
    ['hand-overs retry 1', 'an unknown hand-over', 7, 'No hand-over of this Telegram user is waiting or refused.'],
    ['users list --token-file wrong', 'a wrong token', 9, 'The admin token is missing or wrong.'],
    ['users list --token-file none', 'a missing file', 2, 'cannot be read'],
    ['users list --url http://127.0.0.1:1', 'no daemon', 9, 'No server answers at http://127.0.0.1:1.'],
    ['users list --limit 0', 'a limit of zero', 2, 'It must be a number from 1.'],
  ])('%s fails with %s', async (command, _title, code, text) => {
    const given = command.split(' ');
    const rest = place().filter((_, index) => !given.includes(place()[index - (index % 2)] ?? ''));
    const ran = await workspace.run(['admin', ...given, ...rest]);
    expect(ran).toMatchObject({ code, out: '' });
    expect(ran.err).toContain(text);
  });

  it('finds the daemon and the token in the configuration', async () => {
    configure([token], { port: api.server.port });
    const { code, out } = await workspace.run(['admin', 'users', 'list']);
    expect({ code, out }).toEqual({ code: 0, out: 'USER\n@alice:example.org\n@bob:example.org\n' });
  });

  it('requires a token in the configuration', async () => {
    configure([]);
    const { code, err } = await workspace.run(['admin', 'users', 'list']);
    expect({ code, err }).toEqual({
      code: 3,
      err: 'admin.tokens is empty. Add a token to it and restart the daemon.\n',
    });
  });
});
