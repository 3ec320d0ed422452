import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../../src/base/secret.js';
import { failureOf } from '../../../support/account-requests.js';
import { openContacts, type ContactsChanges, type ContactsUnderTest } from '../../../support/contacts.js';
import { alice, bob } from '../../../support/identity-service.js';

let under: ContactsUnderTest;
beforeEach(async () => {
  under = await openContacts();
});
afterEach(() => under.close());

const reopen = async (changes: ContactsChanges) => {
  await under.close();
  under = await openContacts(changes);
};
const address = { medium: 'email', address: 'alice@mail.test' } as const;
const session = { sid: 's1', clientSecret: 'alices.secret' };
const bindAt = (idServer: string, mxid = alice) =>
  under.publications.bind(mxid, session, { idServer, idAccessToken: new Secret('id token') });
const unbind = (idServer?: string, mxid = alice) => under.publications.unbind(mxid, address, idServer);

describe('our own identity service', () => {
  it('has several names', () => {
    const { publications } = under;
    const names = ['id.test', 'ID.test', 'id.test/', 'id.test:443', 'matrix-id.test:8448'];
    expect(names.filter((name) => !publications.isOurs(name))).toEqual([]);
    const others = ['id.test:8448', 'id.test/x', 'matrix-id.test', 'https://id.test', '', 'elsewhere.test'];
    expect(others.filter((name) => publications.isOurs(name))).toEqual([]);
  });

  it('has none if it is disabled', async () => {
    await reopen({ hasIdentityService: false });
    expect(under.publications.isOurs('id.test')).toBe(false);
    await bindAt('id.test');
    expect(under.identityServers.asked).toMatchObject([{ server: 'id.test', what: 'bind' }]);
  });

  it('binds nothing before its terms are accepted', async () => {
    const languages = { en: { name: 'Terms', url: 'https://id.test/terms' } };
    await reopen({ policies: { terms: { version: '1', languages } } });
    const idAccessToken = await under.idTokenOf(alice);
    const proven = await under.prove('alice@mail.test');
    const binding = under.publications.bind(alice, proven, { idServer: 'id.test', idAccessToken });
    expect(await failureOf(binding)).toMatchObject({
      kind: 'identity_server_refused',
      status: 403,
      body: { errcode: 'M_TERMS_NOT_SIGNED' },
    });
  });

  it('is called without a network, and unbinds what was bound there in another way', async () => {
    await under.bind('alice@mail.test');
    expect(await unbind('matrix-id.test:8448')).toBe('success');
    expect(await under.database.transaction((tx) => tx.identityAssociations.find(address))).toBeUndefined();
    expect(under.identityServers.asked).toEqual([]);
  });

  it('does not unbind the 3PID of another user, and does not report that it has', async () => {
    await under.bind('alice@mail.test');
    expect(await unbind(undefined, bob)).toBe('no-support');
    await unbind('id.test', bob);
    expect(await under.database.transaction((tx) => tx.identityAssociations.find(address))).toMatchObject({
      mxid: alice,
    });
  });
});

describe('another identity server', () => {
  it('binds for the user of that token, and unbinds by the session', async () => {
    await bindAt('Elsewhere.test/sydent/');
    expect(await unbind()).toBe('success');
    const server = 'elsewhere.test/sydent';
    const asked = { sid: 's1', clientSecret: new Secret('alices.secret'), mxid: alice };
    expect(under.identityServers.asked).toEqual([
      { server, what: 'bind', asked, accessToken: 'id token' },
      { server, what: 'unbind', asked: { ...asked, address } },
    ]);
    expect(await unbind()).toBe('no-support');
  });

  it('gets the unbind of what this user has bound there, in any spelling of its name', async () => {
    await bindAt('elsewhere.test');
    expect(await unbind('other.test')).toBe('no-support');
    expect(await unbind('elsewhere.test', bob)).toBe('no-support');
    expect(await unbind(undefined, bob)).toBe('no-support');
    expect(under.identityServers.asked).toHaveLength(1);
    expect(await unbind('ELSEWHERE.test:443/')).toBe('success');
  });

  it('may be one of several, each of which must unbind', async () => {
    await under.bind('alice@mail.test');
    for (const server of ['one.test', 'two.test', 'three.test']) await bindAt(server);
    under.identityServers.answer('two.test', { status: 404, body: {} });
    expect(await unbind()).toBe('no-support');
    const asked = under.identityServers.asked.filter(({ what }) => what === 'unbind').map(({ server }) => server);
    expect(asked.toSorted()).toEqual(['one.test', 'three.test', 'two.test']);
    expect(await under.database.transaction((tx) => tx.identityAssociations.find(address))).toBeUndefined();
    expect(await unbind()).toBe('no-support');
  });

  it('is stored with the newest session', async () => {
    await bindAt('elsewhere.test');
    const newer = { sid: 's2', clientSecret: 'newer' };
    await under.publications.bind(alice, newer, { idServer: 'elsewhere.test', idAccessToken: new Secret('t') });
    expect(await unbind()).toBe('success');
    expect(under.identityServers.asked.slice(2)).toMatchObject([{ asked: { sid: 's2' } }]);
  });

  it.each([400, 401, 403, 404, 405, 501])('that answers %d unbinds nothing for us, ever', async (status) => {
    await bindAt('elsewhere.test');
    under.identityServers.answer('elsewhere.test', { status, body: { errcode: 'M_UNKNOWN', error: 'No' } });
    expect(await unbind()).toBe('no-support');
    expect(await unbind()).toBe('no-support');
    expect(under.identityServers.asked).toHaveLength(2);
  });

  it('that cannot unbind now gets the request again', async () => {
    await bindAt('elsewhere.test');
    const limited = { status: 429, body: { errcode: 'M_LIMIT_EXCEEDED', error: 'Slow down', retry_after_ms: 5 } };
    under.identityServers.answer('elsewhere.test', limited);
    expect(await failureOf(unbind())).toEqual({ kind: 'identity_server_refused', ...limited });
    under.identityServers.answer('elsewhere.test', { kind: 'no_connection' });
    expect(await failureOf(unbind())).toEqual({ kind: 'identity_server_unreachable' });
    under.identityServers.answer('elsewhere.test', undefined);
    expect(await unbind()).toBe('success');
  });

  it.each([
    {
      status: 403,
      body: { errcode: 'M_TERMS_NOT_SIGNED', error: 'Terms', x: { y: 1 } },
      errcode: 'M_TERMS_NOT_SIGNED',
    },
    { status: 404, body: { errcode: 'M_NO_VALID_SESSION', error: 'None' }, errcode: 'M_NO_VALID_SESSION' },
    // A client would conclude from some of these that its own access token is invalid.
    { status: 401, body: { errcode: 'M_UNKNOWN_TOKEN', error: 'Gone', soft_logout: true }, errcode: 'M_UNAUTHORIZED' },
    { status: 401, body: { errcode: 'M_MISSING_TOKEN', error: 'Gone', flows: [] }, errcode: 'M_UNAUTHORIZED' },
  ])('that refuses to bind is reported with its error: $body.errcode', async ({ status, body, errcode }) => {
    under.identityServers.answer('elsewhere.test', { status, body });
    expect(await failureOf(bindAt('elsewhere.test'))).toEqual({
      kind: 'identity_server_refused',
      status,
      body: { errcode, error: body.error },
    });
    expect(await unbind()).toBe('no-support');
  });

  it.each([
    { status: 502, body: {} },
    { status: 400, body: { errcode: 5 } },
    { status: 900, body: { errcode: 'M_UNKNOWN' } },
    { kind: 'address_refused' } as const,
    { kind: 'no_answer', afterMs: 5 } as const,
  ])('that returns no error is unreachable: %j', async (answer) => {
    under.identityServers.answer('elsewhere.test', answer);
    expect(await failureOf(bindAt('elsewhere.test'))).toEqual({ kind: 'identity_server_unreachable' });
  });

  it.each([{}, { medium: 'email' }, { medium: 'email', address: 5 }, { medium: 'fax', address: '1' }])(
    'that does not return what it has bound cannot be asked to unbind it: %j',
    async (body) => {
      under.identityServers.answer('elsewhere.test', { status: 200, body });
      await bindAt('elsewhere.test');
      expect(under.logger.lines.map(({ message }) => message)).toEqual(['identity server returned no binding']);
      expect(await unbind()).toBe('no-support');
    },
  );

  it('gets a limited number of requests', async () => {
    for (let time = 0; time < 30; time += 1) await bindAt('elsewhere.test');
    expect(await failureOf(bindAt('elsewhere.test'))).toMatchObject({ kind: 'rate_limited' });
    await bindAt('elsewhere.test', bob);
    expect(under.identityServers.asked).toHaveLength(31);
    await under.clock.advance(600_000);
    await bindAt('elsewhere.test');
  });

  it.each(['https://elsewhere.test', 'elsewhere.test?x', ''])('has no name like %j', async (name) => {
    expect(await failureOf(bindAt(name))).toEqual({ kind: 'identity_server_invalid' });
    expect(await failureOf(unbind(name))).toEqual({ kind: 'identity_server_invalid' });
  });

  it('receives secrets, and the log does not', async () => {
    under.identityServers.answer('elsewhere.test', { status: 200, body: {} });
    await bindAt('elsewhere.test');
    expect(inspect(under.logger.lines, { depth: 9 })).not.toMatch(/alices\.secret|id token/);
  });
});
