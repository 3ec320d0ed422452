import { afterEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../../src/base/secret.js';
import { failureOf } from '../../../support/account-requests.js';
import { type TestUser } from '../../../support/address-steps.js';
import { tokenRequest } from '../../../support/contacts.js';
import { openEmbeddedAddresses, type EmbeddedAddressesUnderTest } from '../../../support/embedded-addresses.js';
import { lookupCaller } from '../../../support/identity-limits.js';

let under: EmbeddedAddressesUnderTest | undefined;
const open = async (...options: Parameters<typeof openEmbeddedAddresses>) => {
  under = await openEmbeddedAddresses(...options);
  return under;
};
afterEach(() => under?.close());

const email = 'alice@mail.test';
const removal = { medium: 'email', address: email, idServer: undefined, body: {} };
const password = ({ mxid }: TestUser, text: string) => ({
  type: 'm.login.password',
  identifier: { type: 'm.id.user', user: mxid },
  password: text,
});

async function proven({ addresses, submit }: EmbeddedAddressesUnderTest, user: TestUser, typed = email) {
  const request = tokenRequest(typed, user.caller);
  const { sid } = await addresses.requestToken(request);
  const session = { sid: String(sid), clientSecret: request.clientSecret };
  await submit(session);
  return session;
}

describe('if 3PIDs must not be changed', () => {
  it('they can only be listed', async () => {
    const { addresses, logInNew, embedded, messenger } = await open({ mayChange: false });
    const alice = await logInNew('alice');
    await embedded.addAddress(alice.mxid, { medium: 'email', address: email });
    const session = { sid: 's', clientSecret: 'c' };
    const disabled = { kind: 'address_changes_disabled' };
    expect(await failureOf(addresses.requestToken(tokenRequest('new@mail.test', alice.caller)))).toEqual(disabled);
    expect(await failureOf(addresses.add(alice.caller, session, password(alice, alice.password), {}))).toEqual(
      disabled,
    );
    expect(await failureOf(addresses.addWithoutAuthentication(alice.caller, session, {}))).toEqual(disabled);
    expect(await failureOf(addresses.remove(alice.caller, removal))).toEqual(disabled);
    expect(await addresses.list(alice.caller)).toHaveLength(1);
    expect(messenger.sent).toEqual([]);
    expect(await addresses.unbind(alice.caller, removal)).toBe('no-support');
  });
});

describe('a 3PID', () => {
  it('is added in one step if the first request has the password', async () => {
    const opened = await open();
    const alice = await opened.logInNew('alice');
    const session = await proven(opened, alice);
    await opened.addresses.add(alice.caller, session, password(alice, alice.password), {});
    expect(await opened.addresses.list(alice.caller)).toMatchObject([{ medium: 'email', address: email }]);
  });

  it('is removed if an identity server fails, which is retried', async () => {
    const opened = await open();
    const { addresses, identityServers, logInNew } = opened;
    const alice = await logInNew('alice');
    const session = await proven(opened, alice);
    await addresses.add(alice.caller, session, password(alice, alice.password), {});
    const server = { idServer: 'elsewhere.test', idAccessToken: new Secret('t') };
    await addresses.bind(alice.caller, { sid: 's', clientSecret: 'c' }, server, {});
    identityServers.answer('elsewhere.test', { kind: 'no_connection' });
    expect(await addresses.remove(alice.caller, removal)).toBe('no-support');
    expect(await addresses.list(alice.caller)).toEqual([]);
    expect(await failureOf(addresses.unbind(alice.caller, removal))).toEqual({ kind: 'identity_server_unreachable' });
    identityServers.answer('elsewhere.test', undefined);
    expect(await addresses.remove(alice.caller, removal)).toBe('success');
  });

  it('is removed if identity servers have had too many requests, and can be unbound later', async () => {
    const opened = await open();
    const { addresses, logInNew, clock } = opened;
    const alice = await logInNew('alice');
    const session = await proven(opened, alice);
    await addresses.add(alice.caller, session, password(alice, alice.password), {});
    const server = { idServer: 'elsewhere.test', idAccessToken: new Secret('t') };
    const bind = () => addresses.bind(alice.caller, { sid: 's', clientSecret: 'c' }, server, {});
    for (let time = 0; time < 30; time += 1) await bind();
    expect(await addresses.remove(alice.caller, removal)).toBe('no-support');
    expect(await addresses.list(alice.caller)).toEqual([]);
    expect(await failureOf(addresses.unbind(alice.caller, removal))).toMatchObject({ kind: 'rate_limited' });
    await clock.advance(600_000);
    expect(await addresses.unbind(alice.caller, removal)).toBe('success');
  });

  it('is reported as unbound if its bindings end with it', async () => {
    const { addresses, logInNew, embedded, database, service } = await open();
    const { mxid, caller } = await logInNew('alice');
    const number = { medium: 'msisdn', address: '447470674927' } as const;
    await embedded.addAddress(mxid, number);
    const record = await database.transaction((tx) => tx.accountAddresses.find(number));
    expect(record && (await service.associations.publish(record))).toBe(true);
    expect(await addresses.remove(caller, { ...removal, ...number })).toBe('success');
    expect(await service.associations.find(number, lookupCaller('caller'))).toBeUndefined();
    expect(await addresses.remove(caller, { ...removal, ...number })).toBe('no-support');
  });

  it('is kept if the name of the identity server is invalid', async () => {
    const opened = await open();
    const { addresses, logInNew, embedded } = opened;
    const alice = await logInNew('alice');
    await embedded.addAddress(alice.mxid, { medium: 'email', address: email });
    const removing = addresses.remove(alice.caller, { ...removal, idServer: 'https://id.test' });
    expect(await failureOf(removing)).toEqual({ kind: 'identity_server_invalid' });
    expect(await addresses.list(alice.caller)).toHaveLength(1);
  });

  it.each([
    ['email', 'unknown'],
    ['msisdn', 'x'],
    ['fax', '447470674927'],
  ])('is invalid, and cannot be removed: %s %s', async (medium, address) => {
    const { addresses, logInNew } = await open();
    const { caller } = await logInNew('alice');
    const invalid = { kind: 'parameter_invalid', name: 'address' };
    expect(await failureOf(addresses.remove(caller, { ...removal, medium, address }))).toMatchObject(invalid);
    expect(await failureOf(addresses.unbind(caller, { ...removal, medium, address }))).toMatchObject(invalid);
  });

  it('is deleted with its account, together with the records of its bindings', async () => {
    const opened = await open();
    const { addresses, logInNew, embedded, database } = opened;
    const alice = await logInNew('alice');
    const session = await proven(opened, alice);
    await addresses.add(alice.caller, session, password(alice, alice.password), {});
    const server = { idServer: 'elsewhere.test', idAccessToken: new Secret('t') };
    await addresses.bind(alice.caller, { sid: 's', clientSecret: 'c' }, server, {});
    await embedded.administration.deactivate(alice.mxid);
    expect(await addresses.list(alice.caller)).toEqual([]);
    const bindings = await database.transaction((tx) =>
      tx.identityBindings.list(alice.mxid, { medium: 'email', address: email }),
    );
    expect(bindings).toEqual([]);
  });
});

describe('guesses at the password', () => {
  it('are counted together for all operations', async () => {
    const opened = await open();
    const alice = await opened.logInNew('alice');
    const session = await proven(opened, alice);
    const wrong = password(alice, 'wrong');
    for (let guess = 0; guess < 5; guess += 1) {
      const adding = opened.addresses.add(alice.caller, session, wrong, {});
      expect(await failureOf(adding)).toMatchObject({ kind: 'authentication_incomplete' });
      const minting = opened.embedded.accounts.mintLoginToken(alice.caller.accessToken, wrong);
      expect(await failureOf(minting)).toMatchObject({ kind: 'authentication_incomplete' });
    }
    const right = password(alice, alice.password);
    const adding = opened.addresses.add(alice.caller, session, right, {});
    expect(await failureOf(adding)).toMatchObject({ kind: 'rate_limited' });
    const minting = opened.embedded.accounts.mintLoginToken(alice.caller.accessToken, right);
    expect(await failureOf(minting)).toMatchObject({ kind: 'rate_limited' });
  });
});
