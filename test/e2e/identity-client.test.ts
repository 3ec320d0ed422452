import { randomBytes } from 'node:crypto';
import { IdentityPrefix, MatrixError, Method, SERVICE_TYPES, type MatrixClient } from 'matrix-js-sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { install, type Installation } from '../support/daemon.js';
import { startGatewayApi, type GatewayApi } from '../support/gateway-api.js';
import { startHttpFront, type HttpFront } from '../support/http-front.js';
import { startInvitingHomeserver, type InvitingHomeserver } from '../support/inviting-homeserver.js';
import { startMailServer, type MailServer } from '../support/mail-server.js';
import { matrixClient } from '../support/matrix-client.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';

const policyUrl = 'https://id.example.test/terms-1.0-en.html';

/** A user of the homeserver whose client has the daemon as its identity server. */
interface Person {
  readonly mxid: string;
  readonly client: MatrixClient;
  /** Of the identity server. */
  readonly token: string;
}

describe('matrix-js-sdk with the daemon as its identity server', () => {
  const closers: (() => Promise<unknown>)[] = [];
  let front: HttpFront;
  let home: InvitingHomeserver;
  let mails: MailServer;
  let gateway: GatewayApi;
  let gangway: Installation;

  beforeAll(async () => {
    front = await startHttpFront();
    closers.push(() => front.close());
    [home, mails, gateway] = await Promise.all([
      startInvitingHomeserver('home.test', front.url),
      startMailServer(),
      startGatewayApi(),
    ]);
    closers.push(
      () => home.stop(),
      () => mails.stop(),
      () => gateway.stop(),
    );
    const sandbox = await startStrictSandbox();
    await sandbox.stop();
    gangway = await install(sandbox, {
      homeserver: { domain: home.serverName },
      accounts: { mode: 'off' },
      identity: {
        enabled: true,
        public_url: front.url,
        web_client: 'https://web.example.test',
        terms: { terms_of_service: { version: '1.0', en: { name: 'Terms', url: policyUrl } } },
      },
      outgoing: { servers: { [home.serverName]: home.url } },
      threepids: { next_link_hosts: ['web.example.test'] },
      delivery: {
        email: [
          { type: 'smtp', host: '127.0.0.1', port: mails.port, security: 'none', from: 'Gangway <id@gangway.test>' },
        ],
        phone: [{ type: 'telegram_gateway', token: gateway.token, address: gateway.url }],
      },
    });
    closers.push(() => gangway.remove());
    await start();
  });
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });

  async function start(): Promise<void> {
    await gangway.start();
    front.leadTo(gangway.url());
  }

  /** A new user, with an access token of the identity server. */
  async function newPerson(localpart: string): Promise<Person> {
    const { mxid, accessToken } = home.addUser(localpart);
    let token = '';
    const client = matrixClient(home.url, {
      idBaseUrl: front.url,
      accessToken,
      userId: mxid,
      identityServer: { getAccessToken: async () => token },
    });
    const registered = await client.registerWithIdentityServer(await client.getOpenIdToken());
    expect(registered.token).toBe(registered.access_token);
    token = registered.access_token;
    return { mxid, client, token };
  }

  /** A new user who has accepted the terms. */
  async function newUser(localpart: string): Promise<Person> {
    const person = await newPerson(localpart);
    await person.client.agreeToTerms(SERVICE_TYPES.IS, front.url, person.token, [policyUrl]);
    return person;
  }

  /**
   * Opens the link of the mail and presses the button, as a browser does. Returns the page after
   * that.
   */
  async function followMail(address: string): Promise<string> {
    const { mail } = await mails.next(
      ({ to, mail: { text } }) => to.includes(address) && /submitToken/.test(text ?? ''),
    );
    const link = /https?:\S+submitToken\S+/.exec(mail.text ?? '')?.[0] ?? '';
    const page = await (await fetch(link)).text();
    const action = /<form[^>]* action="([^"]+)"/.exec(page)?.[1] ?? '';
    const fields = [...page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
    const body = new URLSearchParams(fields.map(([, name = '', value = '']): [string, string] => [name, value]));
    const confirmed = await fetch(new URL(action, link), { method: 'POST', body });
    expect(confirmed.status).toBe(200);
    return confirmed.text();
  }

  /** Validates a 3PID by its mail and binds it. Returns the fields that identify the session. */
  async function bindEmail({ client, token }: Person, address: string) {
    const clientSecret = client.generateClientSecret();
    const { sid } = await client.requestEmailToken(address, clientSecret, 1, undefined, token);
    await followMail(address);
    await publish({ client, token }, sid, clientSecret);
    return { sid, clientSecret };
  }

  async function publish({ client, token }: Pick<Person, 'client' | 'token'>, sid: string, clientSecret: string) {
    await client.bindThreePid({
      client_secret: clientSecret,
      sid,
      id_server: new URL(front.url).host,
      id_access_token: token,
    });
  }

  /** The content of an invite mail for clients. */
  async function invitation(address: string, roomName: string) {
    const { mail } = await mails.next(
      ({ to, mail: { subject } }) => to.includes(address) && subject?.includes(roomName) === true,
    );
    const link = /https?:\S+\/#\/room\/\S+/.exec(mail.text ?? '')?.[0] ?? '';
    const { hash, origin } = new URL(link);
    const [path = '', query = ''] = hash.split('?');
    return { origin, path: decodeURIComponent(path), query: new URLSearchParams(query) };
  }

  it('discovers it, and must accept its terms first', async () => {
    const alice = await newPerson('alice');
    expect(await (await fetch(`${front.url}${IdentityPrefix.V2}`)).json()).toEqual({});
    await expect(alice.client.getIdentityAccount(alice.token)).rejects.toMatchObject({
      httpStatus: 403,
      errcode: 'M_TERMS_NOT_SIGNED',
    });
    const { policies } = (await alice.client.getTerms(SERVICE_TYPES.IS, front.url)) as {
      readonly policies: Readonly<Record<string, unknown>>;
    };
    expect(policies).toEqual({ terms_of_service: { version: '1.0', en: { name: 'Terms', url: policyUrl } } });
    await alice.client.agreeToTerms(SERVICE_TYPES.IS, front.url, alice.token, [policyUrl]);
    expect(await alice.client.getIdentityAccount(alice.token)).toEqual({ user_id: alice.mxid });
  });

  it('is rejected by it with an unknown token', async () => {
    const client = matrixClient(home.url, { idBaseUrl: front.url });
    await expect(client.getIdentityAccount('wrong')).rejects.toMatchObject({
      httpStatus: 401,
      errcode: 'M_UNAUTHORIZED',
    });
    const openId = {
      access_token: 'wrong',
      expires_in: 3600,
      matrix_server_name: home.serverName,
      token_type: 'Bearer',
    };
    await expect(client.registerWithIdentityServer(openId)).rejects.toBeInstanceOf(MatrixError);
  });

  it('validates an e-mail address by its mail, binds it, finds it by its hash, and unbinds it', async () => {
    const [bob, carol] = [await newUser('bob'), await newUser('carol')];
    const clientSecret = bob.client.generateClientSecret();
    const nextLink = 'https://web.example.test/#/settings';
    const { sid } = await bob.client.requestEmailToken('Bob@mail.test', clientSecret, 1, nextLink, bob.token);
    await expect(publish(bob, sid, clientSecret)).rejects.toMatchObject({ errcode: 'M_SESSION_NOT_VALIDATED' });
    const again = await bob.client.requestEmailToken('Bob@mail.test', clientSecret, 1, nextLink, bob.token);
    expect(again.sid).toBe(sid);
    expect(await followMail('bob@mail.test')).toContain(`href="https://web.example.test/?sid=${sid}#/settings"`);
    expect(mails.taken.filter(({ to }) => to.includes('bob@mail.test'))).toHaveLength(1);
    await publish(bob, sid, clientSecret);

    const found = await carol.client.identityHashedLookup(
      [
        ['BOB@MAIL.test', 'email'],
        ['unknown@mail.test', 'email'],
      ],
      carol.token,
    );
    expect(found).toEqual([{ address: 'BOB@MAIL.test', mxid: bob.mxid }]);
    expect(await carol.client.lookupThreePid('email', 'bob@mail.test', carol.token)).toMatchObject({ mxid: bob.mxid });

    expect(await bob.client.unbindThreePid('email', 'bob@mail.test')).toEqual({ id_server_unbind_result: 'success' });
    expect(await carol.client.lookupThreePid('email', 'bob@mail.test', carol.token)).toEqual({});
  });

  it('validates a phone number by a code through Telegram', async () => {
    const dave = await newUser('dave');
    const clientSecret = dave.client.generateClientSecret();
    const asked = await dave.client.requestMsisdnToken('GB', '07700 900123', clientSecret, 1, undefined, dave.token);
    expect(asked).toMatchObject({ success: true, msisdn: '447700900123' });
    const { code, callbackUrl } = await gateway.next('+447700900123');
    const submit = (token: string) => dave.client.submitMsisdnToken(asked.sid, clientSecret, token, dave.token);
    await expect(submit(code === '000000' ? '111111' : '000000')).rejects.toMatchObject({
      httpStatus: 400,
      errcode: 'M_TOKEN_INCORRECT',
    });
    expect(await submit(code)).toEqual({ success: true });
    await publish(dave, asked.sid, clientSecret);
    expect(await dave.client.bulkLookupThreePids([['msisdn', '447700900123']], dave.token)).toEqual({
      threepids: [['msisdn', '447700900123', dave.mxid]],
    });
    expect(callbackUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/_matrix\/identity\//);
  });

  it('gets codes whose delivery report by Telegram is accepted', async () => {
    const erin = await newUser('erin');
    await erin.client.requestMsisdnToken(
      'GB',
      '07700 900124',
      erin.client.generateClientSecret(),
      1,
      undefined,
      erin.token,
    );
    const sent = await gateway.next('+447700900124');
    const at = Math.floor(Date.now() / 1000);
    expect((await gateway.report(sent, { delivery: 'delivered', at })).status).toBe(200);
    expect((await gateway.report(sent, { delivery: 'delivered', at, token: 'wrong' })).status).toBe(401);
    expect(gangway.output()).not.toContain('447700900124');
  });

  it('unbinds a 3PID with the session that validated it', async () => {
    const frank = await newUser('frank');
    const { sid, clientSecret } = await bindEmail(frank, 'frank@mail.test');
    const body = {
      mxid: frank.mxid,
      threepid: { medium: 'email', address: 'frank@mail.test' },
      sid,
      client_secret: clientSecret,
    };
    const url = `${front.url}${IdentityPrefix.V2}/3pid/unbind`;
    expect(await frank.client.http.requestOtherUrl(Method.Post, url, body)).toEqual({});
    expect(await frank.client.lookupThreePid('email', 'frank@mail.test', frank.token)).toEqual({});
  });

  it('joins a room by the sign link of an invite, without binding anything', async () => {
    const [grace, heidi] = [await newUser('grace'), await newUser('heidi')];
    const room = home.makeRoom('The garden');
    await grace.client.inviteByEmail(room, 'Heidi@mail.test');
    const { origin, path, query } = await invitation('Heidi@mail.test', 'The garden');
    expect({ origin, path }).toEqual({ origin: 'https://web.example.test', path: `#/room/${room}` });
    expect(query.get('email')).toBe('Heidi@mail.test');
    const inviteSignUrl = query.get('signurl') ?? '';
    expect(inviteSignUrl).toMatch(`${front.url}/_matrix/identity/`);

    const wrong = new URL(inviteSignUrl);
    wrong.searchParams.set('private_key', randomBytes(32).toString('base64'));
    await expect(heidi.client.joinRoom(room, { inviteSignUrl: wrong.href, syncRoom: false })).rejects.toMatchObject({
      httpStatus: 400,
    });
    await expect(heidi.client.joinRoom(room, { syncRoom: false })).rejects.toMatchObject({ httpStatus: 403 });
    await heidi.client.joinRoom(room, { inviteSignUrl, syncRoom: false });
    expect(home.membership(room, heidi.mxid)).toBe('join');
  });

  it('is invited when it binds a 3PID that was invited before', async () => {
    const [ivan, judy] = [await newUser('ivan'), await newUser('judy')];
    const rooms = ['The shed', 'The pond'].map((name) => home.makeRoom(name));
    for (const room of rooms) await ivan.client.inviteByEmail(room, 'judy@mail.test');
    await bindEmail(judy, 'judy@mail.test');
    await Promise.all(rooms.map((room) => home.invited(room, judy.mxid)));
    await ivan.client.inviteByEmail(home.makeRoom('The path'), 'judy@mail.test');
    expect(mails.taken.filter(({ mail: { subject } }) => subject?.includes('The path'))).toEqual([]);
  });

  it('is logged out of it at its logout', async () => {
    const { client, token } = await newUser('kim');
    await client.http.idServerRequest(Method.Post, '/account/logout', {}, IdentityPrefix.V2, token);
    await expect(client.getIdentityAccount(token)).rejects.toMatchObject({
      httpStatus: 401,
      errcode: 'M_UNAUTHORIZED',
    });
  });

  it('is invited although the daemon was killed between the bind and the notification of the homeserver', async () => {
    const [liam, mia] = [await newUser('liam'), await newUser('mia')];
    const room = home.makeRoom('The bridge');
    await liam.client.inviteByEmail(room, 'mia@mail.test');
    const told = new Promise<void>((resolve) => home.behaveOnBind(() => resolve()));
    await bindEmail(mia, 'mia@mail.test');
    await told;
    await gangway.kill();
    expect(home.membership(room, mia.mxid)).toBeUndefined();

    home.behaveOnBind(undefined);
    await start();
    await home.invited(room, mia.mxid);
    expect(await liam.client.lookupThreePid('email', 'mia@mail.test', liam.token)).toMatchObject({ mxid: mia.mxid });
  });

  it('leaves no 3PID, code, token or secret in the log or in the files of the daemon', async () => {
    const nina = await newUser('nina');
    const { clientSecret } = await bindEmail(nina, 'nina-of-the-log@mail.test');
    await nina.client.requestMsisdnToken('GB', '07700 900125', clientSecret, 1, undefined, nina.token);
    const { code } = await gateway.next('+447700900125');
    await nina.client.inviteByEmail(home.makeRoom('The secret garden'), 'oscar-of-the-log@mail.test');
    const { query } = await invitation('oscar-of-the-log@mail.test', 'The secret garden');
    const privateKey = new URL(query.get('signurl') ?? '').searchParams.get('private_key') ?? '';
    const mail = await mails.next(({ to }) => to.includes('nina-of-the-log@mail.test'));
    const emailToken = /[?&]token=(\w+)/.exec(mail.mail.text ?? '')?.[1] ?? '';
    const written = `${await gangway.wholeOutput()}\n${(await gangway.filesWritten()).toString('latin1')}`;
    const secrets = [nina.token, clientSecret, privateKey, emailToken, gateway.token, 'of-the-log', '7700900125'];
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(8);
      expect(written).not.toContain(secret);
    }
    expect(gangway.output()).not.toMatch(new RegExp(`\\b${code}\\b`));
  });
});
