import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProofSession } from '../../../../src/accounts/threepids/account-addresses.js';
import { Secret } from '../../../../src/base/secret.js';
import { failureOf } from '../../../support/account-requests.js';
import { kindsOf } from '../../../support/address-steps.js';
import { tokenRequest } from '../../../support/contacts.js';
import { sendJson, type Interception } from '../../../support/fake-homeserver.js';
import {
  bodyOf,
  email,
  openRelayWorld,
  passwordStage,
  phone,
  removalOf,
  type RelayWorld,
} from '../../../support/relay-world.js';

let world: RelayWorld;
let alice: RelayWorld['alice'];
let bob: RelayWorld['bob'];
let homeserver: RelayWorld['homeserver'];
let addresses: RelayWorld['addresses'];

beforeEach(async () => {
  world = await openRelayWorld();
  ({ alice, bob, homeserver, addresses } = world);
});
afterEach(() => world.close());

const theirs = { sid: 'of.the.homeserver', clientSecret: 'a.secret' };
const elsewhere = { idServer: 'vector.test', idAccessToken: new Secret('id_access_token') };
const post = (session: ProofSession, caller = alice) =>
  addresses.addWithoutAuthentication(caller, session, { three_pid_creds: bodyOf(session) });

const operations: readonly (readonly [string, (ours: ProofSession) => Promise<unknown>])[] = [
  ['list', () => addresses.list(alice)],
  ['requestToken', () => addresses.requestToken(tokenRequest('new@mail.test', alice))],
  ['add, proven there', () => world.add(theirs, passwordStage(undefined, alice))],
  ['add, proven here', (ours) => world.add(ours, passwordStage(undefined, alice))],
  ['post, proven there', () => post(theirs)],
  ['remove', () => addresses.remove(alice, removalOf(phone))],
  ['bind', () => addresses.bind(alice, theirs, elsewhere, {})],
  ['unbind', () => addresses.unbind(alice, removalOf(phone, 'vector.test'))],
];

const sendText =
  (status: number, text: string, headers: Readonly<Record<string, string>> = {}): Interception =>
  (response) =>
    response.writeHead(status, headers).end(text);
const troubles: readonly (readonly [string, Interception])[] = [
  ['that is gone', (response) => response.destroy()],
  [
    'that breaks off',
    (response) => response.writeHead(200, { 'Content-Length': '1000' }).write('{"sid"', () => response.destroy()),
  ],
  ['with an HTML page', sendText(502, '<html>Bad Gateway</html>')],
  ['with no object', sendText(200, '["sid"]')],
  ['with half an object', sendText(200, '{"sid": "x", "threepids": [')],
  ['that leads elsewhere', sendText(302, '{}', { Location: 'https://elsewhere.test/' })],
];
const cases = operations.flatMap(([name, work]) =>
  troubles.map(([trouble, answer]) => [name, trouble, work, answer] as const),
);

describe('a failing homeserver', () => {
  it.each(cases)('%s, from a homeserver %s: nothing changes, and it works afterwards', async (_, __, work, answer) => {
    const ours = await world.proveHere(email.address, alice);
    await world.keep(alice.mxid, 'msisdn', phone.address);
    const sent = world.messenger.sent.length;
    homeserver.intercept(answer);
    expect(await failureOf(work(ours))).toEqual({ kind: 'homeserver_unreachable' });
    expect(await world.own.list(alice.mxid)).toMatchObject([phone]);
    expect(world.messenger.sent).toHaveLength(sent);
    expect(world.publications.asked).not.toContainEqual(expect.arrayContaining(['bind']));
    homeserver.intercept(undefined);
    await post(ours);
    expect(await world.listed()).toEqual(['msisdn 447470674927', 'email alice@mail.test']);
  });

  it.each([{}, { sid: 7 }, { sid: '' }, { sid: null, submit_url: 'https://home.test/' }])(
    'has sent no token if its answer has no session: %j',
    async (body) => {
      homeserver.intercept((response) => sendJson(response, { status: 200, body }));
      const asking = addresses.requestToken(tokenRequest(email.address, alice));
      expect(await failureOf(asking)).toEqual({ kind: 'homeserver_unreachable' });
      expect(world.messenger.sent).toEqual([]);
    },
  );
});

describe('two concurrent requests', () => {
  it('add the 3PID of a session once', async () => {
    const session = await world.proveHere(email.address, alice);
    const auth = passwordStage(undefined, alice);
    const outcomes = await Promise.allSettled([world.add(session, auth), world.add(session, auth)]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await world.listed()).toEqual(['email alice@mail.test']);
  });

  it('add a 3PID to one of two accounts', async () => {
    const [one, other] = [await world.proveHere(email.address, alice), await world.proveHere(email.address, bob)];
    const adding = [
      world.add(one, passwordStage(undefined, alice)),
      world.add(other, passwordStage(undefined, bob), bob),
    ];
    expect(kindsOf(await Promise.allSettled(adding))).toEqual(['address_in_use', 'done']);
    expect([...(await world.listed(alice)), ...(await world.listed(bob))]).toEqual(['email alice@mail.test']);
  });

  it.each(['full', 'none'] as const)('remove a 3PID without an error (%s)', async (support) => {
    homeserver.addresses.support = support;
    await world.keep(alice.mxid, 'email', email.address);
    const remove = () => addresses.remove(alice, removalOf(email));
    expect(await Promise.all([remove(), remove()])).toEqual(['no-support', 'no-support']);
    expect(await world.listed()).toEqual([]);
  });

  it('to add and to remove a 3PID leave it in a consistent state', async () => {
    const session = await world.proveHere(email.address, alice);
    await Promise.all([post(session), addresses.remove(alice, removalOf(email))]);
    expect((await world.listed()).length).toBe((await world.own.list(alice.mxid)).length);
    await addresses.remove(alice, removalOf(email));
    expect(await world.listed()).toEqual([]);
  });
});

describe('in the wrong order', () => {
  it('a 3PID that is not validated is not added, and can be afterwards', async () => {
    const request = tokenRequest(email.address, alice);
    const session = { sid: String((await addresses.requestToken(request))['sid']), clientSecret: request.clientSecret };
    expect(await failureOf(post(session))).toEqual({ kind: 'address_not_proven' });
    await world.submit(session);
    await post(session);
    expect(await failureOf(post(session))).toMatchObject({ kind: 'address_not_proven' });
    expect(await world.listed()).toEqual(['email alice@mail.test']);
  });

  it('a removed 3PID is added again only after a new validation', async () => {
    const session = await world.proveHere(email.address, alice);
    await addresses.remove(alice, removalOf(email));
    await post(session);
    await addresses.remove(alice, removalOf(email));
    expect(await failureOf(post(session))).toEqual({ kind: 'address_not_proven' });
    await post(await world.proveHere(email.address, alice));
    expect(await world.listed()).toEqual(['email alice@mail.test']);
  });
});
