import { readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { createPostgresDatabase, postgresMissing } from '../support/test-database.js';
import { install } from '../support/daemon.js';
import { delegateSecret, publicUrl, startIdentityEnvironment } from '../support/identity-environment.js';
import {
  clientSecrets,
  emails,
  enter,
  proveEmail,
  told,
  useIdentityService,
  type IdentityUsage,
} from '../support/identity-usage.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';

const v2 = '/_matrix/identity/v2';
const timeout = 60_000;

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startStrictSandbox();
});
afterAll(() => sandbox.stop());

describe('the daemon as an identity service', () => {
  it(
    'validates, binds, finds and invites, without a secret in the log, on the disk or in an error',
    { timeout },
    async () => {
      const environment = await startIdentityEnvironment(sandbox);
      try {
        await environment.gangway.start();
        const usage = await useIdentityService(environment);
        const sealed = await environment.gangway.filesWritten();
        expectSecrecy(await environment.gangway.wholeOutput(), usage, sealed.toString('latin1'));
        await environment.gangway.stop();
        expectSecrecy(
          environment.gangway.output(),
          usage,
          (await environment.gangway.filesWritten()).toString('latin1'),
        );
      } finally {
        await environment.close();
      }
    },
  );

  it.skipIf(postgresMissing)(
    `validates, binds, finds and invites on PostgreSQL, without a leaked secret ${postgresMissing ?? ''}`,
    { timeout },
    async () => {
      const database = await createPostgresDatabase();
      const environment = await startIdentityEnvironment(sandbox, { database: { uri: database.uri.reveal() } });
      try {
        await environment.gangway.start();
        const usage = await useIdentityService(environment);
        expectSecrecy(await environment.gangway.wholeOutput(), usage, await database.dump());
      } finally {
        await environment.close();
        await database.remove();
      }
    },
  );

  it('loses no invite when it is killed during the notification of a homeserver', { timeout }, async () => {
    const environment = await startIdentityEnvironment(sandbox);
    try {
      const { gangway, homeserver } = environment;
      await gangway.start();
      const [alice, bob] = [
        await enter(environment, '@alice:example.test'),
        await enter(environment, '@bob:example.test'),
      ];
      const room = {
        medium: 'email',
        address: emails.bob,
        room_id: '!room:example.test',
        sender: '@alice:example.test',
      };
      const stored = await gangway.request('POST', `${v2}/store-invite`, room, alice);
      expect(stored).toMatchObject({ status: 200 });
      const { sid } = await proveEmail(environment, bob, emails.bob, clientSecrets.bob);
      homeserver.behave(() => undefined);
      const bind = { sid, client_secret: clientSecrets.bob, mxid: '@bob:example.test' };
      expect(await gangway.request('POST', `${v2}/3pid/bind`, bind, bob)).toMatchObject({ status: 200 });
      await told(homeserver);
      await gangway.kill();
      const asked = homeserver.requests.length;
      homeserver.behave();
      await gangway.start();
      await expect.poll(() => homeserver.requests.length, { timeout: 10_000 }).toBe(asked + 1);
      const { token } = stored.body;
      expect(await told(homeserver)).toMatchObject({ mxid: '@bob:example.test', invites: [{ token }] });
    } finally {
      await environment.close();
    }
  });

  it('is named in the answers to logins if these name servers at all', { timeout }, async () => {
    const environment = await startIdentityEnvironment(sandbox, {
      accounts: { well_known: 'https://matrix.example.test' },
    });
    try {
      const { gangway } = environment;
      await gangway.start();
      await gangway.addUser('@dave:example.test', 'the password of dave');
      const identifier = { type: 'm.id.user', user: 'dave' };
      const login = { type: 'm.login.password', identifier, password: 'the password of dave' };
      expect((await gangway.request('POST', '/_matrix/client/v3/login', login)).body['well_known']).toEqual({
        'm.homeserver': { base_url: 'https://matrix.example.test' },
        'm.identity_server': { base_url: publicUrl },
      });
    } finally {
      await environment.close();
    }
  });

  it(
    'signs with one key permanently: it creates the file for its owner only, and does not start without it',
    { timeout },
    async () => {
      const environment = await startIdentityEnvironment(sandbox);
      try {
        const { gangway } = environment;
        await gangway.start();
        const file = join(gangway.folder, 'identity-signing.key');
        expect((await stat(file)).mode & 0o777).toBe(0o600);
        expect(await readFile(file, 'utf8')).toMatch(/^ed25519 0 [A-Za-z0-9+/]{43}\n$/);
        const key = await gangway.request('GET', `${v2}/pubkey/ed25519:0`);
        expect(await gangway.stop()).toBe(0);
        await rename(file, `${file}.away`);
        await expect(gangway.start()).rejects.toThrow(
          /ended with 3[^]*identity-signing\.key[^]*Restore it from your backup/,
        );
        await rename(`${file}.away`, file);
        await gangway.start();
        expect((await gangway.request('GET', `${v2}/pubkey/ed25519:0`)).body).toEqual(key.body);
      } finally {
        await environment.close();
      }
    },
  );
});

describe('a daemon without an identity service', () => {
  it.each([
    ['GET', v2],
    ['GET', '/_matrix/identity/versions'],
    ['GET', '/_matrix/identity/api/v1'],
    ['POST', `${v2}/account/register`],
  ] as const)('answers %s %s with 404 M_UNRECOGNIZED', async (method, path) => {
    const { url } = await plain();
    const response = await fetch(`${url}${path}`, { method });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ errcode: 'M_UNRECOGNIZED' });
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
  });

  it('has no key, and no endpoint for a homeserver that delegates', async () => {
    const { url, folder } = await plain();
    await expect(stat(join(folder, 'identity-signing.key'))).rejects.toThrow('ENOENT');
    const path = `/_gangway/delegate/${delegateSecret}/_matrix/identity/api/v1/validate/msisdn/requestToken`;
    expect((await fetch(`${url}${path}`, { method: 'POST' })).status).toBe(404);
  });

  let started: Promise<{ url: string; folder: string; remove: () => Promise<void> }> | undefined;
  const plain = () => (started ??= startPlain());
  afterAll(async () => (await started)?.remove());

  async function startPlain() {
    const gangway = await install(sandbox, { identity: { delegate: { secret: delegateSecret } } });
    await gangway.start();
    return { url: gangway.url(), folder: gangway.folder, remove: () => gangway.remove() };
  }
});

function expectSecrecy(log: string, { answers, secrets, code }: IdentityUsage, disk: string): void {
  expect(log).toContain('"level":"debug"');
  expect(log).toMatch(/telegram gateway report.*"delivery":"delivered"/);
  expect(disk).toMatch(/identity/i);
  const errors = answers
    .filter(({ status }) => status >= 400)
    .map(({ text }) => text)
    .join('\n');
  expect(errors).toContain('M_THREEPID_IN_USE');
  // Six digits may be part of any number; separate ones are the code.
  expect(log).not.toMatch(new RegExp(`(?<!\\w)${code}(?!\\w)`));
  for (const [environment, haystack] of Object.entries({ log, disk, errors })) {
    for (const [what, needle] of Object.entries(secrets)) {
      expect(needle.length, what).toBeGreaterThan(5);
      expect(haystack.includes(needle), `${what} in the ${environment}`).toBe(false);
    }
  }
}
