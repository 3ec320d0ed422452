import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWebGrants } from '../../../src/accounts/web-grants.js';
import { systemClock } from '../../../src/base/clock.js';
import { systemRandom } from '../../../src/base/random.js';
import { Secret } from '../../../src/base/secret.js';
import { openTestDatabase } from '../../support/database.js';
import { createWorkplace, type CliWorkspace } from '../../support/ran-command.js';

const encryptionKey = Buffer.alloc(32, 7).toString('base64');
let workspace: CliWorkspace;

beforeEach(() => {
  workspace = createWorkplace();
  configure({ enabled: true, public_url: 'https://pages.users.test/', path: '/telegram/' });
});

afterEach(() => workspace.remove());

function configure(web: Readonly<Record<string, unknown>>): void {
  const config = {
    homeserver: { domain: 'users.test' },
    accounts: { mode: 'off' },
    provisioning: { shared_secret: 'Kx9-mQ2vTz7LpWc4RdYb' },
    telegram: { api_id: 4242, api_hash: '9f1c27d05be84a6390b2f7de61c8a453' },
    bridge: { permissions: { 'users.test': 'user' } },
    web,
    encryption: { key: encryptionKey },
  };
  writeFileSync(join(workspace.folder, 'config.yaml'), JSON.stringify(config));
}

describe('gangway link', () => {
  it('prints a link that signs the user in once', async () => {
    const { code, out, err } = await workspace.run(['link', '@alice:users.test']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const token = /^https:\/\/pages\.users\.test\/telegram\/link\/([\w-]{22})\n$/.exec(out)?.[1] ?? expect.fail(out);
    const database = await openTestDatabase({
      uri: new Secret(`sqlite:${join(workspace.folder, 'gangway.db')}`),
      encryption: { key: new Secret(encryptionKey), oldKeys: [] },
    });
    try {
      const runtime = { clock: systemClock, random: systemRandom };
      const grants = createWebGrants({ ...runtime, database, sessionMs: 60_000, linkMs: 1 });
      expect(await grants.redeemLink(new Secret(token))).toMatchObject({ owner: '@alice:users.test' });
      expect(await grants.redeemLink(new Secret(token))).toBeUndefined();
    } finally {
      await database.close();
    }
  });

  it.each([
    { title: 'a text that is no Matrix ID', user: 'alice', text: 'Invalid Matrix ID alice.' },
    {
      title: 'a user without permission',
      user: '@alice:elsewhere.test',
      text: 'bridge.permissions does not let @alice:elsewhere.test log in to Telegram.',
    },
  ])('refuses $title', async ({ user, text }) => {
    const { code, out, err } = await workspace.run(['link', user]);
    expect({ code, out }).toEqual({ code: 7, out: '' });
    expect(err).toContain(text);
  });

  it.each([
    { title: 'the page is disabled', web: { enabled: false } },
    {
      title: 'links are disabled',
      web: { enabled: true, public_url: 'https://pages.users.test', sign_in: { links: false } },
    },
  ])('refuses if $title', async ({ web }) => {
    configure(web);
    const { code, err } = await workspace.run(['link', '@alice:users.test']);
    expect(code).toBe(7);
    expect(err).toContain('Set web.enabled and web.sign_in.links to true.');
  });
});
