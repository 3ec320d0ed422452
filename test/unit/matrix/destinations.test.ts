import { describe, expect, it } from 'vitest';
import type { ServerName } from '../../../src/base/mxid.js';
import { createDestinations } from '../../../src/matrix/destinations.js';
import type { ServiceRecord } from '../../../src/matrix/dns.js';
import { FederationFailure } from '../../../src/matrix/federation-failure.js';
import type { GuardedAnswer, GuardedFetch } from '../../../src/matrix/guarded-fetch.js';
import { createWellKnownServer } from '../../../src/matrix/well-known-server.js';
import { createFakeClock } from '../../support/fake-clock.js';

const hourMs = 3_600_000;

/** The published resources on the web, by URL, and in the DNS, by name. */
interface World {
  readonly web?: Record<string, Partial<GuardedAnswer> | FederationFailure>;
  readonly dns?: Record<string, readonly Partial<ServiceRecord>[]>;
  readonly servers?: Record<string, string>;
}

function explorer({ web = {}, dns = {}, servers = {} }: World) {
  const clock = createFakeClock();
  const fetched: string[] = [];
  const guardedFetch: GuardedFetch = ({ url }) => {
    fetched.push(url.href);
    const answer = web[url.href];
    if (answer === undefined) return Promise.reject(new FederationFailure({ kind: 'no_connection' }));
    if (answer instanceof FederationFailure) return Promise.reject(answer);
    return Promise.resolve({ status: 200, headers: {}, text: '', ...answer });
  };
  const configuredFetch: GuardedFetch = () => Promise.reject(new Error('not asked here'));
  const find = createDestinations({
    guardedFetch,
    configuredFetch,
    servers,
    findDelegation: createWellKnownServer({ guardedFetch, clock }),
    lookUpServices: (name) => {
      const records = dns[name];
      if (records === undefined) return Promise.reject(new Error('ENOTFOUND'));
      return Promise.resolve(records.map((record) => ({ name: '', port: 1, priority: 0, weight: 0, ...record })));
    },
  });
  return {
    clock,
    fetched,
    guardedFetch,
    configuredFetch,
    find: (server: string) => find(server as ServerName),
    async routeTo(server: string) {
      const { base, connectTo } = await find(server as ServerName);
      return [base, ...connectTo.map((target) => target && `${target.host}:${target.port}`)];
    },
  };
}

const wellKnown = (host: string) => `https://${host}/.well-known/matrix/server`;
const delegating = (server: unknown, headers = {}) => ({ text: JSON.stringify({ 'm.server': server }), headers });

describe('a server is found (server-server API, "Resolving server names")', () => {
  const toTarget = { [wellKnown('example.org')]: delegating('target.test') };
  it.each<[string, string, World, readonly (string | undefined)[]]>([
    ['1: at its address', '1.2.3.4', {}, ['https://1.2.3.4', '1.2.3.4:8448']],
    ['1: at its address and port', '1.2.3.4:5', {}, ['https://1.2.3.4:5', undefined]],
    ['1: at its address of version 6', '[2a00::1]', {}, ['https://[2a00::1]', '[2a00::1]:8448']],
    ['1: and its port', '[2a00::1]:5', {}, ['https://[2a00::1]:5', undefined]],
    ['2: at its port', 'example.org:5', { web: toTarget }, ['https://example.org:5', undefined]],
    [
      '3.1: at the address that it delegates to',
      'example.org',
      { web: { [wellKnown('example.org')]: delegating('1.2.3.4') } },
      ['https://1.2.3.4', '1.2.3.4:8448'],
    ],
    [
      '3.2: at the port that it delegates to',
      'example.org',
      { web: { [wellKnown('example.org')]: delegating('Target.test:443') } },
      ['https://target.test:443', undefined],
    ],
    [
      '3.3: at the SRV records of the delegated name',
      'example.org',
      {
        web: toTarget,
        dns: { '_matrix-fed._tcp.target.test': [{ name: 'host.test', port: 7 }], '_matrix-fed._tcp.example.org': [{}] },
      },
      ['https://target.test', 'host.test:7'],
    ],
    [
      '3.4: at the deprecated SRV records',
      'example.org',
      { web: toTarget, dns: { '_matrix._tcp.target.test': [{ name: 'host.test', port: 7 }] } },
      ['https://target.test', 'host.test:7'],
    ],
    [
      '3.5: at 8448 of the delegated name',
      'example.org',
      { web: toTarget },
      ['https://target.test', 'target.test:8448'],
    ],
    [
      '4: at its SRV records, the new name before the deprecated one',
      'example.org',
      {
        dns: {
          '_matrix-fed._tcp.example.org': [{ name: 'new.test', port: 7 }],
          '_matrix._tcp.example.org': [{ name: 'old.test', port: 8 }],
        },
      },
      ['https://example.org', 'new.test:7'],
    ],
    [
      '5: at its deprecated SRV records',
      'example.org',
      { dns: { '_matrix._tcp.example.org': [{ name: 'old.test', port: 8 }] } },
      ['https://example.org', 'old.test:8'],
    ],
    ['6: at 8448', 'Example.org', {}, ['https://example.org', 'example.org:8448']],
  ])('%s: %s', async (_, server, world, route) => {
    expect(await explorer(world).routeTo(server)).toEqual(route);
  });

  it('at several addresses, the best first and no more than three', async () => {
    const dns = {
      '_matrix-fed._tcp.example.org': [
        { name: 'd.test', priority: 20, weight: 9 },
        { name: 'c.test', priority: 10, weight: 1 },
        { name: 'a.test', priority: 1 },
        { name: '.' },
        { name: 'b.test', priority: 10, weight: 5 },
      ],
    };
    expect(await explorer({ dns }).routeTo('example.org')).toEqual([
      'https://example.org',
      'a.test:1',
      'b.test:1',
      'c.test:1',
    ]);
  });

  it('at the configured address, with requests that need no guard', async () => {
    const servers = { 'example.org': 'http://127.0.0.1:8008', 'example.org:8448': 'http://[::1]:1' };
    const world = explorer({ servers, web: toTarget });
    expect(await world.routeTo('example.org')).toEqual(['http://127.0.0.1:8008', undefined]);
    expect(await world.routeTo('example.org:8448')).toEqual(['http://[::1]:1', undefined]);
    expect((await world.find('example.org')).send).toBe(world.configuredFetch);
    expect((await world.find('example.org:1')).send).toBe(world.guardedFetch);
    expect((await world.find('constructor')).send).toBe(world.guardedFetch);
    expect(world.fetched).toEqual([wellKnown('constructor')]);
  });

  it.each(['', 'no server', 'user@example.org', '127.1'])('is not found by an invalid name: %j', async (name) => {
    await expect(explorer({}).find(name)).rejects.toMatchObject({ details: { kind: 'no_connection' } });
  });
});

describe('a delegation', () => {
  const [here, there] = ['https://example.org', 'https://target.test'];
  it.each<[string, Partial<GuardedAnswer>]>([
    ['another status', { status: 404, ...delegating('target.test') }],
    ['no JSON', { text: '<html>' }],
    ['no object', { text: '["target.test"]' }],
    ['nothing in it', { text: '{}' }],
    ['no text', delegating(5)],
    ['no server name', delegating('https://target.test')],
    ['a path', delegating('target.test/path')],
    ['an address in disguise', delegating('0x7f.1')],
  ])('with %s is absent', async (_, answer) => {
    const world = explorer({ web: { [wellKnown('example.org')]: answer } });
    expect((await world.find('example.org')).base).toBe(here);
  });

  const redirect = (location: string, status = 302) => ({ status, headers: { location } });
  it.each<[string, string, Record<string, Partial<GuardedAnswer>>]>([
    ['follows a redirect', there, { [wellKnown('example.org')]: redirect('https://www.example.org/x') }],
    ['follows one without a host', there, { [wellKnown('example.org')]: redirect('//www.example.org/x', 308) }],
    ['follows no redirect to plain HTTP', here, { [wellKnown('example.org')]: redirect('http://www.example.org/x') }],
    [
      'follows no redirect with a password',
      here,
      { [wellKnown('example.org')]: redirect('https://a:b@www.example.org/x') },
    ],
    ['follows no invalid redirect', here, { [wellKnown('example.org')]: redirect('https://[') }],
    ['follows no redirect without a location', here, { [wellKnown('example.org')]: { status: 301 } }],
    ['follows no circular redirect', here, { [wellKnown('example.org')]: redirect('/.well-known/matrix/server') }],
    [
      'follows three',
      there,
      {
        [wellKnown('example.org')]: redirect('/1'),
        'https://example.org/1': redirect('/2'),
        'https://example.org/2': redirect('https://www.example.org/x'),
      },
    ],
    [
      'follows no fourth',
      here,
      {
        [wellKnown('example.org')]: redirect('/1'),
        'https://example.org/1': redirect('/2'),
        'https://example.org/2': redirect('/3'),
        'https://example.org/3': redirect('https://www.example.org/x'),
      },
    ],
  ])('%s', async (_, base, pages) => {
    const web = {
      'https://www.example.org/x': delegating('target.test'),
      'http://www.example.org/x': delegating('target.test'),
      'https://a:b@www.example.org/x': delegating('target.test'),
      ...pages,
    };
    expect((await explorer({ web }).find('example.org')).base).toBe(base);
  });

  it.each<[string, Record<string, string>, number]>([
    ['a day by default', {}, 24 * hourMs],
    ['its declared lifetime', { 'cache-control': 'public, max-age=7200' }, 2 * hourMs],
    ['two days at most', { 'cache-control': 'max-age=99999999' }, 48 * hourMs],
    ['five minutes at least', { 'cache-control': 'max-age=0' }, 300_000],
    ['five minutes if it declares no caching', { 'cache-control': 'no-store, max-age=7200' }, 300_000],
  ])('is cached for %s', async (_, headers, forMs) => {
    const world = explorer({ web: { [wellKnown('example.org')]: delegating('target.test', headers) } });
    await world.find('example.org');
    await world.clock.advance(forMs - 1);
    expect((await world.find('EXAMPLE.org')).base).toBe(there);
    expect(world.fetched).toHaveLength(1);
    await world.clock.advance(1);
    await world.find('example.org');
    expect(world.fetched).toHaveLength(2);
  });

  it('that cannot be requested because of our own load does not count as absent', async () => {
    const web: Record<string, Partial<GuardedAnswer> | FederationFailure> = {
      [wellKnown('example.org')]: new FederationFailure({ kind: 'overloaded' }),
    };
    const world = explorer({ web });
    await expect(world.find('example.org')).rejects.toMatchObject({ details: { kind: 'overloaded' } });
    web[wellKnown('example.org')] = delegating('target.test');
    expect((await world.find('example.org')).base).toBe(there);
  });

  it('that is absent is not requested again for five minutes, for any caching header', async () => {
    const headers = { 'cache-control': 'max-age=86400' };
    const web: Record<string, Partial<GuardedAnswer>> = { [wellKnown('example.org')]: { status: 404, headers } };
    const world = explorer({ web });
    await world.find('example.org');
    web[wellKnown('example.org')] = delegating('target.test');
    await world.clock.advance(299_999);
    expect((await world.find('example.org')).base).toBe(here);
    await world.clock.advance(1);
    expect((await world.find('example.org')).base).toBe(there);
  });

  it('is requested once for concurrent callers', async () => {
    const world = explorer({ web: { [wellKnown('example.org')]: delegating('target.test') } });
    await Promise.all([world.find('example.org'), world.find('example.org')]);
    expect(world.fetched).toHaveLength(1);
  });
});
