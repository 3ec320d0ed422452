import { MatrixError, type AuthDict, type MatrixClient } from 'matrix-js-sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressClient, byEmail } from '../support/address-client.js';
import {
  pressButton,
  provingLink,
  startAddressEnvironment,
  type AddressEnvironment,
} from '../support/address-environment.js';
import { loggedInClient, matrixClient } from '../support/matrix-client.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';

describe('matrix-js-sdk and the embedded accounts', () => {
  let environment: AddressEnvironment;
  let users: ReturnType<typeof addressClient>;

  beforeAll(async () => {
    const sandbox = await startStrictSandbox();
    await sandbox.stop();
    environment = await startAddressEnvironment(sandbox, ['alice', 'bob', 'carol', 'dave']);
    users = addressClient(environment);
  }, 60_000);
  afterAll(() => environment.close());

  const passwordOf = (user: string) => `the password of ${user}`;

  async function logIn(user: string, deviceId: string, password = passwordOf(user)): Promise<MatrixClient> {
    const identifier = { type: 'm.id.user', user } as const;
    const wished = { type: 'm.login.password', identifier, password, device_id: deviceId } as const;
    return loggedInClient(environment.url, await matrixClient(environment.url).loginRequest(wished));
  }

  /** As clients do: first without an authentication, then again with the required stages. */
  async function authenticated<T>(user: string, ask: (auth?: AuthDict) => Promise<T>): Promise<T> {
    const challenge = await ask().then(
      () => expect.unreachable('it was done without a password'),
      (error: unknown) => (error instanceof MatrixError ? error : expect.unreachable(String(error))),
    );
    expect(challenge.httpStatus).toBe(401);
    const session = String(challenge.data['session']);
    const identifier = { type: 'm.id.user', user };
    return ask({ type: 'm.login.password', identifier, user, password: passwordOf(user), session });
  }

  it('lists, renames and logs out devices', async () => {
    const client = await logIn('alice', 'DESK');
    for (const device of ['PHONE', 'TABLET', 'LOST']) await logIn('alice', device);
    await client.setDeviceDetails('PHONE', { display_name: 'my phone' });
    const { devices } = await client.getDevices();
    expect(devices).toEqual(
      expect.arrayContaining([{ device_id: 'DESK' }, { device_id: 'PHONE', display_name: 'my phone' }]),
    );
    expect(await client.getDevice('PHONE')).toEqual({ device_id: 'PHONE', display_name: 'my phone' });
    await expect(client.getDevice('NONE')).rejects.toMatchObject({ httpStatus: 404, errcode: 'M_NOT_FOUND' });
    await authenticated('alice', (auth) => client.deleteDevice('LOST', auth));
    await authenticated('alice', (auth) => client.deleteMultipleDevices(['PHONE', 'TABLET'], auth));
    expect(await client.getDevices()).toEqual({ devices: [{ device_id: 'DESK' }] });
  });

  it('sets a new password by the old one', async () => {
    const [client, other] = [await logIn('bob', 'DESK'), await logIn('bob', 'OTHER')];
    await authenticated('bob', (auth) => client.setPassword(auth ?? {}, 'new one', false));
    expect((await client.whoami()).device_id).toBe('DESK');
    await expect(other.whoami()).resolves.toMatchObject({ device_id: 'OTHER' });
    await expect(logIn('bob', 'DESK')).rejects.toMatchObject({ httpStatus: 403 });
    await logIn('bob', 'DESK', 'new one');
  });

  it('sets a new password by a mail or a code, without being logged in, and then logs in with it', async () => {
    const carol = await users.logIn('carol');
    await users.addEmail(carol, 'carol@mail.test');
    await users.addPhone(carol, '07400 123504', '447400123504');

    const anonymous = matrixClient(environment.url);
    const secret = anonymous.generateClientSecret();
    const proof = (sid: string) => ({ sid, client_secret: secret });
    const { sid } = await anonymous.requestPasswordEmailToken('Carol@mail.test', secret, 1);
    const link = await provingLink(environment.mails, 'carol@mail.test', 2);
    const auth = { type: 'm.login.email.identity', threepid_creds: proof(sid), threepidCreds: proof(sid) };
    await expect(anonymous.setPassword(auth, 'by mail')).rejects.toMatchObject({ httpStatus: 401 });
    const { status, page } = await pressButton(link);
    expect([status, link]).toEqual([200, expect.stringContaining('/password/email/submit_token?')]);
    expect(page).toContain('is confirmed');
    expect(await anonymous.setPassword(auth, 'by mail')).toEqual({});
    await expect(carol.client.whoami()).rejects.toMatchObject({ httpStatus: 401 });
    expect(await users.logInBy(byEmail('carol@mail.test'), 'by mail')).toMatchObject({ user_id: carol.mxid });

    const asked = await anonymous.requestPasswordMsisdnToken(
      'GB',
      '07400 123504',
      secret,
      1,
      undefined as unknown as string,
    );
    const { code } = await environment.gateway.next('+447400123504', 2);
    const { submit_url: submitUrl = '' } = asked;
    expect(await anonymous.submitMsisdnTokenOtherUrl(submitUrl, asked.sid, secret, code)).toEqual({ success: true });
    await anonymous.setPassword({ type: 'm.login.msisdn', threepid_creds: proof(asked.sid) }, 'by code');
    expect(await users.logInBy(byEmail('carol@mail.test'), 'by code')).toMatchObject({ user_id: carol.mxid });
  });

  it('deactivates an account', async () => {
    const client = await logIn('dave', 'DESK');
    const ended = await authenticated('dave', (auth) => client.deactivateAccount(auth, true));
    expect(ended).toEqual({ id_server_unbind_result: 'success' });
    await expect(client.whoami()).rejects.toMatchObject({ httpStatus: 401 });
    await expect(logIn('dave', 'DESK')).rejects.toMatchObject({ errcode: 'M_USER_DEACTIVATED' });
  });
});
