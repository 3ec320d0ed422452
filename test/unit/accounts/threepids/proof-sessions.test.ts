import { afterEach, describe, expect, it } from 'vitest';
import type { Caller } from '../../../../src/accounts/threepids/account-addresses.js';
import { Secret } from '../../../../src/base/secret.js';
import { failureOf } from '../../../support/account-requests.js';
import { openContacts, tokenRequest, type ContactsUnderTest } from '../../../support/contacts.js';
import { alice, bob } from '../../../support/identity-service.js';
import { threepidFailureOf } from '../../../support/threepid-failures.js';
import { day } from '../../../support/validation.js';

let under: ContactsUnderTest | undefined;
const open = async (...options: Parameters<typeof openContacts>) => {
  under = await openContacts(...options);
  return under;
};
afterEach(() => under?.close());

const caller: Caller = { mxid: alice, accessToken: new Secret('t'), clientAddress: '203.0.113.7' };
const email = 'Alice@Mail.test';
const phone = '+447470674927';

describe('a request for a token', () => {
  it('returns the session, and where to submit the token', async () => {
    const { proofs } = await open();
    expect(await proofs.requestToken(tokenRequest(email, caller))).toEqual({
      sid: expect.stringMatching(/^\w{32}$/),
      submit_url: 'https://id.test/submit/email',
    });
    expect(await proofs.requestToken(tokenRequest(phone, caller))).toEqual({
      sid: expect.stringMatching(/^\w{32}$/),
      submit_url: 'https://id.test/submit/msisdn',
      success: true,
      msisdn: '447470674927',
      intl_fmt: '+44 7470 674927',
    });
  });

  it('reads a phone number in the national format of that country', async () => {
    const { proofs } = await open();
    const typed = tokenRequest(phone, caller, { address: '07470 674927', country: 'GB' });
    expect(await proofs.requestToken(typed)).toMatchObject({ msisdn: '447470674927' });
  });

  it('validates no e-mail address without a public URL', async () => {
    const { proofs } = await open({ isPublic: false });
    expect(await threepidFailureOf(proofs.requestToken(tokenRequest(email, caller)))).toEqual({
      kind: 'medium_unsupported',
      medium: 'email',
    });
    expect(await proofs.requestToken(tokenRequest(phone, caller))).not.toHaveProperty('submit_url');
  });

  it('for a 3PID in use is rejected as in use if no message can be sent to it, but not for anonymous callers', async () => {
    const { proofs, database } = await open({ isPublic: false });
    const taken = { medium: 'email', address: email.toLowerCase() } as const;
    const rest = { validatedAt: 1, addedAt: 1, telegramAccountId: undefined };
    await database.transaction((tx) => tx.accountAddresses.insert({ id: 'taken', mxid: bob, ...taken, ...rest }));
    expect(await failureOf(proofs.requestToken(tokenRequest(email, caller)))).toEqual({ kind: 'address_in_use' });
    const unsupported = { kind: 'medium_unsupported', medium: 'email' };
    expect(await threepidFailureOf(proofs.requestToken(tokenRequest(email, undefined)))).toEqual(unsupported);
    expect(await threepidFailureOf(proofs.requestToken(tokenRequest('new@mail.test', caller)))).toEqual(unsupported);
  });

  it('is rejected as in use for anonymous callers, too, if the configuration allows it', async () => {
    const { proofs, own, submit, messenger } = await open({ revealsInUse: true });
    const request = tokenRequest(email, caller);
    const { sid } = await proofs.requestToken(request);
    const session = { sid: String(sid), clientSecret: request.clientSecret };
    await submit(session);
    await own.add(alice, session);
    expect(await failureOf(proofs.requestToken(tokenRequest(email, undefined)))).toEqual({ kind: 'address_in_use' });
    expect(messenger.sent).toHaveLength(1);
  });
});

describe('a session is ours', () => {
  it('if open, validated or expired, but not after its use or with another secret', async () => {
    const { proofs, own, submit, clock } = await open();
    const request = tokenRequest(email, caller);
    const { sid } = await proofs.requestToken(request);
    const session = { sid: String(sid), clientSecret: request.clientSecret };
    expect(await proofs.isOurs(session)).toBe(true);
    expect(await proofs.isOurs({ ...session, clientSecret: 'another' })).toBe(false);
    expect(await proofs.isOurs({ ...session, clientSecret: 'no secret' })).toBe(false);
    expect(await proofs.isOurs({ ...session, sid: 'another' })).toBe(false);
    await submit(session);
    expect(await proofs.isOurs(session)).toBe(true);
    await own.add(alice, session);
    expect(await proofs.isOurs(session)).toBe(false);

    const late = tokenRequest(phone, caller);
    const { sid: lateSid } = await proofs.requestToken(late);
    await clock.advance(day);
    expect(await proofs.isOurs({ sid: String(lateSid), clientSecret: late.clientSecret })).toBe(true);
  });

  it('only if its purpose is an account', async () => {
    const { proofs, own, prove } = await open();
    const session = await prove(email);
    expect(await proofs.isOurs(session)).toBe(false);
    expect(await failureOf(own.add(alice, session))).toEqual({ kind: 'address_not_proven' });
  });
});

describe('a validated 3PID', () => {
  it('is not added with a malformed secret', async () => {
    const { own } = await open();
    const adding = own.add(alice, { sid: 'any', clientSecret: 'no secret' });
    expect(await threepidFailureOf(adding)).toEqual({ kind: 'client_secret_invalid' });
  });

  it('is not added to a deactivated account, and the session stays', async () => {
    const { own, proofs, submit, database, clock } = await open();
    const request = tokenRequest(email, undefined);
    const { sid } = await proofs.requestToken(request);
    const session = { sid: String(sid), clientSecret: request.clientSecret };
    await submit(session);
    await database.transaction(async ({ accounts }) => {
      await accounts.insert({ mxid: bob, passwordHash: undefined, createdAt: clock.now(), deactivatedAt: undefined });
      await accounts.deactivate(bob, clock.now());
    });
    expect(await failureOf(own.add(bob, session))).toEqual({ kind: 'user_deactivated' });
    await own.add(alice, session);
    expect(await own.list(alice)).toHaveLength(1);
  });
});
