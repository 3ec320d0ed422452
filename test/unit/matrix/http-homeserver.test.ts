import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock, type Clock } from '../../../src/base/clock.js';
import type { Mxid } from '../../../src/base/mxid.js';
import { Secret } from '../../../src/base/secret.js';
import { HomeserverFailure, type HomeserverFailureDetails } from '../../../src/matrix/failure.js';
import type { Homeserver } from '../../../src/matrix/homeserver.js';
import { createHttpHomeserver } from '../../../src/matrix/http-homeserver.js';
import { createFakeClock } from '../../support/fake-clock.js';
import { sendJson, startFakeHomeserver, type FakeHomeserver } from '../../support/fake-homeserver.js';

const here = '203.0.113.7';
let homeserver: FakeHomeserver;
beforeEach(async () => {
  homeserver = await startFakeHomeserver('home.test');
});
afterEach(() => homeserver.close());

const connect = (clock: Clock = systemClock, address = homeserver.url) =>
  createHttpHomeserver({ address, deadlineMs: 10_000, clock });

async function failureOf(work: Promise<unknown>): Promise<HomeserverFailureDetails> {
  const error: unknown = await work.then(
    () => expect.fail('there was an answer'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof HomeserverFailure)) throw error;
  expect(inspect(error, { depth: 9 })).not.toContain('very secret');
  return error.details;
}

describe('a request to the homeserver', () => {
  it('contains the body, the client’s address and the access token of an application service', async () => {
    const body = { type: 'm.login.password', password: 'very secret', 'org.example': [1, { deep: 'ü' }] };
    await connect().logIn(body, '2001:db8::7', new Secret('as_token'));
    expect(homeserver.requests).toMatchObject([
      {
        method: 'POST',
        path: '/_matrix/client/v3/login',
        headers: {
          'x-forwarded-for': '2001:db8::7',
          authorization: 'Bearer as_token',
          'content-type': 'application/json',
        },
        body,
      },
    ]);
  });

  it('has no credentials unless they are given', async () => {
    await connect().logIn({}, here, undefined);
    await connect().loginFlows(here);
    expect(homeserver.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
  });

  it('contains no client address if the client has none', async () => {
    await connect().loginFlows('unknown');
    expect(homeserver.requests[0]?.headers).not.toHaveProperty('x-forwarded-for');
  });
});

describe('the answer of the homeserver', () => {
  it('is returned unchanged, with refusals and Retry-After', async () => {
    const body = { errcode: 'M_LIMIT_EXCEEDED', error: 'Too Many Requests', retry_after_ms: 1500, 'org.example': 'ü' };
    homeserver.intercept((response) => sendJson(response, { status: 429, body }, { 'Retry-After': '2' }));
    expect(await connect().logIn({}, here, undefined)).toEqual({ status: 429, body, retryAfter: '2' });
  });

  it('that redirects is not followed', async () => {
    const elsewhere = await startFakeHomeserver('elsewhere.test');
    try {
      homeserver.intercept((response) => {
        response.writeHead(307, { Location: `${elsewhere.url}/_matrix/client/v3/login` });
        response.end();
      });
      expect(await failureOf(connect().logIn({ password: 'very secret' }, here, undefined))).toEqual({
        kind: 'answer_unfit',
        problem: 'a redirect',
      });
      expect(elsewhere.requests).toEqual([]);
    } finally {
      await elsewhere.close();
    }
  });

  it.each([
    ['an HTML page', '<html>502 Bad Gateway</html>'],
    ['nothing', ''],
    ['a list', '[]'],
    ['null', 'null'],
  ])('that is %s is invalid', async (_, text) => {
    homeserver.intercept((response) => {
      response.writeHead(502);
      response.end(text);
    });
    expect(await failureOf(connect().logIn({ password: 'very secret' }, here, undefined))).toEqual({
      kind: 'answer_unfit',
      problem: 'status 502 without a JSON object',
    });
  });

  it('is not read to the end if it is endless', async () => {
    const closed = new Promise<void>((resolve) => {
      homeserver.intercept((response) => {
        response.on('close', resolve);
        response.writeHead(200);
        const write = () => {
          while (!response.destroyed && response.write(' '.repeat(65_536)));
        };
        response.on('drain', write);
        write();
      });
    });
    expect(await failureOf(connect().loginFlows(here))).toMatchObject({
      kind: 'answer_unfit',
      problem: expect.stringMatching(/more than/),
    });
    await closed;
  });

  it('that does not come ends at a time limit', async () => {
    const clock = createFakeClock();
    const asked = new Promise<void>((resolve) => homeserver.intercept(() => resolve()));
    const fault = failureOf(connect(clock).loginFlows(here));
    await asked;
    await clock.advance(10_000);
    expect(await fault).toEqual({ kind: 'no_answer', afterMs: 10_000 });
  });

  it('that stops half-way ends at a time limit', async () => {
    const clock = createFakeClock();
    const begun = new Promise<void>((resolve) => {
      homeserver.intercept((response) => {
        response.writeHead(200);
        response.write('{"flows":', () => resolve());
      });
    });
    const fault = failureOf(connect(clock).loginFlows(here));
    await begun;
    await clock.advance(10_000);
    expect(await fault).toEqual({ kind: 'no_answer', afterMs: 10_000 });
  });

  it('that breaks off is invalid', async () => {
    homeserver.intercept((response) => void response.socket?.destroy());
    expect(await failureOf(connect().logIn({ password: 'very secret' }, here, undefined))).toEqual({
      kind: 'no_connection',
    });
  });
});

describe('requests at the same time', () => {
  const bounded = (clock: Clock) =>
    createHttpHomeserver({
      address: homeserver.url,
      deadlineMs: 10_000,
      clock,
      bounds: { maxConcurrent: 1, maxWaiting: 1 },
    });

  it.each([
    ['logins', (client: Homeserver) => client.logIn({}, here, undefined)],
    ['queries of the login types', (client: Homeserver) => client.loginFlows(here)],
    ['tokens that are not checked yet', (client: Homeserver) => client.whoAmI(new Secret('guess'), here)],
  ])('from unauthenticated callers (%s) occupy a part of the queue', async (_, ask) => {
    homeserver.intercept((response) => {
      if (response.req.url?.endsWith('/account/3pid')) sendJson(response, { status: 200, body: { threepids: [] } });
    });
    const clock = createFakeClock();
    const bounds = { maxConcurrent: 4, maxWaiting: 8 };
    const client = createHttpHomeserver({ address: homeserver.url, deadlineMs: 10_000, clock, bounds });
    const asked = Array.from({ length: 12 }, () => failureOf(ask(client)));
    const caller = { mxid: '@alice:home.test' as Mxid, accessToken: new Secret('token'), clientAddress: here };
    expect((await client.listAddresses(caller)).status).toBe(200);
    await clock.advance(10_000);
    const kinds = (await Promise.all(asked)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'overloaded')).toHaveLength(12 - 2 - 4);
  });

  it('have a limit; a request beyond the queue is not sent', async () => {
    const clock = createFakeClock();
    const held: ServerResponse[] = [];
    const asked = new Promise<void>((resolve) =>
      homeserver.intercept((response) => {
        held.push(response);
        resolve();
      }),
    );
    const client = bounded(clock);
    const first = client.loginFlows(here);
    const second = client.loginFlows(here);
    expect(await failureOf(client.loginFlows(here))).toEqual({ kind: 'overloaded' });
    await asked;
    homeserver.intercept((response) => sendJson(response, { status: 200, body: { flows: [] } }));
    held.forEach((response) => sendJson(response, { status: 200, body: { flows: [] } }));
    expect([(await first).status, (await second).status]).toEqual([200, 200]);
    expect(homeserver.requests).toHaveLength(2);
  });

  it('wait in the queue no longer than for their answer', async () => {
    const clock = createFakeClock();
    const asked = new Promise<void>((resolve) => homeserver.intercept(() => resolve()));
    const client = bounded(clock);
    const faults = [failureOf(client.loginFlows(here)), failureOf(client.loginFlows(here))];
    await asked;
    await clock.advance(10_000);
    const late = { kind: 'no_answer', afterMs: 10_000 };
    expect(await Promise.all(faults)).toEqual([late, late]);
  });
});

it('a body that is nested too deeply is not sent, and is not the homeserver’s fault', async () => {
  const deep: unknown = JSON.parse('['.repeat(200_000) + ']'.repeat(200_000));
  const error: unknown = await connect()
    .logIn({ deep }, here, undefined)
    .catch((reason: unknown) => reason);
  expect(error).toMatchObject({ details: { kind: 'body_too_deep' } });
  expect(homeserver.requests).toEqual([]);
});

it('a homeserver that is not running is unreachable', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const gone = connect(systemClock, `http://127.0.0.1:${port}`);
  expect(await failureOf(gone.logIn({ password: 'very secret' }, here, undefined))).toEqual({ kind: 'no_connection' });
});
