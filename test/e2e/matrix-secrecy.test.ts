import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import type { Answer } from '../support/daemon.js';
import { provingLink, startAddressEnvironment } from '../support/address-environment.js';
import { policyUrl } from '../support/identity-environment.js';
import {
  startEmbeddedEnvironment,
  startRelayEnvironment,
  type MatrixEnvironment,
} from '../support/matrix-environments.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';
import { synapseMissing } from '../support/synapse.js';

const client = '/_matrix/client/v3';
const timeout = 60_000;
const loginPath = `${client}/login`;
const wrongPassword = 'a wrong password for Matrix';
const unknownToken = 'a-token-without-an-owner';
const unknownLoginToken = 'a-login-token-without-an-owner';
const unknownRefreshToken = 'a-refresh-token-without-an-owner';
const unknownPhone = '447700900999';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startStrictSandbox();
});
afterAll(() => sandbox.stop());

describe('of the requests of Matrix users and their answers', () => {
  it('no secret reaches the log at debug level, the disk in clear, or the body of an error', async () => {
    const environment = await startEmbeddedEnvironment(sandbox);
    try {
      const { gangway, alice } = environment;
      const post = (path: string, body: unknown, token?: string) => gangway.request('POST', path, body, token);
      const { answers, secrets } = await logInAllWays(environment);
      const [access = '', refresh = ''] = secrets;

      const asked = await post('/_matrix/client/v1/login/get_token', {}, access);
      const session = asked.body['session'];
      const identifier = { type: 'm.id.user', user: alice.mxid };
      const stage = { type: 'm.login.password', identifier, session };
      const denied = await post(
        '/_matrix/client/v1/login/get_token',
        { auth: { ...stage, password: wrongPassword } },
        access,
      );
      const minted = await post(
        '/_matrix/client/v1/login/get_token',
        { auth: { ...stage, password: alice.password } },
        access,
      );
      expect([asked.status, denied.status, minted.status]).toEqual([401, 401, 200]);
      const loginToken = String(minted.body['login_token']);
      const byToken = await post(loginPath, { type: 'm.login.token', token: loginToken });
      expect(byToken.status).toBe(200);
      const spent = await post(loginPath, { type: 'm.login.token', token: loginToken });
      const refreshed = await post(`${client}/refresh`, { refresh_token: refresh });
      expect(refreshed.status).toBe(200);
      const unknown = await post(`${client}/refresh`, { refresh_token: unknownRefreshToken });
      const inQuery = await gangway.request('GET', `${client}/account/whoami?access_token=${unknownToken}`);
      const out = await post(`${client}/logout`, {}, String(byToken.body['access_token']));
      expect(out.status).toBe(200);

      const given = [byToken, refreshed].flatMap(({ body }) => [body['access_token'], body['refresh_token']]);
      secrets.push(loginToken, ...given.filter((token) => token !== undefined).map(String));
      await expectSecrecy(environment, [...answers, denied, spent, unknown, inQuery], secrets);
      const disk = (await gangway.filesWritten()).toString('latin1');
      expect(disk).toContain('$argon2id$');
      expect(disk).not.toContain(alice.phone);
    } finally {
      await environment.close();
    }
  });

  it('nor of those about 3PIDs', { timeout }, async () => {
    const environment = await startAddressEnvironment(sandbox, ['alice', 'bob']);
    try {
      const { gangway } = environment;
      const { answers, secrets } = await useAddresses(environment);
      expect(answers.map(({ status }) => status).filter((status) => status < 400)).toEqual([]);
      expect(answers.length).toBeGreaterThan(8);
      const disk = await gangway.filesWritten();
      const haystacks = {
        log: await gangway.wholeOutput(),
        disk: disk.toString('latin1'),
        errors: answers.map(({ text }) => text).join('\n'),
      };
      expect(haystacks.log).toContain('debug');
      for (const [where, haystack] of Object.entries(haystacks)) {
        for (const [what, needle] of Object.entries(secrets)) {
          expect(needle.length, what).toBeGreaterThan(3);
          expect(haystack.includes(needle), `${what} in the ${where}`).toBe(false);
        }
      }
    } finally {
      await environment.close();
    }
  });

  it.skipIf(synapseMissing !== undefined)(
    `nor if the homeserver has the accounts ${synapseMissing ?? ''}`,
    { timeout },
    async () => {
      const environment = await startRelayEnvironment(sandbox);
      try {
        const { answers, secrets } = await logInAllWays(environment);
        await expectSecrecy(environment, answers, secrets);
      } finally {
        await environment.close();
      }
    },
  );
});

/**
 * Makes valid and invalid logins, at both versions, and uses the tokens on the provisioning API.
 * Returns the tokens, access token first.
 */
async function logInAllWays({ gangway, alice }: MatrixEnvironment): Promise<{ answers: Answer[]; secrets: string[] }> {
  const post = (path: string, body: unknown) => gangway.request('POST', path, body);
  const user = { type: 'm.id.user', user: alice.mxid };
  const phone = { type: 'm.id.phone', country: 'GB', phone: alice.phone, number: alice.phone };
  const unknown = { ...phone, phone: unknownPhone, number: unknownPhone };
  const byPassword = { type: 'm.login.password', password: alice.password };

  const granted = await post(loginPath, { ...byPassword, identifier: user, refresh_token: true });
  const others = [
    await post(loginPath, { ...byPassword, identifier: phone }),
    await post('/_matrix/client/api/v1/login', { username: 'alice', password: alice.password }),
  ];
  expect([granted, ...others].map(({ status }) => status)).toEqual([200, 200, 200]);
  const refused = [
    await post(loginPath, { ...byPassword, identifier: user, password: wrongPassword }),
    await post(loginPath, { ...byPassword, identifier: unknown }),
    await post(loginPath, { ...byPassword, identifier: user, device_id: 7, password: alice.password }),
    await post(loginPath, { type: 'm.login.token', token: unknownLoginToken }),
    await post('/_matrix/client/api/v1/login', { username: 'alice', password: wrongPassword }),
    await gangway.call('GET', `/${alice.mxid}/get_me`, undefined, unknownToken),
  ];
  const tokens = [granted.body['access_token'], granted.body['refresh_token']];
  await gangway.call('GET', `/${alice.mxid}/get_me`, undefined, String(tokens[0]));
  const secrets = [...tokens, ...others.map(({ body }) => body['access_token'])].map(String);
  return { answers: refused, secrets };
}

/**
 * Validates, adds, binds and removes 3PIDs, with all refusals in between. Returns the refusals, and
 * the values that must be stored nowhere.
 */
async function useAddresses({ gangway, mails, gateway, url }: Awaited<ReturnType<typeof startAddressEnvironment>>) {
  const answers: Answer[] = [];
  const post = (path: string, body: unknown, token?: string) => gangway.request('POST', path, body, token);
  const threepid = (path: string) => `${client}/account/3pid${path}`;
  const submission = '/_matrix/client/unstable/add_threepid';
  const done = async (asked: Promise<Answer>) => {
    const answer = await asked;
    expect(answer).toMatchObject({ status: 200 });
    return answer.body;
  };
  const refused = async (asked: Promise<Answer>) => void answers.push(await asked);
  const logIn = async (user: string) => {
    const identifier = { type: 'm.id.user', user };
    const login = { type: 'm.login.password', identifier, password: `the password of ${user}` };
    return String((await done(post(loginPath, login)))['access_token']);
  };
  const [alice, bob] = [await logIn('alice'), await logIn('bob')];
  const [mailSecret, phoneSecret] = ['client-secret-for-a-mail', 'client-secret-for-a-phone'];
  const email = { email: 'alice@hidden.example.test', client_secret: mailSecret, send_attempt: 1 };
  const phone = { country: 'GB', phone_number: '07400 123701', client_secret: phoneSecret, send_attempt: 1 };

  const { sid: mailSid } = await done(post(threepid('/email/requestToken'), email, alice));
  const { sid: phoneSid } = await done(post(threepid('/msisdn/requestToken'), phone, alice));
  const byMail = { sid: String(mailSid), client_secret: mailSecret };
  const byPhone = { sid: String(phoneSid), client_secret: phoneSecret };
  const mailToken = new URL(await provingLink(mails, email.email)).searchParams.get('token') ?? '';
  const { code } = await gateway.next('+447400123701');
  const wrong = 'a-token-that-was-never-sent';
  await refused(post(threepid('/email/requestToken'), { ...email, email: 'no address, but hidden.example.test' }));
  await refused(post(threepid('/email/requestToken'), { ...email, next_link: 'https://hidden.example.test/' }));
  await refused(post(threepid('/msisdn/requestToken'), { ...phone, country: 'DE', phone_number: '030 123701' }));
  await refused(post(`${submission}/email/submit_token`, { ...byMail, token: wrong }));
  await refused(post(threepid(''), { three_pid_creds: byMail }, alice));
  await done(post(`${submission}/email/submit_token`, { ...byMail, token: mailToken }));
  await done(post(`${submission}/msisdn/submit_token`, { ...byPhone, token: code }));
  const auth = { type: 'm.login.password', identifier: { type: 'm.id.user', user: 'alice' } };
  await refused(post(threepid('/add'), { ...byMail, auth: { ...auth, password: wrongPassword } }, alice));
  await refused(post(threepid('/add'), { ...byMail, auth: { ...auth, password: 'the password of alice' } }, bob));
  await done(post(threepid('/add'), { ...byMail, auth: { ...auth, password: 'the password of alice' } }, alice));
  await done(post(threepid(''), { three_pid_creds: byPhone }, alice));
  await refused(post(threepid('/email/requestToken'), { ...email, client_secret: 'of-bob' }, bob));

  const openIdPath = (user: string) => `/_matrix/client/v3/user/@${user}:example.test/openid/request_token`;
  await refused(post(openIdPath('bob'), {}, alice));
  const openId = await done(post(openIdPath('alice'), {}, alice));
  const { token } = await done(post('/_matrix/identity/v2/account/register', openId));
  await done(post('/_matrix/identity/v2/terms', { user_accepts: [policyUrl] }, String(token)));
  const bind = { ...byMail, id_server: new URL(url).host, id_access_token: String(token) };
  await refused(post(threepid('/bind'), bind, alice));
  await refused(post(threepid('/bind'), { ...bind, id_access_token: unknownToken }, alice));
  await refused(post(threepid('/bind'), { ...bind, id_server: '127.0.0.1:9' }, alice));
  await done(post(threepid('/delete'), { medium: 'msisdn', address: '447400123701' }, alice));
  await refused(gangway.request('GET', `${threepid('')}?access_token=${unknownToken}`));

  const secrets: Readonly<Record<string, string>> = {
    'e-mail address': 'hidden.example.test',
    'phone number': '7400123701',
    'phone number as it was typed': '07400 123701',
    'client secret of the mail': mailSecret,
    'client secret of the phone': phoneSecret,
    'token of the mail': mailToken,
    'wrong token': wrong,
    'access token': alice,
    'OpenID token': String(openId['access_token']),
    'access token of the identity service': String(token),
    'unknown access token': unknownToken,
    password: 'the password of alice',
    'wrong password': wrongPassword,
  };
  return { answers, secrets };
}

async function expectSecrecy(
  { gangway, alice }: MatrixEnvironment,
  answers: readonly Answer[],
  tokens: readonly string[],
) {
  expect(answers.filter(({ status }) => status < 400)).toEqual([]);
  expect(new Set(tokens).size).toBe(tokens.length);
  expect(tokens.every((token) => token.length > 20)).toBe(true);
  const disk = await gangway.filesWritten();
  const haystacks = {
    log: await gangway.wholeOutput(),
    disk: disk.toString('latin1'),
    errors: answers.map(({ text }) => text).join('\n'),
  };
  expect(haystacks.log).toContain('debug');
  expect(haystacks.disk.length).toBeGreaterThan(1000);
  const needles: Readonly<Record<string, string>> = {
    password: alice.password,
    'wrong password': wrongPassword,
    'phone number': alice.phone,
    'unknown phone number': unknownPhone,
    'unknown access token': unknownToken,
    'unknown login token': unknownLoginToken,
    'unknown refresh token': unknownRefreshToken,
    ...Object.fromEntries(tokens.map((token, index) => [`token ${index}`, token])),
  };
  for (const [environment, haystack] of Object.entries(haystacks)) {
    for (const [what, needle] of Object.entries(needles)) {
      expect(haystack.includes(needle), `${what} in the ${environment}`).toBe(false);
    }
  }
}
