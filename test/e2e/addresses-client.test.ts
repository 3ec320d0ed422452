import { MatrixError, type MatrixClient } from 'matrix-js-sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { systemRandom } from '../../src/base/random.js';
import { startSandbox } from '../../src/sandbox/sandbox.js';
import { pressButton, provingLink, startContactPlace, type ContactPlace } from '../support/contact-place.js';
import { openIdTokenOf } from '../support/identity-place.js';
import { matrixClient } from '../support/matrix-client.js';

/** A user who is logged in. */
interface Person {
  readonly mxid: string;
  readonly password: string;
  readonly client: MatrixClient;
}

/** What names a session, as clients send it. */
interface Session {
  readonly sid: string;
  readonly client_secret: string;
}

describe('matrix-js-sdk and the addresses of accounts', () => {
  let place: ContactPlace;

  beforeAll(async () => {
    const sandbox = await startSandbox({ clock: systemClock, random: systemRandom });
    await sandbox.stop();
    place = await startContactPlace(sandbox, ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace']);
  });
  afterAll(() => place.close());

  async function logIn(localpart: string): Promise<Person> {
    const mxid = `@${localpart}:example.test`;
    const password = `the password of ${localpart}`;
    const { access_token: accessToken } = await logInBy({ type: 'm.id.user', user: localpart }, password);
    const client = matrixClient(place.url, { accessToken, userId: mxid, idBaseUrl: place.url });
    return { mxid, password, client };
  }

  function logInBy(identifier: Readonly<Record<string, string>>, password: string) {
    return matrixClient(place.url).loginRequest({
      type: 'm.login.password',
      identifier: identifier as { type: string },
      password,
    });
  }

  const byEmail = (address: string) => ({ type: 'm.id.thirdparty', medium: 'email', address });
  const byPhone = (phone: string) => ({ type: 'm.id.phone', country: 'GB', phone, number: phone });

  /** Adds with the password, as clients do: first without, then again with what they are asked for. */
  async function add({ client, mxid, password }: Person, session: Session): Promise<void> {
    const challenge = await client.addThreePidOnly(session).then(
      () => expect.unreachable('it was added without a password'),
      (error: unknown) => (error instanceof MatrixError ? error : expect.unreachable(String(error))),
    );
    expect(challenge).toMatchObject({ httpStatus: 401, data: { flows: [{ stages: ['m.login.password'] }] } });
    const identifier = { type: 'm.id.user', user: mxid };
    const auth = { type: 'm.login.password', identifier, password, session: String(challenge.data['session']) };
    expect(await client.addThreePidOnly({ ...session, auth })).toEqual({});
  }

  async function listed({ client }: Person): Promise<string[]> {
    const { threepids } = await client.getThreePids();
    return threepids.map(({ medium, address, validated_at: validatedAt, added_at: addedAt }) => {
      expect(addedAt).toBeGreaterThanOrEqual(validatedAt);
      expect(validatedAt).toBeGreaterThan(Date.now() - 60_000);
      return `${medium} ${address}`;
    });
  }

  async function askForMail({ client }: Person, address: string): Promise<Session> {
    const secret = client.generateClientSecret();
    const { sid } = await client.requestAdd3pidEmailToken(address, secret, 1);
    return { sid, client_secret: secret };
  }

  async function addEmail(person: Person, address: string): Promise<void> {
    const session = await askForMail(person, address);
    expect(await pressButton(await provingLink(place.mails, address))).toMatchObject({ status: 200 });
    await add(person, session);
  }

  async function addPhone(person: Person, national: string, canonical: string): Promise<void> {
    const { client } = person;
    const secret = client.generateClientSecret();
    const asked = await client.requestAdd3pidMsisdnToken('GB', national, secret, 1);
    const { sid, submit_url: submitUrl = '' } = asked;
    expect(asked).toMatchObject({ msisdn: canonical, success: true });
    const { code } = await place.gateway.next(`+${canonical}`);
    const submit = (token: string) => client.submitMsisdnTokenOtherUrl(submitUrl, sid, secret, token);
    await expect(submit(code === '000000' ? '111111' : '000000')).rejects.toMatchObject({
      httpStatus: 400,
      errcode: 'M_TOKEN_INCORRECT',
    });
    expect(await submit(code)).toEqual({ success: true });
    await add(person, { sid, client_secret: secret });
  }

  /** Registers with the identity server. */
  async function identityToken({ client, mxid }: Person): Promise<string> {
    const { access_token: token } = await client.registerWithIdentityServer({
      access_token: openIdTokenOf(mxid),
      expires_in: 3600,
      matrix_server_name: 'example.test',
      token_type: 'Bearer',
    });
    return token;
  }

  it('adds an e-mail address by its mail and the password, and logs in with it', async () => {
    const alice = await logIn('alice');
    expect(await listed(alice)).toEqual([]);
    await expect(logInBy(byEmail('alice@mail.test'), alice.password)).rejects.toMatchObject({ httpStatus: 403 });

    const session = await askForMail(alice, 'Alice@mail.test');
    await expect(add(alice, session)).rejects.toMatchObject({ httpStatus: 400, errcode: 'M_THREEPID_AUTH_FAILED' });
    const { status, page } = await pressButton(await provingLink(place.mails, 'alice@mail.test'));
    expect({ status, page }).toMatchObject({ status: 200, page: expect.stringContaining('is confirmed') });
    await add(alice, session);
    await expect(add(alice, session)).rejects.toMatchObject({ httpStatus: 400, errcode: 'M_THREEPID_AUTH_FAILED' });

    expect(await listed(alice)).toEqual(['email alice@mail.test']);
    expect(await logInBy(byEmail('ALICE@mail.test'), alice.password)).toMatchObject({ user_id: alice.mxid });
  });

  it('adds a phone number by a code through Telegram and the password, and logs in with it', async () => {
    const bob = await logIn('bob');
    await addPhone(bob, '07400 123501', '447400123501');
    expect(await listed(bob)).toEqual(['msisdn 447400123501']);
    expect(await logInBy(byPhone('07400 123501'), bob.password)).toMatchObject({ user_id: bob.mxid });
    expect(await logInBy(byPhone('+44 7400 123501'), bob.password)).toMatchObject({ user_id: bob.mxid });
    await expect(logInBy(byPhone('07400 123501'), 'a guess')).rejects.toMatchObject({ httpStatus: 403 });
  });

  it('publishes an address at the identity server that is the daemon itself, and withdraws it', async () => {
    const carol = await logIn('carol');
    await addEmail(carol, 'carol@mail.test');
    const { client } = carol;
    const token = await identityToken(carol);
    const published = () => client.lookupThreePid('email', 'carol@mail.test', token);
    expect(await published()).toEqual({});

    const secret = client.generateClientSecret();
    const { sid } = await client.requestEmailToken('carol@mail.test', secret, 1, undefined, token);
    const bind = { sid, client_secret: secret, id_server: new URL(place.url).host, id_access_token: token };
    await expect(client.bindThreePid(bind)).rejects.toMatchObject({ errcode: 'M_SESSION_NOT_VALIDATED' });
    const { mail } = await place.mails.next(
      ({ to, raw }) => to.includes('carol@mail.test') && raw.includes('submitToken'),
    );
    await pressButton(/https?:\S+submitToken\S+/.exec(mail.text ?? '')?.[0] ?? '');
    expect(await client.bindThreePid(bind)).toEqual({});
    expect(await published()).toMatchObject({ mxid: carol.mxid });

    expect(await client.unbindThreePid('email', 'carol@mail.test')).toEqual({ id_server_unbind_result: 'success' });
    expect(await published()).toEqual({});
    expect(await listed(carol)).toEqual(['email carol@mail.test']);
    await expect(client.bindThreePid({ ...bind, id_access_token: 'of nobody' })).rejects.toMatchObject({
      httpStatus: 401,
      errcode: 'M_UNAUTHORIZED',
    });
  });

  it('takes an address from the account, and from the identity server with it', async () => {
    const dave = await logIn('dave');
    await addPhone(dave, '07400 123502', '447400123502');
    const { client } = dave;
    const token = await identityToken(dave);
    const secret = client.generateClientSecret();
    const { sid } = await client.requestMsisdnToken('GB', '07400 123502', secret, 1, undefined, token);
    const { code } = await place.gateway.next('+447400123502', 2);
    await client.submitMsisdnToken(sid, secret, code, token);
    const server = { id_server: new URL(place.url).host, id_access_token: token };
    await client.bindThreePid({ sid, client_secret: secret, ...server });

    expect(await client.deleteThreePid('msisdn', '447400123502')).toEqual({ id_server_unbind_result: 'success' });
    expect(await listed(dave)).toEqual([]);
    expect(await client.lookupThreePid('msisdn', '447400123502', token)).toEqual({});
    await expect(logInBy(byPhone('07400 123502'), dave.password)).rejects.toMatchObject({ httpStatus: 403 });
    expect(await client.deleteThreePid('msisdn', '447400123502')).toEqual({ id_server_unbind_result: 'no-support' });
  });

  it('cannot have the address of another account, and a stranger does not learn that there is one', async () => {
    const [erin, frank] = [await logIn('erin'), await logIn('frank')];
    // Both prove it before either has it.
    const sessions = [await askForMail(erin, 'shared@mail.test'), await askForMail(frank, 'shared@mail.test')] as const;
    await pressButton(await provingLink(place.mails, 'shared@mail.test', 1));
    await pressButton(await provingLink(place.mails, 'shared@mail.test', 2));
    await add(erin, sessions[0]);
    await expect(add(frank, sessions[1])).rejects.toMatchObject({ httpStatus: 400, errcode: 'M_THREEPID_IN_USE' });
    expect(await listed(erin)).toEqual(['email shared@mail.test']);

    // The SDK sends no access token with these.
    const [taken, free] = [
      await frank.client.requestAdd3pidEmailToken('shared@mail.test', 'a.secret.of.a.stranger', 1),
      await frank.client.requestAdd3pidEmailToken('free@mail.test', 'a.secret.of.a.stranger', 1),
    ];
    expect(Object.keys(taken)).toEqual(Object.keys(free));
    expect(taken.sid).toMatch(/^\w{32}$/);
    const { mail } = await place.mails.next(({ to }) => to.includes('shared@mail.test'), 3);
    expect(mail.subject).toContain('tried to add your e-mail address');
    expect(mail.text).not.toContain(taken.sid);
  });

  it('leaves no address, code, token or secret in the log or in the files of the daemon', async () => {
    const grace = await logIn('grace');
    await addEmail(grace, 'grace-of-the-log@mail.test');
    await addPhone(grace, '07400 123503', '447400123503');
    const link = new URL(await provingLink(place.mails, 'grace-of-the-log@mail.test'));
    const [token = '', secret = ''] = ['token', 'client_secret'].map((name) => link.searchParams.get(name) ?? '');
    expect([token.length, secret.length]).toEqual([32, 32]);
    const written = async () => (await place.gangway.filesWritten()).toString('latin1');
    const whileAdded = await written();
    await grace.client.deleteThreePid('email', 'grace-of-the-log@mail.test');
    const all = `${place.gangway.output()}\n${whileAdded}\n${await written()}`;
    for (const hidden of [token, secret, grace.password, 'of-the-log', '7400123503', '7400 123503']) {
      expect(all.includes(hidden), hidden).toBe(false);
    }
    expect(place.gangway.output()).toContain('"level":"debug"');
    expect(place.gangway.output()).not.toContain('"level":"error"');
  });
});
