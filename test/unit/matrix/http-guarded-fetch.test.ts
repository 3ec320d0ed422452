import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { inspect } from 'node:util';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.js';
import type { LookUpAddresses } from '../../../src/matrix/dns.js';
import { FederationFailure, type FederationFailureDetails } from '../../../src/matrix/federation-failure.js';
import { createGuardedFetch, type GuardedFetchDeps } from '../../../src/matrix/http-guarded-fetch.js';
import { otherCertificate, testAuthority } from '../../support/certificates.js';
import { createFakeClock } from '../../support/fake-clock.js';
import { startSilentServer } from '../../support/silent-server.js';
import { startThirdPartyServer, type ThirdPartyServer } from '../../support/third-party-server.js';

const loopback = ['127.0.0.0/8', '::1'];
const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));
const maxBytes = 10_000;
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

async function start(options: Parameters<typeof startThirdPartyServer>[0] = {}): Promise<ThirdPartyServer> {
  const server = await startThirdPartyServer(options);
  closers.push(() => server.close());
  return server;
}

function fetcher(deps: Partial<GuardedFetchDeps> = {}) {
  return createGuardedFetch({
    allowedNetworks: loopback,
    deadlineMs: 10_000,
    maxBytes,
    clock: systemClock,
    lookUp: () => Promise.resolve(['127.0.0.1']),
    ca: testAuthority,
    ...deps,
  });
}

const get = (url: string) => ({ method: 'GET', url: new URL(url) }) as const;

async function failureOf(work: Promise<unknown>): Promise<FederationFailureDetails> {
  const error: unknown = await work.then(
    () => expect.fail('there was an answer'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof FederationFailure)) throw error;
  expect(inspect(error, { depth: 9 })).not.toContain('very-secret');
  return error.details;
}

describe('a guarded request', () => {
  it('goes to the resolved address, with the name for certificate and Host', async () => {
    const server = await start();
    server.answer((response) => response.writeHead(418, { 'X-Kind': 'teapot' }).end('ü'));
    const asked: string[] = [];
    const lookUp = (host: string) => Promise.resolve((asked.push(host), ['127.0.0.1']));
    const url = `https://home.test:${server.port}/path%20?a=b%26c`;
    const answer = await fetcher({ lookUp })({
      method: 'POST',
      url: new URL(url),
      headers: { 'X-Ours': 'yes' },
      body: '{"ü":1}',
    });
    expect(answer).toMatchObject({ status: 418, headers: { 'x-kind': 'teapot' }, text: 'ü' });
    expect(asked).toEqual(['home.test']);
    expect(server.requests).toMatchObject([
      {
        method: 'POST',
        path: '/path%20?a=b%26c',
        headers: { host: `home.test:${server.port}`, 'user-agent': 'Gangway', 'x-ours': 'yes', 'content-length': '8' },
        body: '{"ü":1}',
        serverName: 'home.test',
      },
    ]);
  });
});

describe('an address that is not public', () => {
  const strict = (lookUp: LookUpAddresses = () => expect.fail('a name was looked up')) =>
    fetcher({ allowedNetworks: [], lookUp });

  it.each([
    '0.0.0.0',
    '0.1.2.3',
    '10.0.0.1',
    '10.255.255.255',
    '100.64.0.1',
    '100.127.255.255',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.8',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.255.255',
    '198.18.0.1',
    '198.19.255.255',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '[::]',
    '[::1]',
    '[::127.0.0.1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:a00:1]',
    '[0:0:0:0:0:ffff:c0a8:1]',
    '[64:ff9b::127.0.0.1]',
    '[64:ff9b::a00:1]',
    '[64:ff9b:1::1]',
    '[100::1]',
    '[2001::1]',
    '[2001:db8::1]',
    '[2002:7f00:1::]',
    '[3fff::1]',
    '[5f00::1]',
    '[fc00::1]',
    '[fd12:3456::1]',
    '[fe80::1]',
    '[fec0::1]',
    '[ff02::1]',
    '127.1',
    '0x7f.1',
    '0x7f000001',
    '2130706433',
    '017700000001',
    '0',
    '127.0.0.1.',
    '%31%32%37.0.0.1',
    '１２７.0.0.1',
    '①②⑦.0.0.1',
  ])('in the URL gets no connection: %s', async (host) => {
    for (const port of ['', ':8448']) {
      expect(await failureOf(strict()(get(`https://${host}${port}/`)))).toEqual({ kind: 'address_refused' });
    }
  });

  it.each([
    [['10.0.0.1']],
    [['::1']],
    [['::ffff:10.0.0.1']],
    [['fe80::1%eth0']],
    [['64:ff9b::7f00:1']],
    [['192.0.2.7', '127.0.0.1']],
    [['2606:2800:220:1::1', '93.184.215.14', 'fd00::1']],
    [['no address']],
  ])('of a name gets no connection, whatever other addresses the name has: %j', async (addresses) => {
    const request = strict(() => Promise.resolve(addresses))(get('https://home.test/'));
    expect(await failureOf(request)).toEqual({ kind: 'address_refused' });
  });

  it('separate from the URL gets no connection', async () => {
    const request = { ...get('https://home.test/'), connectTo: { host: '169.254.169.254', port: 80 } };
    expect(await failureOf(strict()(request))).toEqual({ kind: 'address_refused' });
    const named = { ...get('https://8.8.8.8/'), connectTo: { host: 'metadata.test', port: 80 } };
    expect(await failureOf(strict(() => Promise.resolve(['169.254.169.254']))(named))).toEqual({
      kind: 'address_refused',
    });
  });

  it('gets no connection if the name resolves to it from the second query on', async () => {
    const server = await start();
    const answers = [['127.0.0.1'], ['10.0.0.1']];
    let looks = 0;
    const lookUp = () => Promise.resolve(answers[looks++] ?? expect.fail('looked up again'));
    server.answer((response) => response.end('fine'));
    const guarded = fetcher({ lookUp });
    expect((await guarded(get(`https://home.test:${server.port}/`))).text).toBe('fine');
    expect(looks).toBe(1);
    expect(await failureOf(guarded(get(`https://home.test:${server.port}/`)))).toEqual({ kind: 'address_refused' });
  });

  it('gets no connection by a redirect, because none is followed', async () => {
    const server = await start();
    const inner = await start({ certificate: 'none' });
    const location = `http://127.0.0.1:${inner.port}/secret`;
    server.answer((response) => response.writeHead(302, { Location: location }).end());
    const answer = await fetcher()(get(`https://home.test:${server.port}/`));
    expect([answer.status, answer.headers['location']]).toEqual([302, location]);
    expect(inner.requests).toEqual([]);
  });

  it('gets a connection if the configuration allows its network, and that network only', async () => {
    const server = await start();
    server.answer((response) => response.end('fine'));
    const url = `https://127.0.0.1:${server.port}/`;
    for (const allowedNetworks of [['127.0.0.1'], ['127.0.0.0/8'], ['10.0.0.0/8', '::ffff:127.0.0.1']]) {
      expect((await fetcher({ allowedNetworks })(get(url))).text).toBe('fine');
    }
    expect(await failureOf(fetcher({ allowedNetworks: ['10.0.0.0/8', '::/0'] })(get(url)))).toEqual({
      kind: 'address_refused',
    });
  });
});

describe('a public address', () => {
  it.each(['1.1.1.1', '100.128.0.1', '172.32.0.1', '2606:4700::1111', '2a00::1', '64:ff9b::101:101'])(
    'gets a connection: %s',
    async (address) => {
      // Nothing leaves this machine: the request ends at the second address.
      const guarded = fetcher({ allowedNetworks: [], lookUp: () => Promise.resolve([address, '10.0.0.1']) });
      const error: unknown = await guarded(get('https://home.test/')).catch((reason: unknown) => reason);
      expect(String((error as Error).cause)).toContain('leads to 10.0.0.1');
    },
  );
});

describe('the server', () => {
  it('is rejected with a certificate for another name, or of another authority', async () => {
    const other = await start({ certificate: otherCertificate });
    const home = await start();
    const untrusting = createGuardedFetch({
      allowedNetworks: loopback,
      deadlineMs: 10_000,
      maxBytes,
      clock: systemClock,
      lookUp: () => Promise.resolve(['127.0.0.1']),
    });
    expect(await failureOf(fetcher()(get(`https://home.test:${other.port}/?very-secret`)))).toEqual({
      kind: 'no_connection',
    });
    expect(await failureOf(fetcher()(get(`https://127.0.0.1:${other.port}/`)))).toEqual({ kind: 'no_connection' });
    expect(await failureOf(untrusting(get(`https://home.test:${home.port}/`)))).toEqual({ kind: 'no_connection' });
    expect([...other.requests, ...home.requests]).toEqual([]);
  });

  it('needs the certificate of the URL’s name if the connection goes to another address', async () => {
    const home = await start();
    const other = await start({ certificate: otherCertificate });
    home.answer((response) => response.end('home'));
    const via = (port: number) => ({
      ...get('https://matrix.home.test/'),
      connectTo: { host: 'other.test', port },
    });
    expect((await fetcher()(via(home.port))).text).toBe('home');
    expect(home.requests).toMatchObject([{ headers: { host: 'matrix.home.test' }, serverName: 'matrix.home.test' }]);
    expect(await failureOf(fetcher()(via(other.port)))).toEqual({ kind: 'no_connection' });
  });

  it.each(hasIpv6 ? ['127.0.0.1', '[::1]'] : ['127.0.0.1'])(
    'may have a certificate for its address: %s',
    async (host) => {
      const server = await start({ address: host.replace(/[[\]]/g, '') });
      server.answer((response) => response.end('fine'));
      expect((await fetcher()(get(`https://${host}:${server.port}/`))).text).toBe('fine');
      expect(server.requests[0]?.headers.host).toBe(`${host}:${server.port}`);
    },
  );

  it('is reached at its second address if the first refuses', async () => {
    const server = await start();
    server.answer((response) => response.end('fine'));
    const guarded = fetcher({ lookUp: () => Promise.resolve(['127.0.0.99', '::1', '127.0.0.1']) });
    expect((await guarded(get(`https://home.test:${server.port}/`))).text).toBe('fine');
  });

  it('that is not running, or has no address, is unreachable', async () => {
    const server = await startThirdPartyServer();
    await server.close();
    expect(await failureOf(fetcher()(get(`https://home.test:${server.port}/?very-secret`)))).toEqual({
      kind: 'no_connection',
    });
    const lost = [() => Promise.resolve([]), () => Promise.reject(new Error('ENOTFOUND'))];
    for (const lookUp of lost) {
      expect(await failureOf(fetcher({ lookUp })(get('https://home.test/')))).toEqual({ kind: 'no_connection' });
    }
  });

  it('that disconnects during its answer has not answered', async () => {
    const server = await start();
    server.answer((response) => {
      response.writeHead(200, { 'Content-Length': '10' });
      response.write('half', () => response.destroy());
    });
    expect(await failureOf(fetcher()(get(`https://home.test:${server.port}/`)))).toEqual({ kind: 'no_connection' });
  });

  it.each([
    ['by the length that it announces', { 'Content-Length': String(maxBytes + 1) }],
    ['in chunks without an end', {}],
  ])('is disconnected if its answer is too large: %s', async (_, headers) => {
    const server = await start();
    const closed = new Promise<void>((resolve) => {
      server.answer((response) => {
        response.on('close', resolve);
        response.writeHead(200, headers);
        const write = () => {
          while (!response.destroyed && response.write(' '.repeat(1000)));
        };
        response.on('drain', write);
        write();
      });
    });
    expect(await failureOf(fetcher()(get(`https://home.test:${server.port}/`)))).toEqual({
      kind: 'answer_unfit',
      problem: 'more than 10000 bytes',
    });
    await closed;
  });

  it('may answer with exactly the maximum size', async () => {
    const server = await start();
    server.answer((response) => response.end('x'.repeat(maxBytes)));
    expect((await fetcher()(get(`https://home.test:${server.port}/`))).text).toHaveLength(maxBytes);
  });

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ])('does not get its compressed answer decompressed: %s', async (coding, compress) => {
    const server = await start();
    const bomb = compress(Buffer.alloc(5_000_000));
    server.answer((response) => response.writeHead(200, { 'Content-Encoding': coding }).end(bomb));
    const answer = await fetcher()(get(`https://home.test:${server.port}/`));
    expect(answer.text).toBe(bomb.toString('utf8'));
    expect(server.requests[0]?.headers['accept-encoding']).toBe('identity');
  });

  const raw: readonly (readonly [string, string, string])[] = [
    ['something else than HTTP', 'SSH-2.0-OpenSSH_9.2\r\n', 'no HTTP'],
    ['endless headers', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 'too long headers'],
    [
      'another protocol',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
      'another protocol',
    ],
  ];
  it.each(raw)('is invalid if it uses %s', async (_, text, problem) => {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('data', () => socket.end(text));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closers.push(() => new Promise((resolve) => server.close(() => resolve())));
    const { port } = server.address() as AddressInfo;
    expect(await failureOf(fetcher()(get(`http://home.test:${port}/`)))).toEqual({ kind: 'answer_unfit', problem });
  });
});

describe('the time of a request', () => {
  const late = { kind: 'no_answer', afterMs: 10_000 };

  it('ends during name resolution', async () => {
    const clock = createFakeClock();
    const fault = failureOf(fetcher({ clock, lookUp: () => new Promise(() => {}) })(get('https://home.test/')));
    await clock.advance(10_000);
    expect(await fault).toEqual(late);
  });

  it('ends during a TLS handshake without an answer', async () => {
    const clock = createFakeClock();
    const silent = await startSilentServer();
    closers.push(() => silent.stop());
    const fault = failureOf(fetcher({ clock })(get(`https://home.test:${silent.port}/`)));
    await silent.firstTaken;
    await clock.advance(10_000);
    expect(await fault).toEqual(late);
    await silent.allClosed();
  });

  it.each([
    ['before its headers', () => {}],
    ['after its headers', (response: ServerResponse) => void response.writeHead(200).write('{')],
  ])('ends during a slow answer: %s', async (_, dawdle) => {
    const clock = createFakeClock();
    const server = await start();
    const { promise: closed, resolve: onClose } = withResolvers();
    const asked = new Promise<void>((resolve) => {
      server.answer((response) => {
        response.on('close', onClose);
        dawdle(response);
        resolve();
      });
    });
    const fault = failureOf(fetcher({ clock })(get(`https://home.test:${server.port}/?very-secret`)));
    await asked;
    await clock.advance(10_000);
    expect(await fault).toEqual(late);
    await closed;
  });

  it('includes the wait in the queue; a request beyond the queue is rejected at once', async () => {
    const clock = createFakeClock();
    const server = await start();
    const asked = new Promise<void>((resolve) => server.answer(() => resolve()));
    const guarded = fetcher({ clock, bounds: { maxConcurrent: 1, maxWaiting: 1 } });
    const url = `https://home.test:${server.port}/`;
    const faults = [failureOf(guarded(get(url))), failureOf(guarded(get(url)))];
    expect(await failureOf(guarded(get(url)))).toEqual({ kind: 'overloaded' });
    await asked;
    await clock.advance(10_000);
    expect(await Promise.all(faults)).toEqual([late, late]);
    expect(server.requests).toHaveLength(1);
  });
});

describe('a server that does not answer', () => {
  const silent = '127.0.0.2';
  const names: readonly (readonly [string, (index: number) => string])[] = [
    ['one name', () => 'silent.test'],
    ['many names of one address', (index) => `silent.of${index}.test`],
    ['an address', () => silent],
  ];

  it.each(names)('by %s, occupies a part of the queue only', async (_, nameOf) => {
    const clock = createFakeClock();
    const held = await start({ certificate: 'none', address: silent });
    held.answer(() => undefined);
    const other = await start({ certificate: 'none' });
    const lookUp = (host: string) => Promise.resolve([host.startsWith('silent') ? silent : '127.0.0.1']);
    const guarded = fetcher({ clock, lookUp, bounds: { maxConcurrent: 16, maxWaiting: 32 } });
    const faults = Array.from({ length: 26 }, (_unused, index) =>
      failureOf(guarded(get(`http://${nameOf(index)}:${held.port}/`))),
    );
    expect((await guarded(get(`http://home.test:${other.port}/`))).status).toBe(404);
    await clock.advance(10_000);
    const kinds = (await Promise.all(faults)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'no_answer')).toHaveLength(2 + 4);
    expect(kinds.filter((kind) => kind === 'overloaded')).toHaveLength(20);
  });

  it('nor does a domain whose name server is silent occupy all of it', async () => {
    const clock = createFakeClock();
    const server = await start({ certificate: 'none' });
    const lookUp = (host: string) =>
      host.endsWith('silent.test') ? new Promise<never>(() => undefined) : Promise.resolve(['127.0.0.1']);
    const guarded = fetcher({ clock, lookUp, bounds: { maxConcurrent: 16, maxWaiting: 32 } });
    const faults = Array.from({ length: 26 }, (_unused, index) =>
      failureOf(guarded(get(`http://${index}.silent.test/`))),
    );
    expect((await guarded(get(`http://home.other.test:${server.port}/`))).status).toBe(404);
    await clock.advance(10_000);
    expect(new Set((await Promise.all(faults)).map(({ kind }) => kind))).toEqual(new Set(['no_answer', 'overloaded']));
  });
});

it('no proxy of the environment is used', async () => {
  const proxy = await start({ certificate: 'none' });
  const server = await start({ certificate: 'none' });
  server.answer((response) => response.end('direct'));
  const names = ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'NODE_USE_ENV_PROXY'];
  const before = names.map((name) => [name, process.env[name]] as const);
  try {
    for (const name of names) {
      process.env[name] = name === 'NODE_USE_ENV_PROXY' ? '1' : `http://127.0.0.1:${proxy.port}`;
    }
    expect((await fetcher()(get(`http://home.test:${server.port}/`))).text).toBe('direct');
    expect(proxy.requests).toEqual([]);
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
});

function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve };
}
