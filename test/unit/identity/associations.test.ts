import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Mxid, ServerName } from '../../../src/base/mxid.js';
import { hasSignature } from '../../../src/base/signed-json.js';
import type { SignatureVerdict } from '../../../src/matrix/x-matrix.js';
import {
  alice,
  bob,
  identityFailureOf,
  identityServer,
  openIdentityService,
  type IdentityChanges,
  type IdentityUnderTest,
} from '../../support/identity-service.js';
import { threepidFailureOf } from '../../support/threepid-failures.js';
import { day } from '../../support/validation.js';
import { generous, lookupCaller } from '../../support/identity-limits.js';

const email = { medium: 'email', address: 'carol@mail.test' };
const foreign = '@carol:elsewhere.test' as Mxid;
const client = '198.51.100.7';
const opened: IdentityUnderTest[] = [];

const open = async (changes: IdentityChanges = {}) => {
  const under = await openIdentityService(changes);
  opened.push(under);
  return under;
};

afterEach(async () => {
  for (const under of opened.splice(0)) await under.close();
});

describe('publishing', () => {
  let under: IdentityUnderTest;

  beforeEach(async () => {
    under = await open();
  });

  const find = (asked = email) => under.service.associations.find(asked, lookupCaller('client'));

  it('returns a signed association, and lookups return the same', async () => {
    const signed = await under.bind('Carol@Mail.test');
    const now = under.clock.now();
    expect(signed).toEqual({
      medium: 'email',
      address: 'carol@mail.test',
      mxid: alice,
      ts: now,
      not_before: now,
      not_after: now + 100 * 365 * day,
      signatures: { [identityServer]: { 'ed25519:0': expect.stringMatching(/^[A-Za-z0-9+/]{86}$/) } },
    });
    const { current } = under.signingKeys;
    expect(hasSignature(signed, identityServer, current.keyId, current.publicKey)).toBe(true);
    await under.clock.advance(1000);
    expect(await find()).toEqual(signed);
    expect(await find({ medium: 'email', address: ' CAROL@mail.TEST ' })).toEqual(signed);
  });

  it('accepts phone numbers too', async () => {
    expect(await under.bind('+44 7470 674927')).toMatchObject({ medium: 'msisdn', address: '447470674927' });
    expect(await find({ medium: 'msisdn', address: '+447470674927' })).toMatchObject({ mxid: alice });
    expect(await find({ medium: 'msisdn', address: '447470674928' })).toBeUndefined();
  });

  it('replaces the earlier user of a 3PID', async () => {
    await under.bind('carol@mail.test', alice);
    const second = await under.bind('carol@mail.test', bob);
    expect(await find()).toEqual(second);
    const { lookupPepper } = await under.service.lookup.hashDetails();
    const asked = {
      algorithm: 'none',
      pepper: lookupPepper,
      addresses: ['carol@mail.test email'],
      caller: lookupCaller(alice),
    };
    expect([...(await under.service.lookup.lookUp(asked)).values()]).toEqual([bob]);
  });

  it('has one user if two users bind a 3PID at once', async () => {
    const proofs = [await under.prove('carol@mail.test'), await under.prove('carol@mail.test')];
    const users = [alice, bob];
    const signed = await Promise.all(
      proofs.map((proof, index) => {
        const mxid = users[index] ?? alice;
        return under.service.associations.bind({ ...proof, mxid, caller: mxid });
      }),
    );
    expect(signed).toContainEqual(await find());
  });

  it('does not report other 3PIDs as bound', async () => {
    await under.bind('carol@mail.test');
    for (const asked of [
      { medium: 'email', address: 'karol@mail.test' },
      { medium: 'email', address: 'no address' },
      { medium: 'telepathy', address: 'carol@mail.test' },
    ]) {
      expect(await find(asked)).toBeUndefined();
    }
  });

  it('returns many in the order and the spelling of the request', async () => {
    await under.bind('carol@mail.test', alice);
    await under.bind('+447470674927', bob);
    const asked = [
      { medium: 'msisdn', address: '+44 7470674927' },
      { medium: 'email', address: 'unknown@mail.test' },
      { medium: 'pigeon', address: 'carol@mail.test' },
      { medium: 'email', address: 'CAROL@mail.test' },
      { medium: 'email', address: 'carol@mail.test' },
    ];
    expect(await under.service.associations.findMany(asked, lookupCaller('client'))).toEqual([
      { ...asked[0], mxid: bob },
      { ...asked[3], mxid: alice },
      { ...asked[4], mxid: alice },
    ]);
  });

  it('requires a validation', async () => {
    const { associations } = under.service;
    const { sid, clientSecret } = await under.prove('carol@mail.test');
    const asked = { sid, clientSecret, mxid: alice, caller: alice };
    const kinds = [
      await threepidFailureOf(associations.bind({ ...asked, sid: 'unknown' })),
      await threepidFailureOf(associations.bind({ ...asked, clientSecret: 'wrong' })),
      await threepidFailureOf(associations.bind({ ...asked, clientSecret: 'no secret!' })),
    ].map(({ kind }) => kind);
    expect(kinds).toEqual(['session_unknown', 'session_unknown', 'client_secret_invalid']);
    await under.clock.advance(day);
    expect((await threepidFailureOf(associations.bind(asked))).kind).toBe('session_expired');
    expect(await find()).toBeUndefined();
  });

  it.each(['alice', '@alice', '@alice:', '@alice:exa mple.test', '@a\ud800:example.test', '@alice:-/', ''])(
    'rejects %j, which is no user',
    async (mxid) => {
      const { sid, clientSecret } = await under.prove('carol@mail.test');
      const asked = { sid, clientSecret, mxid, caller: undefined };
      expect(await identityFailureOf(under.service.associations.bind(asked))).toEqual({ kind: 'mxid_invalid' });
    },
  );
});

describe('the user of a binding', () => {
  it('is the caller, if known', async () => {
    const under = await open({ options: { bindAllow: 'own_server' } });
    const proof = await under.prove('carol@mail.test');
    expect(await identityFailureOf(under.service.associations.bind({ ...proof, mxid: alice, caller: bob }))).toEqual({
      kind: 'not_your_mxid',
    });
    await under.service.associations.bind({ ...proof, mxid: foreign, caller: foreign });
  });

  it.each([
    { allow: 'own_server', mxid: alice, outcome: 'published' },
    { allow: 'own_server', mxid: foreign, outcome: 'mxid_not_allowed' },
    { allow: 'own_server', mxid: '@carol:sub.example.test', outcome: 'mxid_not_allowed' },
    { allow: 'own_server', mxid: '@carol:example.test:8448', outcome: 'mxid_not_allowed' },
    { allow: 'any', mxid: foreign, outcome: 'published' },
  ] as const)('is $outcome in version 1 with $allow and $mxid', async ({ allow, mxid, outcome }) => {
    const under = await open({ options: { bindAllow: allow } });
    const bound = under.service.associations.bind({
      ...(await under.prove('carol@mail.test')),
      mxid,
      caller: undefined,
    });
    if (outcome === 'published') expect(await bound).toMatchObject({ mxid });
    else expect(await identityFailureOf(bound)).toEqual({ kind: outcome });
  });
});

describe('withdrawing', () => {
  const carols = { ...email, mxid: alice };
  const withdraw = (under: IdentityUnderTest, session: { readonly sid: string; readonly clientSecret: string }) =>
    under.service.associations.unbind(carols, { kind: 'session', ...session });

  it('can be bound again with the same session', async () => {
    const under = await open();
    const proof = await under.prove('carol@mail.test');
    await under.service.associations.bind({ ...proof, mxid: alice, caller: alice });
    const { lookupPepper: pepper } = await under.service.lookup.hashDetails();
    await withdraw(under, proof);
    expect(await under.service.associations.find(email, lookupCaller('client'))).toBeUndefined();
    const asked = { algorithm: 'none', pepper, addresses: ['carol@mail.test email'], caller: lookupCaller(alice) };
    expect((await under.service.lookup.lookUp(asked)).size).toBe(0);
    await withdraw(under, proof);
  });

  it('keeps the binding of another user', async () => {
    const under = await open();
    await under.bind('carol@mail.test', bob);
    await withdraw(under, await under.prove('carol@mail.test'));
    expect(await under.service.associations.find(email, lookupCaller('client'))).toMatchObject({ mxid: bob });
  });

  it('rejects the validation of another 3PID, of none, and an invalid 3PID', async () => {
    const under = await open();
    await under.bind('carol@mail.test');
    const other = { kind: 'session', ...(await under.prove('dora@mail.test')) } as const;
    const { associations } = under.service;
    expect(await identityFailureOf(associations.unbind(carols, other))).toEqual({ kind: 'unbind_mismatch' });
    expect(await identityFailureOf(associations.unbind({ ...carols, medium: 'fax' }, other))).toEqual({
      kind: 'medium_unsupported',
    });
    expect(await identityFailureOf(associations.unbind({ ...carols, address: 'x' }, other))).toEqual({
      kind: 'address_invalid',
    });
    expect(await identityFailureOf(associations.unbind({ ...carols, mxid: 'x' }, other))).toEqual({
      kind: 'mxid_invalid',
    });
    expect((await threepidFailureOf(associations.unbind(carols, { ...other, sid: 'none' }))).kind).toBe(
      'session_unknown',
    );
    const request = { authorization: undefined, method: 'POST', uri: '/', content: {} };
    expect(await identityFailureOf(associations.unbind(carols, { kind: 'homeserver', request, client }))).toEqual({
      kind: 'signature_missing',
    });
    expect(await under.service.associations.find(email, lookupCaller('client'))).toBeDefined();
  });

  it('needs no validation by our own accounts, for the user of that account', async () => {
    const under = await open();
    await under.bind('carol@mail.test');
    const { associations } = under.service;
    const byBob = associations.unbind(carols, { kind: 'user', mxid: bob });
    expect(await identityFailureOf(byBob)).toEqual({ kind: 'not_your_mxid' });
    expect(await associations.find(email, lookupCaller('client'))).toBeDefined();
    await associations.unbind(carols, { kind: 'user', mxid: alice });
    expect(await associations.find(email, lookupCaller('client'))).toBeUndefined();
  });

  it.each<{ readonly verdict: SignatureVerdict; readonly outcome: string }>([
    { verdict: { kind: 'signed', origin: 'example.test' as ServerName }, outcome: 'withdrawn' },
    { verdict: { kind: 'signed', origin: 'evil.test' as ServerName }, outcome: 'origin_mismatch' },
    { verdict: { kind: 'missing' }, outcome: 'signature_missing' },
    { verdict: { kind: 'wrong' }, outcome: 'signature_wrong' },
    { verdict: { kind: 'origin_invalid' }, outcome: 'server_name_invalid' },
    { verdict: { kind: 'unreachable' }, outcome: 'homeserver_unreachable' },
    { verdict: { kind: 'overloaded' }, outcome: 'overloaded' },
  ])('by a homeserver whose signature is $verdict is $outcome', async ({ verdict, outcome }) => {
    const under = await open({ verifyRequest: () => Promise.resolve(verdict) });
    await under.bind('carol@mail.test');
    const request = { authorization: 'X-Matrix', method: 'POST', uri: '/_matrix/identity/v2/3pid/unbind', content: {} };
    const unbound = under.service.associations.unbind(carols, { kind: 'homeserver', request, client });
    if (outcome === 'withdrawn') await unbound;
    else expect((await identityFailureOf(unbound)).kind).toBe(outcome);
    expect((await under.service.associations.find(email, lookupCaller('client'))) === undefined).toBe(
      outcome === 'withdrawn',
    );
  });

  it('by a signature is limited by client, before any request for keys', async () => {
    let checks = 0;
    const verifyRequest = () => Promise.resolve({ kind: 'unreachable' } as const).finally(() => (checks += 1));
    const registrations = { perClient: { max: 2, windowMs: 4000 } };
    const under = await open({ verifyRequest, options: { registrations } });
    const request = { authorization: 'X-Matrix', method: 'POST', uri: '/', content: {} };
    const ask = (from: string) =>
      identityFailureOf(under.service.associations.unbind(carols, { kind: 'homeserver', request, client: from }));
    const kinds = (await Promise.all([ask(client), ask(client), ask(client)])).map(({ kind }) => kind);
    expect(kinds).toEqual(['homeserver_unreachable', 'homeserver_unreachable', 'rate_limited']);
    expect(checks).toBe(2);
    expect(await ask(client)).toEqual({ kind: 'rate_limited', retryAfterMs: 2000 });
    expect((await ask('203.0.113.9')).kind).toBe('homeserver_unreachable');
    await under.clock.advance(2000);
    expect((await ask(client)).kind).toBe('homeserver_unreachable');
  });
});

describe('lookups in clear', () => {
  it('are limited by caller, for different 3PIDs', async () => {
    const { service, clock } = await open({
      options: { lookup: { pepperMs: day, maxAddresses: 5, perUser: { max: 3, windowMs: 3000 }, ...generous } },
    });
    const { associations } = service;
    const asked = (local: string) => ({ medium: 'email', address: `${local}@mail.test` });
    await associations.findMany([asked('a'), asked('b')], lookupCaller('one'));
    await associations.find(asked('a'), lookupCaller('one'));
    await associations.find(asked('c'), lookupCaller('one'));
    expect(await identityFailureOf(associations.find(asked('d'), lookupCaller('one')))).toEqual({
      kind: 'rate_limited',
      retryAfterMs: 1000,
    });
    await associations.find(asked('d'), lookupCaller('another'));
    await associations.find(asked('b'), lookupCaller('one'));
    expect(
      await identityFailureOf(associations.findMany(['e', 'f', 'g', 'h'].map(asked), lookupCaller('third'))),
    ).toEqual({
      kind: 'too_many_addresses',
      limit: 3,
    });
    await clock.advance(1000);
    await associations.find(asked('d'), lookupCaller('one'));
  });
});
