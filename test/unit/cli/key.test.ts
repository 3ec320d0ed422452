import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Mxid } from '../../../src/base/mxid.js';
import { Secret } from '../../../src/base/secret.js';
import { openTestDatabase, testKey } from '../../support/database.js';
import { createWorkplace, type CliWorkspace } from '../../support/ran-command.js';

const [oldKey, newKey] = [testKey(7), testKey(8)];
let workspace: CliWorkspace;

const uri = () => new Secret(`sqlite:${join(workspace.folder, 'gangway.db')}`);

function configure(key: Secret, oldKeys: readonly Secret[]): void {
  const config = {
    homeserver: { domain: 'users.test' },
    accounts: { mode: 'off' },
    provisioning: { shared_secret: 'Kx9-mQ2vTz7LpWc4RdYb' },
    telegram: { api_id: 4242, api_hash: '9f1c27d05be84a6390b2f7de61c8a453' },
    bridge: { permissions: { 'users.test': 'user' } },
    encryption: { key: key.reveal(), old_keys: oldKeys.map((old) => old.reveal()) },
  };
  writeFileSync(join(workspace.folder, 'config.yaml'), JSON.stringify(config), { mode: 0o600 });
}

beforeEach(async () => {
  workspace = createWorkplace();
  const database = await openTestDatabase({ uri: uri(), encryption: { key: oldKey, oldKeys: [] } });
  const process = { id: 'p', owner: '@alice:users.test' as Mxid, createdAt: 1, expiresAt: 9e12 };
  await database.transaction((tx) => tx.loginProcesses.save({ ...process, state: new Secret('any') }));
  await database.close();
});

afterEach(() => workspace.remove());

describe('gangway key rotate', () => {
  it('makes the database open with the new key alone', async () => {
    configure(newKey, [oldKey]);
    const { code, out, err } = await workspace.run(['key', 'rotate']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/login_processes\.state +1 +1\n/);
    const database = await openTestDatabase({ uri: uri(), encryption: { key: newKey, oldKeys: [] } });
    await database.close();
  });

  it('explains what to do if there is no old key', async () => {
    configure(oldKey, []);
    const { code, err } = await workspace.run(['key', 'rotate']);
    expect(code).toBe(3);
    expect(err).toContain('move encryption.key to encryption.old_keys');
  });

  it('is refused while the daemon runs', async () => {
    configure(newKey, [oldKey]);
    const encryption = { key: oldKey, oldKeys: [] };
    const daemon = await openTestDatabase({ uri: uri(), encryption, exclusive: true });
    const { code, err } = await workspace.run(['key', 'rotate']);
    await daemon.close();
    expect(code).toBe(4);
    expect(err).toContain('Stop it first');
  });
});
