import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AddressTokenRequest } from '../../src/accounts/threepids/account-addresses.js';
import { Secret } from '../../src/base/secret.js';
import { failureOf } from '../support/account-requests.js';
import {
  addressSteps,
  challengeOf,
  kindsOf,
  refusedAsUnproven,
  refused,
  type AddressesUnderTest,
  type TestUser,
} from '../support/address-steps.js';
import { tokenRequest } from '../support/contacts.js';
import { threepidFailureOf } from '../support/threepid-failures.js';

const email = 'Alice@Mail.test';
const phone = '+447470674927';

/** What the 3PIDs of accounts do if this daemon stores them, for embedded and relayed accounts. */
export function accountAddressesContract(open: () => Promise<AddressesUnderTest>): void {
  let under: AddressesUnderTest;
  let steps: ReturnType<typeof addressSteps>;
  let alice: TestUser;
  let bob: TestUser;

  beforeEach(async () => {
    under = await open();
    steps = addressSteps(under);
    [alice, bob] = [await under.logInNew('alice'), await under.logInNew('bob')];
  });

  afterEach(() => under.close());

  describe('a 3PID', () => {
    it.each([
      { what: 'an e-mail address', typed: email, medium: 'email', canonical: 'alice@mail.test' },
      { what: 'a phone number', typed: phone, medium: 'msisdn', canonical: '447470674927' },
    ] as const)('that is $what is validated, added, listed, and logs in', async ({ typed, medium, canonical }) => {
      const session = await steps.openSession(typed, alice);
      await under.clock.advance(1000);
      const validatedAt = under.clock.now();
      await under.submit(session);
      await under.clock.advance(1000);
      await steps.addFully(alice, session);
      expect(await under.addresses.list(alice.caller)).toEqual([
        { medium, address: canonical, validatedAt, addedAt: under.clock.now() },
      ]);
      expect(await under.addresses.list(bob.caller)).toEqual([]);
      expect(await under.logInBy(medium, typed, alice.password)).toBe(alice.mxid);
    });

    it('is listed before the 3PIDs that were added after it', async () => {
      await steps.addFully(alice, await steps.proven(phone, alice));
      await under.clock.advance(1);
      await steps.addFully(alice, await steps.proven(email, alice));
      await under.clock.advance(1);
      await steps.addFully(alice, await steps.proven('a@mail.test', alice));
      expect(await steps.listed(alice)).toEqual(['msisdn 447470674927', 'email alice@mail.test', 'email a@mail.test']);
    });

    it('is added only after it is validated', async () => {
      const session = await steps.openSession(email, alice);
      expect(await failureOf(steps.addFully(alice, session))).toEqual({ kind: 'address_not_proven' });
      await refusedAsUnproven(steps.addFully(alice, { ...session, sid: 'unknown' }));
      await under.submit(session);
      const wrong = { ...session, clientSecret: 'another' };
      await refusedAsUnproven(steps.addFully(alice, wrong));
      expect(await steps.listed(alice)).toEqual([]);
      await steps.addFully(alice, session);
      expect(await steps.listed(alice)).toEqual(['email alice@mail.test']);
    });

    it('is not added after its validation has expired', async () => {
      const session = await steps.proven(email, alice);
      await under.clock.advance(86_400_000);
      expect(await failureOf(steps.addFully(alice, session))).toEqual({ kind: 'address_not_proven' });
    });

    it('under validation is shown to the user who requested the token, until the validation expires', async () => {
      const session = await steps.openSession(email, alice);
      const { mxid } = alice.caller;
      expect(await under.addresses.findPending(mxid, session)).toMatchObject({ medium: 'email', isValidated: false });
      for (const [owner, wanted] of [
        [bob.mxid, session],
        [mxid, { ...session, clientSecret: 'another' }],
        [mxid, { ...session, sid: 'another' }],
      ] as const) {
        expect(await under.addresses.findPending(owner, wanted)).toBeUndefined();
      }
      await under.submit(session);
      expect(await under.addresses.findPending(mxid, session)).toMatchObject({ medium: 'email', isValidated: true });
      await under.clock.advance(2 * 86_400_000);
      expect(await under.addresses.findPending(mxid, session)).toBeUndefined();
    });

    it('is added only by the user who requested the token', async () => {
      const session = await steps.proven(email, alice);
      expect(await failureOf(steps.addFully(bob, session))).toEqual({ kind: 'address_not_proven' });
      await steps.addFully(alice, session);
      expect(await steps.listed(bob)).toEqual([]);
    });

    it('is added by any user with the session if the request was anonymous', async () => {
      const session = await steps.proven(email, 'anonymous');
      await steps.addFully(bob, session);
      expect([await steps.listed(alice), await steps.listed(bob)]).toEqual([[], ['email alice@mail.test']]);
    });

    it('is added by the deprecated endpoint without user-interactive authentication', async () => {
      const session = await steps.proven(email, alice);
      const body = { three_pid_creds: { ...steps.bodyOf(session), id_server: 'elsewhere.test' } };
      expect(await failureOf(under.addresses.addWithoutAuthentication(bob.caller, session, body))).toEqual({
        kind: 'address_not_proven',
      });
      await under.addresses.addWithoutAuthentication(alice.caller, session, body);
      expect(await steps.listed(alice)).toEqual(['email alice@mail.test']);
    });

    it('of a session is added once', async () => {
      const session = await steps.proven(email, alice);
      await steps.addFully(alice, session);
      await under.addresses.remove(alice.caller, steps.removalOf('email', email));
      await refusedAsUnproven(steps.addFully(alice, session));
      expect(await steps.listed(alice)).toEqual([]);
    });
  });

  describe('user-interactive authentication', () => {
    it('is required to add a 3PID', async () => {
      const session = await steps.proven(email, alice);
      const { body } = await challengeOf(steps.add(alice, session));
      expect(body).toMatchObject({ flows: [{ stages: ['m.login.password'] }], session: expect.any(String) });
      expect(body).not.toHaveProperty('errcode');
      expect(await steps.listed(alice)).toEqual([]);
    });

    it('fails with a wrong password, and can be repeated', async () => {
      const session = await steps.proven(email, alice);
      const first = await challengeOf(steps.add(alice, session));
      const auth = steps.passwordOf({ ...alice, password: 'wrong' }, String(first.body['session']));
      const second = await challengeOf(steps.add(alice, session, auth));
      expect(second.body).toMatchObject({ errcode: 'M_FORBIDDEN', flows: [{ stages: ['m.login.password'] }] });
      expect(await steps.listed(alice)).toEqual([]);
      await steps.add(alice, session, steps.passwordOf(alice, String(second.body['session'])));
      expect(await steps.listed(alice)).toEqual(['email alice@mail.test']);
    });

    it('of another user is refused', async () => {
      const session = await steps.proven(email, alice);
      const { body } = await challengeOf(steps.add(alice, session));
      await refused(steps.add(alice, session, steps.passwordOf(bob, String(body['session']))));
      expect(await steps.listed(alice)).toEqual([]);
    });

    it('for one session does not count for another', async () => {
      const [one, other] = [await steps.proven(email, alice), await steps.proven(phone, alice)];
      const { body } = await challengeOf(steps.add(alice, one));
      await refused(steps.add(alice, other, steps.passwordOf(alice, String(body['session']))));
      expect(await steps.listed(alice)).toEqual([]);
      await steps.add(alice, one, steps.passwordOf(alice, String(body['session'])));
      await refused(steps.add(alice, other, { session: body['session'] }));
      expect(await steps.listed(alice)).toEqual(['email alice@mail.test']);
    });
  });

  describe('a 3PID of another user', () => {
    const anonymous = (address: string, changes: Partial<AddressTokenRequest> = {}) =>
      tokenRequest(address, undefined, changes);

    beforeEach(async () => {
      await steps.addFully(bob, await steps.proven(email, bob));
      await steps.addFully(bob, await steps.proven(phone, bob));
    });

    it.each([email, phone])('is in use, which any user who requests a token learns: %s', async (address) => {
      const sent = under.messenger.sent.length;
      expect(await failureOf(steps.ask(tokenRequest(address, alice.caller)))).toEqual({ kind: 'address_in_use' });
      expect(await failureOf(steps.ask(tokenRequest(address, bob.caller)))).toEqual({ kind: 'address_in_use' });
      expect(under.messenger.sent).toHaveLength(sent);
    });

    it('is not revealed to anonymous callers, and its owner gets a mail', async () => {
      const request = anonymous(email);
      const reply = await steps.ask(request);
      const message = under.messenger.sent.at(-1);
      expect(message).toMatchObject({ kind: 'email_in_use', to: 'alice@mail.test' });

      const free = await steps.ask(anonymous('free@mail.test'));
      const shape = (of: typeof reply) => ({ ...of, sid: String(of['sid']).replaceAll(/[0-9A-Za-z]/g, 'x') });
      expect(shape(reply)).toEqual(shape(free));

      const sent = under.messenger.sent.length;
      expect(await steps.ask(request)).toEqual(reply);
      expect(under.messenger.sent).toHaveLength(sent);
      expect(await steps.ask({ ...request, sendAttempt: 2 })).toEqual(reply);
      expect(under.messenger.sent).toHaveLength(sent + 1);
      const session = { sid: String(reply['sid']), clientSecret: request.clientSecret };
      expect(await threepidFailureOf(under.submit(session, 'a guess at it'))).toEqual({ kind: 'token_wrong' });
    });

    it('is not revealed to anonymous callers, and no SMS is sent', async () => {
      const sent = under.messenger.sent.length;
      const request = anonymous(phone);
      const reply = await steps.ask(request);
      expect(reply).toMatchObject({ success: true, msisdn: '447470674927', intl_fmt: '+44 7470 674927' });
      expect(await steps.ask(request)).toEqual(reply);
      expect(under.messenger.sent).toHaveLength(sent);
      const session = { sid: String(reply['sid']), clientSecret: request.clientSecret };
      const guesses = [];
      for (let guess = 0; guess < 6; guess += 1) guesses.push(await threepidFailureOf(under.submit(session, '123456')));
      expect(guesses.map(({ kind }) => kind)).toEqual([...Array<string>(5).fill('token_wrong'), 'too_many_guesses']);
    });

    it('is not moved to another user who validates it too', async () => {
      await under.addresses.remove(bob.caller, steps.removalOf('email', email));
      const session = await steps.proven(email, alice);
      await steps.addFully(bob, await steps.proven(email, bob));
      expect(await failureOf(steps.addFully(alice, session))).toEqual({ kind: 'address_in_use' });
      expect(await under.logInBy('email', email, bob.password)).toBe(bob.mxid);
      expect(await steps.listed(alice)).toEqual([]);

      await under.addresses.remove(bob.caller, steps.removalOf('email', email));
      await steps.addFully(alice, session);
      expect(await under.logInBy('email', email, alice.password)).toBe(alice.mxid);
    });
  });

  describe('removing', () => {
    it('removes the 3PID from its account only, and can be repeated', async () => {
      await steps.addFully(alice, await steps.proven(phone, alice));
      await steps.addFully(bob, await steps.proven(email, bob));
      expect(await under.addresses.remove(alice.caller, steps.removalOf('email', 'alice@mail.test'))).toBe(
        'no-support',
      );
      expect(await steps.listed(bob)).toEqual(['email alice@mail.test']);
      for (let time = 0; time < 2; time += 1) {
        expect(await under.addresses.remove(alice.caller, steps.removalOf('msisdn', '447470674927'))).toBe(
          'no-support',
        );
        expect(await steps.listed(alice)).toEqual([]);
      }
      await refused(under.logInBy('msisdn', phone, alice.password));
      expect(await under.logInBy('email', email, bob.password)).toBe(bob.mxid);
    });

    it('removes the 3PID in any spelling', async () => {
      await steps.addFully(alice, await steps.proven(email, alice));
      await under.addresses.remove(alice.caller, steps.removalOf('email', ' ALICE@mail.TEST '));
      expect(await steps.listed(alice)).toEqual([]);
    });

    it.each(['absent', 'this service'])('unbinds it from this identity service if id_server is %s', async (named) => {
      await steps.addFully(alice, await steps.proven(email, alice));
      await steps.bind(alice, await under.prove(email));
      const idServer = named === 'this service' ? under.ownIdServer : undefined;
      expect(await under.addresses.remove(alice.caller, steps.removalOf('email', email, idServer))).toBe('success');
      expect(await under.publishedFor(email)).toBeUndefined();
      expect(await steps.listed(alice)).toEqual([]);
    });
  });

  describe('at our own identity service', () => {
    it('binds a 3PID, and unbinds it without removing it from the account', async () => {
      await steps.addFully(alice, await steps.proven(email, alice));
      await steps.bind(alice, await under.prove(email));
      expect(await under.publishedFor(email)).toBe(alice.mxid);
      expect(await under.addresses.unbind(alice.caller, steps.removalOf('email', email))).toBe('success');
      expect(await under.publishedFor(email)).toBeUndefined();
      expect(await under.addresses.unbind(alice.caller, steps.removalOf('email', email))).toBe('no-support');
      expect(await steps.listed(alice)).toEqual(['email alice@mail.test']);
    });

    it('keeps a binding when the 3PID is removed from the account', async () => {
      await steps.bind(alice, await under.prove(email));
      expect(await steps.listed(alice)).toEqual([]);
      await refused(under.logInBy('email', email, alice.password));
    });

    it('refuses a bind with the token of another user, without a token, and without a validation', async () => {
      const session = await under.prove(email);
      const refusals = [
        await failureOf(steps.bind(alice, session, await under.idTokenOf(bob.mxid))),
        await failureOf(steps.bind(alice, session, new Secret('unknown'))),
        await failureOf(steps.bind(alice, { ...session, sid: 'unknown' })),
        await failureOf(steps.bind(alice, await steps.proven(email, alice))),
      ];
      expect(refusals).toMatchObject([
        { kind: 'identity_server_refused', status: 403, body: { errcode: 'M_UNAUTHORIZED' } },
        { kind: 'identity_server_refused', status: 401, body: { errcode: 'M_UNAUTHORIZED' } },
        { kind: 'identity_server_refused', status: 404, body: { errcode: 'M_NO_VALID_SESSION' } },
        { kind: 'identity_server_refused', status: 404, body: { errcode: 'M_NO_VALID_SESSION' } },
      ]);
      expect(await under.publishedFor(email)).toBeUndefined();
    });

    it('does not unbind the 3PID of another user', async () => {
      await steps.bind(alice, await under.prove(email));
      expect(await under.addresses.unbind(bob.caller, steps.removalOf('email', email))).toBe('no-support');
      expect(await under.addresses.unbind(bob.caller, steps.removalOf('email', email, under.ownIdServer))).toBe(
        'success',
      );
      await under.addresses.remove(bob.caller, steps.removalOf('email', email));
      expect(await under.publishedFor(email)).toBe(alice.mxid);
    });

    it('rejects an id_server that is no server name', async () => {
      const unbinding = under.addresses.unbind(alice.caller, steps.removalOf('email', email, 'https://id.test'));
      await refused(unbinding);
    });
  });
}

/** What they do at concurrent requests. */
export function accountAddressesRaces(open: () => Promise<AddressesUnderTest>): void {
  let under: AddressesUnderTest;
  let steps: ReturnType<typeof addressSteps>;
  let alice: TestUser;
  let bob: TestUser;

  beforeEach(async () => {
    under = await open();
    steps = addressSteps(under);
    [alice, bob] = [await under.logInNew('alice'), await under.logInNew('bob')];
  });

  afterEach(() => under.close());

  it('exactly one of two accounts adds the same 3PID', async () => {
    const sessions = [await steps.proven(email, alice), await steps.proven(email, bob)] as const;
    const outcomes = await Promise.allSettled([steps.addFully(alice, sessions[0]), steps.addFully(bob, sessions[1])]);
    expect(kindsOf(outcomes)).toEqual(['address_in_use', 'done']);
    expect([...(await steps.listed(alice)), ...(await steps.listed(bob))]).toEqual(['email alice@mail.test']);
  });

  it('exactly one of many requests adds the 3PID of a session', async () => {
    const session = await steps.proven(email, 'anonymous');
    const adding = [alice, bob, alice, bob].map((user) => steps.addFully(user, session));
    const kinds = kindsOf(await Promise.allSettled(adding));
    expect(kinds.filter((kind) => kind === 'done')).toHaveLength(1);
    expect([...(await steps.listed(alice)), ...(await steps.listed(bob))]).toEqual(['email alice@mail.test']);
  });
}
