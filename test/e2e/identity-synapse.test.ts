import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProofSession } from '../../src/accounts/threepids/account-addresses.js';
import { passwordLogin } from '../contract/account-authority.js';
import { failureOf } from '../support/account-requests.js';
import { challengeOf } from '../support/address-steps.js';
import { tokenRequest as relayedTokenRequest } from '../support/contacts.js';
import { callerOf, openRelayAddresses } from '../support/relay-addresses.js';
import { bodyOf, passwordStage } from '../support/relay-world.js';
import { testAuthorityFile } from '../support/certificates.js';
import { install, type Answer, type Installation } from '../support/daemon.js';
import { startGatewayApi, type GatewayApi } from '../support/gateway-api.js';
import { startMailServer, type MailServer } from '../support/mail-server.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';
import { startSynapse, synapseMissing, synapsePublicUrl, type Synapse } from '../support/synapse.js';
import { startTlsFront, type TlsFront } from '../support/tls-front.js';

const client = '/_matrix/client/v3';
const identity = '/_matrix/identity/v2';
const delegateSecret = 'a-secret-in-the-path-of-the-delegate';
const unlimited = { per_second: 10_000, burst_count: 10_000 };

/** A user of Synapse, logged in. */
interface User {
  readonly mxid: string;
  readonly password: string;
  readonly token: string;
  /** Sends a request to Synapse. */
  ask(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Pick<Answer, 'status' | 'body'>>;
}

describe.skipIf(synapseMissing)(`the daemon as the identity server of Synapse ${synapseMissing ?? ''}`, () => {
  const closers: (() => Promise<unknown>)[] = [];
  let front: TlsFront;
  let synapse: Synapse;
  let gateway: GatewayApi;
  let mails: MailServer;
  let gangway: Installation;

  beforeAll(async () => {
    front = await startTlsFront();
    closers.push(() => front.close());
    [synapse, gateway, mails] = await Promise.all([startOurSynapse(front), startGatewayApi(), startMailServer()]);
    closers.push(
      () => synapse.stop(),
      () => gateway.stop(),
      () => mails.stop(),
    );
    gangway = await installGangway();
    closers.push(() => gangway.remove());
    await gangway.start();
    front.leadTo(gangway.url());
  });
  afterAll(() => Promise.all(closers.map((close) => close())));

  async function installGangway(): Promise<Installation> {
    const sandbox = await startStrictSandbox();
    await sandbox.stop();
    return install(sandbox, {
      homeserver: { domain: synapse.serverName },
      accounts: { mode: 'off' },
      identity: { enabled: true, public_url: front.url, delegate: { secret: delegateSecret } },
      outgoing: { servers: { [synapse.serverName]: synapse.url } },
      threepids: { allowed_countries: ['GB'] },
      delivery: {
        email: [
          { type: 'smtp', host: '127.0.0.1', port: mails.port, security: 'none', from: 'Gangway <id@gangway.test>' },
        ],
        phone: [{ type: 'telegram_gateway', token: gateway.token, address: gateway.url }],
      },
    });
  }

  async function newUser(localpart: string): Promise<User> {
    const { mxid, password } = await synapse.register(localpart);
    const identifier = { type: 'm.id.user', user: mxid };
    const grant = await askSynapse('POST', `${client}/login`, { type: 'm.login.password', identifier, password });
    const token = String(grant.body['access_token']);
    return { mxid, password, token, ask: (method, path, body) => askSynapse(method, `${client}${path}`, body, token) };
  }

  async function askSynapse(method: string, path: string, body?: unknown, token?: string) {
    const response = await fetch(`${synapse.url}${path}`, {
      method,
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  }

  /** An access token of the identity service, for an OpenID token of Synapse. */
  async function registerAtGangway(user: User): Promise<string> {
    const { body: openId } = await user.ask('POST', `/user/${encodeURIComponent(user.mxid)}/openid/request_token`, {});
    const { status, body } = await gangway.request('POST', `${identity}/account/register`, openId);
    expect(status).toBe(200);
    return String(body['access_token']);
  }

  describe('validates phone numbers for it', () => {
    let alice: User;
    let count = 0;
    const clientSecret = randomBytes(12).toString('hex');
    beforeAll(async () => {
      alice = await newUser('alice');
    });
    const requestToken = (phone: string, country = 'GB') =>
      alice.ask('POST', '/account/3pid/msisdn/requestToken', {
        country,
        phone_number: phone,
        client_secret: clientSecret,
        send_attempt: (count += 1),
      });

    it('so that a number, validated by a code through Telegram, is added to an account and can be used for logins', async () => {
      const asked = await requestToken('07470 674927');
      expect(asked).toMatchObject({ status: 200, body: { sid: expect.any(String), msisdn: '447470674927' } });
      const sid = String(asked.body['sid']);
      const submitPath = new URL(String(asked.body['submit_url'])).pathname;
      const submit = (token: string) => askSynapse('POST', submitPath, { client_secret: clientSecret, sid, token });
      const { code } = await gateway.next('+447470674927');

      const wrong = await submit(code === '000000' ? '111111' : '000000');
      expect(wrong).toMatchObject({ status: 200, body: { success: false, errcode: 'M_TOKEN_INCORRECT' } });
      const add = (auth?: object) =>
        alice.ask('POST', '/account/3pid/add', { client_secret: clientSecret, sid, ...(auth && { auth }) });
      const { session } = (await add()).body;
      const identifier = { type: 'm.id.user', user: alice.mxid };
      const auth = { type: 'm.login.password', session, identifier, password: alice.password };
      expect(await add(auth)).toMatchObject({ status: 400, body: { errcode: 'M_THREEPID_AUTH_FAILED' } });

      expect(await submit(code)).toMatchObject({ status: 200, body: { success: true } });
      expect((await add(auth)).status).toBe(200);
      expect((await alice.ask('GET', '/account/3pid')).body).toMatchObject({
        threepids: [{ medium: 'msisdn', address: '447470674927', validated_at: expect.any(Number) }],
      });

      const byPhone = { type: 'm.id.phone', country: 'GB', phone: '07470674927', number: '07470674927' };
      const attempt = { type: 'm.login.password', identifier: byPhone, password: alice.password };
      const grant = await askSynapse('POST', `${client}/login`, attempt);
      expect(grant).toMatchObject({ status: 200, body: { user_id: alice.mxid } });
    });

    it('and returns through it why a code is not sent', async () => {
      expect(await requestToken('0612345678', 'FR')).toMatchObject({
        status: 400,
        body: { errcode: 'M_DESTINATION_REJECTED' },
      });
      // The code for every failure of a channel: it does not reveal that the number is not on
      // Telegram.
      expect(await requestToken('07470 674404')).toMatchObject({ status: 400, body: { errcode: 'M_SEND_ERROR' } });
    });

    it('also for its users who come through the relay, which adds nothing of its own if authentication is skipped', async () => {
      const relay = await openRelayAddresses(synapse.url, synapse.serverName);
      closers.push(() => relay.close());
      const { addresses, authority } = relay;
      const user = await newUser('frank');
      const caller = callerOf(user.mxid, user.token);
      const add = (session: ProofSession, auth?: object) =>
        addresses.add(caller, session, auth, { ...bodyOf(session), ...(auth && { auth }) });

      const request = relayedTokenRequest('+447470674931', caller);
      const reply = await addresses.requestToken(request);
      expect(reply).toMatchObject({ msisdn: '447470674931', submit_url: expect.stringContaining(synapsePublicUrl) });
      const session = { sid: String(reply['sid']), clientSecret: request.clientSecret };
      const { code } = await gateway.next('+447470674931');
      const submitPath = new URL(String(reply['submit_url'])).pathname;
      expect((await askSynapse('POST', submitPath, { ...bodyOf(session), token: code })).body).toEqual({
        success: true,
      });
      const { body: challenge } = await challengeOf(add(session));
      await add(session, passwordStage(challenge['session'], caller, user.password));
      expect((await user.ask('GET', '/account/3pid')).body).toMatchObject({ threepids: [{ address: '447470674931' }] });
      expect(await addresses.list(caller)).toHaveLength(1);
      const byPhone = passwordLogin({ type: 'm.id.phone', country: 'GB', phone: '07470674931' }, user.password);
      expect((await authority.logIn(byPhone)).mxid).toBe(user.mxid);

      // It has no mailer, and allows users who have just logged in to delete devices without a
      // password: see its configuration below.
      const mailed = relayedTokenRequest('frank@mail.test', caller);
      const ours = { sid: String((await addresses.requestToken(mailed))['sid']), clientSecret: mailed.clientSecret };
      await relay.submit(ours);
      for (const auth of [undefined, passwordStage(undefined, caller, 'wrong')]) {
        expect(await failureOf(add(ours, auth))).toEqual({ kind: 'authentication_unsupported' });
      }
      expect(await addresses.list(caller)).toHaveLength(1);
    });

    it('and for no client without the secret path', async () => {
      const body = { country: 'GB', phone_number: '07700900124', client_secret: 'abc', send_attempt: 1 };
      const path = '_matrix/identity/api/v1/validate/msisdn/requestToken';
      for (const prefix of ['', '_gangway/delegate/', `_gangway/delegate/${delegateSecret.slice(1)}/`]) {
        expect((await gangway.request('POST', `/${prefix}${path}`, body)).status).not.toBe(200);
      }
      expect(gateway.sent.filter(({ phoneNumber }) => phoneNumber === '+447700900124')).toEqual([]);
    });
  });

  it('mails its invites; a user who validates the address is invited, and can unbind it through Synapse', async () => {
    const [carol, dave] = [await newUser('carol'), await newUser('dave')];
    const [carolsToken, davesToken] = [await registerAtGangway(carol), await registerAtGangway(dave)];
    const invite = async (name: string, address: string) => {
      const { room_id: roomId } = (await carol.ask('POST', '/createRoom', { name })).body;
      const { status } = await carol.ask('POST', `/rooms/${encodeURIComponent(String(roomId))}/invite`, {
        id_server: front.host,
        id_access_token: carolsToken,
        medium: 'email',
        address,
      });
      expect(status).toBe(200);
      return String(roomId);
    };

    const garden = await invite('The garden', 'Dave@mail.test');
    const { mail: invitation } = await mails.next(({ to, mail }) => isFor('dave@mail.test', to) && !isProof(mail.text));
    expect(invitation.subject).toContain('The garden');
    const state = await carol.ask('GET', `/rooms/${encodeURIComponent(garden)}/state`);
    expect(state.body).toContainEqual(
      expect.objectContaining({
        type: 'm.room.third_party_invite',
        content: expect.objectContaining({ display_name: 'dav...@mai...' }),
      }),
    );

    // The first sync returns a position, after which the test waits.
    const { next_batch: since } = (await dave.ask('GET', '/sync?timeout=0')).body;
    const clientSecret = randomBytes(12).toString('hex');
    const { body: session } = await gangway.request(
      'POST',
      `${identity}/validate/email/requestToken`,
      { client_secret: clientSecret, email: 'dave@mail.test', send_attempt: 1 },
      davesToken,
    );
    const { mail: proof } = await mails.next(({ to, mail }) => isFor('dave@mail.test', to) && isProof(mail.text));
    const proven = { client_secret: clientSecret, sid: session['sid'] };
    const token = /[?&]token=([^&\s]+)/.exec(proof.text ?? '')?.[1];
    const submitted = await gangway.request(
      'POST',
      `${identity}/validate/email/submitToken`,
      { ...proven, token },
      davesToken,
    );
    expect(submitted.body).toEqual({ success: true });

    const ours = { id_server: front.host, id_access_token: davesToken };
    expect((await dave.ask('POST', '/account/3pid/bind', { ...ours, ...proven })).status).toBe(200);
    const { body: news } = await dave.ask('GET', `/sync?timeout=25000&since=${String(since)}`);
    expect(invitesIn(news)).toEqual([garden]);
    const join = `/rooms/${encodeURIComponent(garden)}/join`;
    expect(await dave.ask('POST', join, {})).toMatchObject({ status: 200 });

    const shed = await invite('The shed', 'dave@mail.test');
    const member = `/rooms/${encodeURIComponent(shed)}/state/m.room.member/${encodeURIComponent(dave.mxid)}`;
    expect((await carol.ask('GET', member)).body).toMatchObject({ membership: 'invite' });
    expect(mails.taken.filter(({ to }) => isFor('dave@mail.test', to))).toHaveLength(2);

    const address = { medium: 'email', address: 'dave@mail.test' };
    expect(await dave.ask('POST', '/account/3pid/unbind', { ...address, id_server: front.host })).toEqual({
      status: 200,
      body: { id_server_unbind_result: 'success' },
    });
    const { body: details } = await gangway.request('GET', `${identity}/hash_details`, undefined, davesToken);
    const question = { algorithm: 'none', pepper: details['lookup_pepper'], addresses: ['dave@mail.test email'] };
    expect((await gangway.request('POST', `${identity}/lookup`, question, davesToken)).body).toEqual({ mappings: {} });
  });

  it('accepts its users by its OpenID tokens only', async () => {
    const erin = await newUser('erin');
    const { body: openId } = await erin.ask('POST', `/user/${encodeURIComponent(erin.mxid)}/openid/request_token`, {});
    const register = (more: object) => gangway.request('POST', `${identity}/account/register`, { ...openId, ...more });
    const { body } = await register({});
    const account = await gangway.request('GET', `${identity}/account`, undefined, String(body['access_token']));
    expect(account.body).toEqual({ user_id: erin.mxid });
    expect((await register({ access_token: 'wrong' })).status).not.toBe(200);
    expect(gangway.output()).not.toContain(String(openId['access_token']));
  });
});

function startOurSynapse(front: TlsFront): Promise<Synapse> {
  return startSynapse({
    authorities: testAuthorityFile,
    config: {
      account_threepid_delegates: { msisdn: `${front.url}/_gangway/delegate/${delegateSecret}` },
      ip_range_whitelist: ['127.0.0.1'],
      rc_3pid_validation: unlimited,
      rc_third_party_invite: unlimited,
      ui_auth: { session_timeout: '1h' },
    },
  });
}

function isFor(address: string, to: readonly string[]): boolean {
  return to.some((one) => one.toLowerCase() === address);
}

function isProof(text: string | undefined): boolean {
  return text?.includes('submitToken') ?? false;
}

function invitesIn(sync: Answer['body']): string[] {
  const rooms = sync['rooms'] as { readonly invite?: Readonly<Record<string, unknown>> } | undefined;
  return Object.keys(rooms?.invite ?? {});
}
