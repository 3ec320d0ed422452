import { type AuthDict, type LoginResponse, MatrixError } from 'matrix-js-sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { loggedInClient, matrixClient } from '../support/matrix-client.js';
import {
  startEmbeddedEnvironment,
  startRelayEnvironment,
  type MatrixEnvironment,
  type MatrixUser,
} from '../support/matrix-environments.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';
import { synapseMissing } from '../support/synapse.js';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startStrictSandbox();
});
afterAll(() => sandbox.stop());

describe('embedded accounts', () => {
  matrixLogins(() => startEmbeddedEnvironment(sandbox));
});

describe.skipIf(synapseMissing !== undefined)(`accounts of a Synapse ${synapseMissing ?? ''}`, () => {
  matrixLogins(() => startRelayEnvironment(sandbox));
});

/** What matrix-js-sdk and other clients must get, for embedded and relayed accounts. */
function matrixLogins(start: () => Promise<MatrixEnvironment>): void {
  let environment: MatrixEnvironment;
  beforeAll(async () => {
    environment = await start();
  });
  afterAll(() => environment.close());

  const logIn = ({ mxid, password }: MatrixUser, more: object = {}): Promise<LoginResponse> =>
    matrixClient(environment.url()).loginRequest({
      type: 'm.login.password',
      identifier: { type: 'm.id.user', user: mxid },
      password,
      ...more,
    });

  describe('matrix-js-sdk', () => {
    it('gets the login types', async () => {
      const { flows } = await matrixClient(environment.url()).loginFlows();
      expect(flows).toContainEqual({ type: 'm.login.password' });
      expect(flows).toContainEqual({ type: 'm.login.token', get_login_token: true });
    });

    it('logs in by password, with the Matrix ID or its localpart', async () => {
      const { alice } = environment;
      for (const user of [alice.mxid, 'alice']) {
        const granted = await logIn(alice, { identifier: { type: 'm.id.user', user }, device_id: 'LAPTOP' });
        expect(granted).toMatchObject({ user_id: alice.mxid, device_id: 'LAPTOP' });
        expect(granted).not.toHaveProperty('refresh_token');
        expect(granted).not.toHaveProperty('well_known');
        const me = await loggedInClient(environment.url(), granted).whoami();
        expect(me).toMatchObject({ user_id: alice.mxid, device_id: 'LAPTOP' });
      }
    });

    it('logs in by phone number, in international and national format', async () => {
      const { bob } = environment;
      const numbers = [
        { country: 'GB', phone: '07700 900456', number: '07700 900456' },
        { country: 'GB', phone: '07700 900456' },
        { country: 'DE', phone: '+44 7700 900456', number: '+44 7700 900456' },
      ];
      for (const number of numbers) {
        const granted = await logIn(bob, { identifier: { type: 'm.id.phone', ...number } });
        expect(granted.user_id, JSON.stringify(number)).toBe(bob.mxid);
      }
      const granted = await logIn(bob, {
        identifier: { type: 'm.id.thirdparty', medium: 'msisdn', address: bob.phone },
      });
      expect(granted.user_id).toBe(bob.mxid);
    });

    it('is refused with one error for a wrong password, an unknown user, and the phone number of another user', async () => {
      const { alice, bob } = environment;
      const refusals = await Promise.all(
        [
          { password: 'wrong' },
          { identifier: { type: 'm.id.user', user: 'unknown' } },
          { identifier: { type: 'm.id.user', user: '@alice:elsewhere.test' } },
          { identifier: { type: 'm.id.phone', country: 'GB', phone: bob.phone, number: bob.phone } },
          { identifier: { type: 'm.id.phone', country: 'GB', phone: '07700900999', number: '07700900999' } },
        ].map((wrong) => refusalOf(logIn(alice, wrong))),
      );
      const { httpStatus, errcode, data } = refusals[0] ?? {};
      expect({ httpStatus, errcode }).toEqual({ httpStatus: 403, errcode: 'M_FORBIDDEN' });
      expect(refusals.map((refusal) => [refusal.httpStatus, refusal.data])).toEqual(refusals.map(() => [403, data]));
    });

    it('logs in on another device with a token from the first, once', async () => {
      const { alice } = environment;
      const first = loggedInClient(environment.url(), await logIn(alice));
      const asked = await refusalOf(first.requestLoginToken());
      expect(asked).toMatchObject({ httpStatus: 401, data: { flows: [{ stages: ['m.login.password'] }] } });
      const answer = await first.requestLoginToken(passwordStage(alice, asked));
      const token = 'login_token' in answer ? answer.login_token : '';

      const granted = await matrixClient(environment.url()).loginRequest({ type: 'm.login.token', token });
      expect(granted.user_id).toBe(alice.mxid);
      expect(await loggedInClient(environment.url(), granted).whoami()).toMatchObject({ device_id: granted.device_id });
      const again = await refusalOf(matrixClient(environment.url()).loginRequest({ type: 'm.login.token', token }));
      expect(again).toMatchObject({ httpStatus: 403, errcode: 'M_FORBIDDEN' });
    });

    it('refreshes automatically when its access token has expired', async () => {
      const { alice } = environment;
      const granted = await logIn(alice, { refresh_token: true });
      expect(granted.expires_in_ms).toBeGreaterThan(0);
      const refreshed = await loggedInClient(environment.url(), granted).refreshToken(granted.refresh_token ?? '');
      expect(refreshed.access_token).not.toBe(granted.access_token);
      const me = { user_id: alice.mxid, device_id: granted.device_id };
      const { access_token: accessToken, refresh_token: refreshToken } = refreshed;
      expect(await matrixClient(environment.url(), { accessToken }).whoami()).toMatchObject(me);

      const stale = matrixClient(environment.url(), {
        accessToken: 'a-token-that-is-known-no-more',
        refreshToken,
        async tokenRefreshFunction(token) {
          const next = await matrixClient(environment.url()).refreshToken(token);
          return { accessToken: next.access_token, refreshToken: next.refresh_token };
        },
      });
      expect(await stale.whoami()).toMatchObject(me);
      expect(stale.getAccessToken()).not.toBe('a-token-that-is-known-no-more');
      const spent = await refusalOf(matrixClient(environment.url()).refreshToken(granted.refresh_token ?? ''));
      expect(spent.httpStatus === 401 || spent.httpStatus === 403).toBe(true);
    });

    it('logs out, which invalidates its access token', async () => {
      const { alice } = environment;
      const [one, other] = [await logIn(alice), await logIn(alice)];
      await loggedInClient(environment.url(), one).logout();
      const refusal = await refusalOf(loggedInClient(environment.url(), one).whoami());
      expect(refusal).toMatchObject({ httpStatus: 401, errcode: 'M_UNKNOWN_TOKEN' });
      expect(refusal.data['soft_logout']).not.toBe(true);
      expect(await loggedInClient(environment.url(), other).whoami()).toMatchObject({ user_id: alice.mxid });
    });
  });

  describe('a client of version 1', () => {
    const v1 = async (body: unknown) => {
      const response = await fetch(`${environment.url()}/_matrix/client/api/v1/login`, {
        method: 'POST',
        body: JSON.stringify(body),
      });
      return { status: response.status, body: (await response.json()) as Readonly<Record<string, unknown>> };
    };

    it('logs in with a user name and a password, and gets a token that does not expire', async () => {
      const { alice } = environment;
      for (const name of [{ username: 'alice' }, { user: alice.mxid, type: 'm.login.password' }]) {
        const { status, body } = await v1({ ...name, password: alice.password, refresh_token: true });
        expect({ status, body }).toMatchObject({
          status: 200,
          body: { user_id: alice.mxid, home_server: alice.mxid.replace('@alice:', '') },
        });
        expect(body).not.toHaveProperty('refresh_token');
        expect(body).not.toHaveProperty('expires_in_ms');
        const me = await matrixClient(environment.url(), { accessToken: String(body['access_token']) }).whoami();
        expect(me.user_id).toBe(alice.mxid);
      }
    });

    it('is refused with both members of an error', async () => {
      const { status, body } = await v1({ username: 'alice', password: 'wrong' });
      expect(status).toBe(403);
      expect(body).toMatchObject({ errcode: 'M_FORBIDDEN', error: expect.any(String) });
    });
  });

  describe('the provisioning API, with the access token of a user', () => {
    it('accepts the user’s own Matrix ID only', async () => {
      const { alice, bob, gangway } = environment;
      const { access_token: token } = await logIn(alice);
      const own = await gangway.call('POST', `/login/${alice.mxid}/request_code`, { phone: '+9996620123' }, token);
      expect(own).toMatchObject({ status: 200, body: { state: 'code' } });
      const code = await gangway.call('POST', `/login/${alice.mxid}/send_code`, { code: '22222' }, token);
      expect(code).toMatchObject({ status: 200, body: { state: 'logged-in' } });
      expect(await gangway.call('GET', `/${alice.mxid}/get_me`, undefined, token)).toMatchObject({ status: 200 });

      for (const path of [`/${bob.mxid}/get_me`, '/@alice:elsewhere.test/get_me']) {
        expect(await gangway.call('GET', path, undefined, token)).toMatchObject({ status: 403 });
      }
      const others = await gangway.call('POST', `/login/${bob.mxid}/request_code`, { phone: '+9996620124' }, token);
      expect(others).toMatchObject({ status: 403 });
    });

    it('rejects an invalid token', async () => {
      const { alice, gangway } = environment;
      const refused = await gangway.call('GET', `/${alice.mxid}/get_me`, undefined, 'nobodys-token');
      expect(refused).toMatchObject({ status: 401, body: { errcode: 'shared_secret_invalid' } });
    });
  });
}

function passwordStage({ mxid, password }: MatrixUser, asked: MatrixError): AuthDict {
  const session = String(asked.data['session']);
  return { type: 'm.login.password', identifier: { type: 'm.id.user', user: mxid }, password, session };
}

async function refusalOf(attempt: Promise<unknown>): Promise<MatrixError> {
  try {
    await attempt;
  } catch (error) {
    if (error instanceof MatrixError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}
