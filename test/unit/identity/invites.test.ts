import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Mxid } from '../../../src/base/mxid.js';
import { Secret } from '../../../src/base/secret.js';
import { hasSignature } from '../../../src/base/signed-json.js';
import { redactAddress } from '../../../src/identity/redact-address.js';
import {
  alice,
  bob,
  identityFailureOf,
  identityServer,
  inviteOf,
  openIdentityService,
  type IdentityChanges,
  type IdentityUnderTest,
} from '../../support/identity-service.js';
import { day } from '../../support/validation.js';
import { generous } from '../../support/identity-limits.js';

const opened: IdentityUnderTest[] = [];

const open = async (changes: IdentityChanges = {}) => {
  const under = await openIdentityService(changes);
  opened.push(under);
  return under;
};

afterEach(async () => {
  for (const under of opened.splice(0)) await under.close();
});

/** The target of the link in the last mail. */
function openLink(under: IdentityUnderTest) {
  const [page = '', query = ''] = (under.invitations().at(-1)?.link.reveal() ?? '').split('?', 2);
  const shown = new URLSearchParams(query);
  const signUrl = new URL(shown.get('signurl') ?? '');
  return {
    page,
    shown: Object.fromEntries(shown),
    signUrl,
    token: signUrl.searchParams.get('token') ?? '',
    privateKey: new Secret(signUrl.searchParams.get('private_key') ?? ''),
  };
}

describe('the redacted address', () => {
  it.each([
    { address: 'alice@example.com', redacted: 'ali...@exa...' },
    { address: 'foo@bar.baz', redacted: 'f...@bar...' },
    { address: 'ab@c', redacted: 'a...@...' },
    { address: 'a@b.c', redacted: '...@b...' },
    { address: '😀😀😀😀@😀.test', redacted: '😀😀😀...@😀.t...' },
  ])('is $redacted for $address', ({ address, redacted }) => {
    expect(redactAddress(address)).toBe(redacted);
  });
});

describe('an invite', () => {
  let under: IdentityUnderTest;

  beforeEach(async () => {
    under = await open();
  });

  const store = (address = 'carol@mail.test', changes: Parameters<typeof inviteOf>[1] = {}) =>
    under.service.invites.store(inviteOf(address, changes));

  it('is stored and mailed, and returned in the format of homeservers', async () => {
    const stored = await store('Carol@Mail.test', {
      details: { room_name: 'The garden', sender_display_name: 'Bob', room_alias: '#garden:example.test' },
      brand: 'elder',
    });
    expect(stored.token).toMatch(/^[A-Za-z]{128}$/);
    expect(stored.displayName).toBe('car...@mai...');
    expect(stored.publicKeys).toEqual([
      {
        publicKey: under.signingKeys.current.publicKey,
        keyValidityUrl: 'https://id.test/_matrix/identity/v2/pubkey/isvalid',
      },
      {
        publicKey: expect.stringMatching(/^[A-Za-z0-9]{43}$/),
        keyValidityUrl: 'https://id.test/_matrix/identity/v2/pubkey/ephemeral/isvalid',
      },
    ]);
    expect(under.invitations()).toEqual([
      expect.objectContaining({
        to: 'Carol@Mail.test',
        sender: bob,
        senderDisplayName: 'Bob',
        roomName: 'The garden',
        brand: 'elder',
      }),
    ]);
    expect(await under.service.invites.isEphemeralKeyValid(stored.publicKeys[1].publicKey)).toBe(true);
    expect(await under.service.invites.isEphemeralKeyValid(stored.publicKeys[0].publicKey)).toBe(false);
    expect(await under.service.invites.isEphemeralKeyValid('?')).toBe(false);
  });

  it('shows no text that its sender wrote into a Matrix ID, and no invisible characters', async () => {
    const sender = '@You\u2800have\u2800won.\u2800Go\u2800to\u2800evil.test:example.test';
    await store(' Carol\u200b@Mail.test', { sender, caller: undefined });
    const [mailed] = under.invitations();
    expect(mailed).toMatchObject({ to: 'Carol@Mail.test', sender: 'a user of example.test' });
    expect(decodeURIComponent(mailed?.link.reveal() ?? '')).not.toContain('evil.test');
  });

  it('links to the web client, with its parameters', async () => {
    const details = {
      room_name: 'Tea & <b>cake</b>',
      sender_display_name: 'Bob',
      room_avatar_url: 'mxc://example.test/abc',
      room_type: 'm.space',
    };
    const { token } = await store('carol+x@mail.test', { roomId: '!a/b?c#d:example.test', details });
    const link = openLink(under);
    expect(link.page).toBe('https://chat.test/#/room/!a%2Fb%3Fc%23d%3Aexample.test');
    expect(link.shown).toEqual({
      email: 'carol+x@mail.test',
      signurl: link.signUrl.href,
      room_name: 'Tea & <b>cake</b>',
      room_avatar_url: 'mxc://example.test/abc',
      inviter_name: 'Bob',
      room_type: 'm.space',
    });
    expect(link.signUrl.href).toMatch(/^https:\/\/id\.test\/_matrix\/identity\/api\/v1\/sign-ed25519\?/);
    expect(link.token).toBe(token);
  });

  it('shows only a limited part of untrusted text', async () => {
    const details = {
      room_name: `Win${'n'.repeat(50)} http://evil.test`,
      sender_display_name: 'Bank\r\nBcc: all@mail.test',
      room_avatar_url: 'https://evil.test/pixel.png',
      room_type: '"><script>',
    };
    await store('carol@mail.test', { details });
    expect(under.invitations()).toEqual([
      expect.objectContaining({ roomName: `Win${'n'.repeat(27)}…`, senderDisplayName: 'Bank Bcc: all@mail.t…' }),
    ]);
    expect(Object.keys(openLink(under).shown).sort()).toEqual(['email', 'inviter_name', 'room_name', 'signurl']);
    await store('dora@mail.test', { details: { room_name: ' \u0000\u200b ', sender_display_name: '\u202e://' } });
    expect(openLink(under).shown).toEqual({
      email: 'dora@mail.test',
      signurl: openLink(under).signUrl.href,
      inviter_name: bob,
    });
  });

  it.each<readonly [title: string, request: Parameters<typeof inviteOf>[1], kind: string]>([
    ['with an invalid sender', { sender: 'bob' }, 'mxid_invalid'],
    ['of another sender', { caller: alice }, 'not_your_mxid'],
    ['to a phone number', { medium: 'msisdn', address: '+447470674927' }, 'medium_unsupported'],
    ['to an unknown medium', { medium: 'pigeon' }, 'medium_unsupported'],
    ['to an address without a domain', { address: 'carol' }, 'address_invalid'],
    ['to an address with a name', { address: 'Carol <carol@mail.test>' }, 'address_invalid'],
    ['to an address that is too long', { address: `${'c'.repeat(600)}@mail.test` }, 'address_invalid'],
    ['to an address with a lone surrogate', { address: 'car\ud800ol@mail.test' }, 'address_invalid'],
    ['without a room ID', { roomId: '' }, 'room_id_invalid'],
    ['to a room ID with a control character', { roomId: '!a\u0000b' }, 'room_id_invalid'],
    ['to a room ID with a lone surrogate', { roomId: '!a\ud800b' }, 'room_id_invalid'],
    ['to a room ID that is too long', { roomId: `!${'a'.repeat(255)}` }, 'room_id_invalid'],
  ])('%s is rejected, and nothing is stored or mailed', async (_title, request, kind) => {
    expect(await identityFailureOf(store('carol@mail.test', request))).toEqual({ kind });
    expect(under.messenger.asked).toBe(0);
    expect(await under.bind('carol@mail.test')).not.toHaveProperty('invites');
  });

  it('is rejected for a bound 3PID, with its user', async () => {
    await under.bind('carol@mail.test', alice);
    expect(await identityFailureOf(store('CAROL@mail.test'))).toEqual({ kind: 'address_in_use', mxid: alice });
    expect(under.invitations()).toEqual([]);
  });

  it.each([
    { fault: { kind: 'address_unknown' }, expected: { kind: 'address_invalid' } },
    { fault: { kind: 'channel_down' }, expected: { kind: 'send_failed' } },
    { fault: { kind: 'address_unreachable' }, expected: { kind: 'send_failed' } },
    { fault: { kind: 'slow_down', retryAfterMs: 7 }, expected: { kind: 'rate_limited', retryAfterMs: 7 } },
  ] as const)('that cannot be mailed ($fault.kind) is deleted', async ({ fault, expected }) => {
    under.messenger.fail(fault);
    expect(await identityFailureOf(store())).toEqual(expected);
    under.messenger.fail(undefined);
    expect(await under.bind('carol@mail.test')).not.toHaveProperty('invites');
  });

  it('is deleted if it is not used for a year', async () => {
    const { publicKeys } = await store();
    await under.clock.advance(365 * day - 1);
    await under.service.sweep();
    expect(await under.service.invites.isEphemeralKeyValid(publicKeys[1].publicKey)).toBe(true);
    await under.clock.advance(1);
    await under.service.sweep();
    expect(await under.service.invites.isEphemeralKeyValid(publicKeys[1].publicKey)).toBe(false);
  });
});

describe('the web client of an invite', () => {
  it.each([
    { named: 'https://other.test', leadsTo: 'https://other.test/app' },
    { named: 'https://other.test/elsewhere?x#y', leadsTo: 'https://other.test/app' },
    { named: 'https://chat.test', leadsTo: 'https://chat.test' },
    { named: 'https://evil.test', leadsTo: 'https://chat.test' },
    { named: 'https://other.test@evil.test', leadsTo: 'https://chat.test' },
    { named: 'https://other.test:444', leadsTo: 'https://chat.test' },
    { named: 'javascript:alert(1)', leadsTo: 'https://chat.test' },
    { named: 'nonsense', leadsTo: 'https://chat.test' },
  ])('is $leadsTo if the client names $named', async ({ named, leadsTo }) => {
    const under = await open({ options: { allowedWebClients: ['https://other.test/app'] } });
    const details = { 'org.matrix.web_client_location': named };
    await under.service.invites.store(inviteOf('carol@mail.test', { details }));
    expect(openLink(under).page).toBe(`${leadsTo}/#/room/!garden%3Aexample.test`);
  });
});

describe('limits of invites', () => {
  const limited = { options: { invites: { perSender: { max: 2, windowMs: 2000 }, ...generous } } };

  it('count by sender', async () => {
    const { service, clock } = await open(limited);
    const store = (address: string, sender: Mxid = bob) =>
      service.invites.store(inviteOf(address, { sender, caller: sender }));
    await store('a@mail.test');
    await store('b@mail.test');
    expect(await identityFailureOf(store('c@mail.test'))).toEqual({ kind: 'rate_limited', retryAfterMs: 1000 });
    await store('c@mail.test', alice);
    await clock.advance(1000);
    await store('c@mail.test');
  });

  it('do not count for a sender that is only claimed', async () => {
    const { service } = await open(limited);
    const store = (address: string, caller: Mxid | undefined, clientAddress: string) =>
      service.invites.store(inviteOf(address, { caller, clientAddress }));
    await store('a@mail.test', undefined, 'anonymous');
    await store('b@mail.test', undefined, 'anonymous');
    expect(await identityFailureOf(store('c@mail.test', undefined, 'anonymous'))).toMatchObject({
      kind: 'rate_limited',
    });
    await store('c@mail.test', bob, 'homeserver');
  });

  it('count by network and by address, for any sender', async () => {
    const invites = { perSender: { max: 2, windowMs: day }, ...generous, perNetwork: { max: 40, windowMs: day } };
    const { service } = await open({ options: { invites } });
    const store = (index: number, address: string) => {
      const sender = `@user${index}:example.test` as Mxid;
      const clientAddress = `198.51.100.${index}`;
      return service.invites.store(inviteOf(address, { sender, caller: sender, clientAddress }));
    };
    for (let index = 0; index < 30; index += 1) await store(index, 'carol@mail.test');
    expect(await identityFailureOf(store(30, 'Carol@mail.test'))).toMatchObject({ kind: 'rate_limited' });
    for (let index = 0; index < 10; index += 1) await store(index, `user${index}@mail.test`);
    expect(await identityFailureOf(store(40, 'dora@mail.test'))).toMatchObject({ kind: 'rate_limited' });
  });

  it('count by server, but not for our own', async () => {
    const invites = { perSender: { max: 2, windowMs: day }, ...generous, perServer: { max: 3, windowMs: day } };
    const { service } = await open({ options: { invites } });
    const store = (index: number, server: string) => {
      const sender = `@user${index}:${server}` as Mxid;
      return service.invites.store(inviteOf(`${index}@mail.test`, { sender, caller: sender }));
    };
    for (let index = 0; index < 3; index += 1) await store(index, 'evil.test');
    expect(await identityFailureOf(store(3, 'evil.test'))).toMatchObject({ kind: 'rate_limited' });
    await store(4, 'good.test');
    for (let index = 5; index < 10; index += 1) await store(index, 'example.test');
  });

  it.each([
    ['unauthenticated callers', () => undefined],
    ['users of one other server', (index: number) => `@user${index}:evil.test` as Mxid],
  ])('to one address leave a part to callers other than %s', async (_, callerAt) => {
    const { service } = await open();
    const store = (index: number, caller: Mxid | undefined) =>
      service.invites.store(inviteOf('carol@mail.test', { caller, sender: caller ?? `@user${index}:any.test` }));
    for (let index = 0; index < 15; index += 1) await store(index, callerAt(index));
    expect(await identityFailureOf(store(15, callerAt(15)))).toMatchObject({ kind: 'rate_limited' });
    await store(16, '@eve:third.test' as Mxid);
    await store(17, bob);
  });
});

describe('signing an invite', () => {
  it('works with the key from the mail', async () => {
    const under = await open();
    const { token, publicKeys } = await under.service.invites.store(inviteOf('carol@mail.test'));
    const { privateKey } = openLink(under);
    const signed = await under.service.invites.sign({ token, privateKey, mxid: alice });
    expect(signed).toEqual({ mxid: alice, sender: bob, token, signatures: expect.anything() });
    expect(hasSignature(signed, identityServer, 'ed25519:0', publicKeys[1].publicKey)).toBe(true);
    const standard = new Secret(Buffer.from(privateKey.reveal(), 'base64url').toString('base64'));
    expect(await under.service.invites.sign({ token, privateKey: standard, mxid: alice })).toEqual(signed);
  });

  it('rejects unknown tokens, other keys, and an invalid user', async () => {
    const under = await open();
    const { token } = await under.service.invites.store(inviteOf('carol@mail.test'));
    const { privateKey } = openLink(under);
    const { invites } = under.service;
    expect(await identityFailureOf(invites.sign({ token: 'x', privateKey, mxid: alice }))).toEqual({
      kind: 'invite_unknown',
    });
    expect(await identityFailureOf(invites.sign({ token, privateKey, mxid: 'x' }))).toEqual({ kind: 'mxid_invalid' });
    for (const key of ['', 'x', '!', Buffer.alloc(32, 1).toString('base64'), Buffer.alloc(31).toString('base64')]) {
      expect(await identityFailureOf(invites.sign({ token, privateKey: new Secret(key), mxid: alice }))).toEqual({
        kind: 'private_key_invalid',
      });
    }
  });
});
