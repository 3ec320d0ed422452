import { SERVICE_TYPES } from 'matrix-js-sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressClient, byEmail, byPhone, type Person } from '../support/address-client.js';
import {
  pressButton,
  provingLink,
  startAddressEnvironment,
  type AddressEnvironment,
} from '../support/address-environment.js';
import { policyUrl } from '../support/identity-environment.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';

describe('matrix-js-sdk and the 3PIDs of accounts', () => {
  let environment: AddressEnvironment;
  let users: ReturnType<typeof addressClient>;

  beforeAll(async () => {
    const sandbox = await startStrictSandbox();
    await sandbox.stop();
    environment = await startAddressEnvironment(
      sandbox,
      ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi'],
      {
        provisioning: { allow_openid_auth: true },
      },
    );
    users = addressClient(environment);
  }, 60_000);
  afterAll(() => environment.close());

  /**
   * Registers with the identity server by an OpenID token of the homeserver, which is the same
   * daemon, and accepts its terms.
   */
  async function identityToken({ client }: Person): Promise<string> {
    const openId = await client.getOpenIdToken();
    expect(openId).toMatchObject({ matrix_server_name: 'example.test', token_type: 'Bearer', expires_in: 3600 });
    const { access_token: token } = await client.registerWithIdentityServer(openId);
    await client.agreeToTerms(SERVICE_TYPES.IS, environment.url, token, [policyUrl]);
    return token;
  }

  it('identifies its user to the identity server and to the provisioning API by an OpenID token', async () => {
    const [heidi, alice] = [await users.logIn('heidi'), await users.logIn('alice')];
    const { access_token: openId, ...more } = await heidi.client.getOpenIdToken();
    const { access_token: token } = await heidi.client.registerWithIdentityServer({ ...more, access_token: openId });
    await expect(heidi.client.getIdentityAccount(token)).rejects.toMatchObject({ errcode: 'M_TERMS_NOT_SIGNED' });
    await heidi.client.agreeToTerms(SERVICE_TYPES.IS, environment.url, token, [policyUrl]);
    expect(await heidi.client.getIdentityAccount(token)).toEqual({ user_id: heidi.mxid });

    const status = async (mxid: string) => {
      const url = `${environment.url}/_matrix/provision/v3/whoami?user_id=${encodeURIComponent(mxid)}`;
      return (await fetch(url, { headers: { Authorization: `openid:${openId}` } })).status;
    };
    expect([await status(heidi.mxid), await status(alice.mxid)]).toEqual([200, 403]);
    await heidi.client.logout();
    expect(await status(heidi.mxid)).toBe(401);
    await expect(alice.client.registerWithIdentityServer({ ...more, access_token: openId })).rejects.toMatchObject({
      httpStatus: 403,
      errcode: 'M_UNAUTHORIZED',
    });
  });

  it('adds an e-mail address by its mail and the password, and logs in with it', async () => {
    const alice = await users.logIn('alice');
    expect(await users.listed(alice)).toEqual([]);
    await expect(users.logInBy(byEmail('alice@mail.test'), alice.password)).rejects.toMatchObject({ httpStatus: 403 });

    const session = await users.askForMail(alice, 'Alice@mail.test');
    await expect(users.add(alice, session)).rejects.toMatchObject({
      httpStatus: 400,
      errcode: 'M_THREEPID_AUTH_FAILED',
    });
    const { status, page } = await pressButton(await provingLink(environment.mails, 'alice@mail.test'));
    expect({ status, page }).toMatchObject({ status: 200, page: expect.stringContaining('is confirmed') });
    await users.add(alice, session);
    await expect(users.add(alice, session)).rejects.toMatchObject({
      httpStatus: 400,
      errcode: 'M_THREEPID_AUTH_FAILED',
    });

    expect(await users.listed(alice)).toEqual(['email alice@mail.test']);
    expect(await users.logInBy(byEmail('ALICE@mail.test'), alice.password)).toMatchObject({ user_id: alice.mxid });
  });

  it('adds a phone number by a code through Telegram and the password, and logs in with it', async () => {
    const bob = await users.logIn('bob');
    await users.addPhone(bob, '07400 123501', '447400123501');
    expect(await users.listed(bob)).toEqual(['msisdn 447400123501']);
    expect(await users.logInBy(byPhone('07400 123501'), bob.password)).toMatchObject({ user_id: bob.mxid });
    expect(await users.logInBy(byPhone('+44 7400 123501'), bob.password)).toMatchObject({ user_id: bob.mxid });
    await expect(users.logInBy(byPhone('07400 123501'), 'a guess')).rejects.toMatchObject({ httpStatus: 403 });
  });

  it('binds a 3PID at the identity server of the daemon, and unbinds it', async () => {
    const carol = await users.logIn('carol');
    await users.addEmail(carol, 'carol@mail.test');
    const { client } = carol;
    const token = await identityToken(carol);
    const published = () => client.lookupThreePid('email', 'carol@mail.test', token);
    expect(await published()).toEqual({});

    const secret = client.generateClientSecret();
    const { sid } = await client.requestEmailToken('carol@mail.test', secret, 1, undefined, token);
    const bind = { sid, client_secret: secret, id_server: new URL(environment.url).host, id_access_token: token };
    await expect(client.bindThreePid(bind)).rejects.toMatchObject({ errcode: 'M_SESSION_NOT_VALIDATED' });
    const { mail } = await environment.mails.next(
      ({ to, raw }) => to.includes('carol@mail.test') && raw.includes('submitToken'),
    );
    await pressButton(/https?:\S+submitToken\S+/.exec(mail.text ?? '')?.[0] ?? '');
    expect(await client.bindThreePid(bind)).toEqual({});
    expect(await published()).toMatchObject({ mxid: carol.mxid });

    expect(await client.unbindThreePid('email', 'carol@mail.test')).toEqual({ id_server_unbind_result: 'success' });
    expect(await published()).toEqual({});
    expect(await users.listed(carol)).toEqual(['email carol@mail.test']);
    await expect(client.bindThreePid({ ...bind, id_access_token: 'unknown' })).rejects.toMatchObject({
      httpStatus: 401,
      errcode: 'M_UNAUTHORIZED',
    });
  });

  it('removes a 3PID from the account, and from the identity server with it', async () => {
    const dave = await users.logIn('dave');
    await users.addPhone(dave, '07400 123502', '447400123502');
    const { client } = dave;
    const token = await identityToken(dave);
    const secret = client.generateClientSecret();
    const { sid } = await client.requestMsisdnToken('GB', '07400 123502', secret, 1, undefined, token);
    const { code } = await environment.gateway.next('+447400123502', 2);
    await client.submitMsisdnToken(sid, secret, code, token);
    const server = { id_server: new URL(environment.url).host, id_access_token: token };
    await client.bindThreePid({ sid, client_secret: secret, ...server });

    expect(await client.deleteThreePid('msisdn', '447400123502')).toEqual({ id_server_unbind_result: 'success' });
    expect(await users.listed(dave)).toEqual([]);
    expect(await client.lookupThreePid('msisdn', '447400123502', token)).toEqual({});
    await expect(users.logInBy(byPhone('07400 123502'), dave.password)).rejects.toMatchObject({ httpStatus: 403 });
    expect(await client.deleteThreePid('msisdn', '447400123502')).toEqual({ id_server_unbind_result: 'no-support' });
  });

  it('cannot add the 3PID of another account, which is not revealed to an anonymous client', async () => {
    const [erin, frank] = [await users.logIn('erin'), await users.logIn('frank')];
    // Both validate it before either has it.
    const sessions = [
      await users.askForMail(erin, 'shared@mail.test'),
      await users.askForMail(frank, 'shared@mail.test'),
    ] as const;
    await pressButton(await provingLink(environment.mails, 'shared@mail.test', 1));
    await pressButton(await provingLink(environment.mails, 'shared@mail.test', 2));
    await users.add(erin, sessions[0]);
    await expect(users.add(frank, sessions[1])).rejects.toMatchObject({
      httpStatus: 400,
      errcode: 'M_THREEPID_IN_USE',
    });
    expect(await users.listed(erin)).toEqual(['email shared@mail.test']);

    // The SDK sends no access token with these.
    const [taken, free] = [
      await frank.client.requestAdd3pidEmailToken('shared@mail.test', 'a.secret.of.a.client', 1),
      await frank.client.requestAdd3pidEmailToken('free@mail.test', 'a.secret.of.a.client', 1),
    ];
    expect(Object.keys(taken)).toEqual(Object.keys(free));
    expect(taken.sid).toMatch(/^\w{32}$/);
    const { mail } = await environment.mails.next(({ to }) => to.includes('shared@mail.test'), 3);
    expect(mail.subject).toContain('tried to add your e-mail address');
    expect(mail.text).not.toContain(taken.sid);
  });

  it('leaves no 3PID, code, token or secret in the log or in the files of the daemon', async () => {
    const grace = await users.logIn('grace');
    await users.addEmail(grace, 'grace-of-the-log@mail.test');
    await users.addPhone(grace, '07400 123503', '447400123503');
    const link = new URL(await provingLink(environment.mails, 'grace-of-the-log@mail.test'));
    const [token = '', secret = ''] = ['token', 'client_secret'].map((name) => link.searchParams.get(name) ?? '');
    expect([token.length, secret.length]).toEqual([32, 32]);
    const written = async () => (await environment.gangway.filesWritten()).toString('latin1');
    const whileAdded = await written();
    await grace.client.deleteThreePid('email', 'grace-of-the-log@mail.test');
    const all = `${await environment.gangway.wholeOutput()}\n${whileAdded}\n${await written()}`;
    for (const hidden of [token, secret, grace.password, 'of-the-log', '7400123503', '7400 123503']) {
      expect(all.includes(hidden), hidden).toBe(false);
    }
    expect(environment.gangway.output()).toContain('"level":"debug"');
    expect(environment.gangway.output()).not.toContain('"level":"error"');
  });
});
