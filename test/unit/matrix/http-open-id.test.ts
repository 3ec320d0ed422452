import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { ServerName } from '../../../src/base/mxid.js';
import { Secret } from '../../../src/base/secret.js';
import { createHttpOpenId } from '../../../src/matrix/http-open-id.js';
import { createFakeClock } from '../../support/fake-clock.js';

const serverName = 'example.org' as ServerName;
const alice = { kind: 'user', mxid: '@alice:example.org' };

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** Checks a token at a homeserver with these answers. */
async function start(answer: RequestListener) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clock = createFakeClock();
  const find = createHttpOpenId({ address, serverName, deadlineMs: 5_000, clock });
  return { asked, clock, find: (token: string, at: ServerName = serverName) => find(new Secret(token), at) };
}

const saying =
  (status: number, body: string, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, headers).end(body);

describe('an OpenID token', () => {
  it('has the subject that the homeserver returns, which is requested once a minute', async () => {
    const { find, asked, clock } = await start(saying(200, '{"sub":"@alice:example.org"}'));
    expect(await Promise.all([find('a b&c'), find('a b&c')])).toEqual([alice, alice]);
    expect(await find('a b&c')).toEqual(alice);
    expect(asked).toEqual(['/_matrix/federation/v1/openid/userinfo?access_token=a+b%26c']);
    await clock.advance(60_000);
    await find('a b&c');
    expect(asked).toHaveLength(2);
  });

  it('of another server is not checked there', async () => {
    const { find, asked } = await start(saying(200, '{"sub":"@alice:example.org"}'));
    expect(await find('token', 'elsewhere.org' as ServerName)).toEqual({ kind: 'unknown' });
    expect(asked).toEqual([]);
  });

  it.each([
    ['that the homeserver does not know', 401, '{"errcode":"M_UNKNOWN_TOKEN"}', 'unknown'],
    ['of a user of another server', 200, '{"sub":"@alice:elsewhere.org"}', 'unknown'],
    ['with an empty answer', 200, '{}', 'unavailable'],
    ['with an invalid answer', 200, '<html>', 'unavailable'],
    ['with too large an answer', 200, `{"sub":"@alice:example.org","x":"${'x'.repeat(20_000)}"}`, 'unavailable'],
    ['while the homeserver fails', 500, '{"sub":"@alice:example.org"}', 'unavailable'],
    ['if the homeserver serves no federation', 404, '{"errcode":"M_UNRECOGNIZED"}', 'unavailable'],
  ])('%s', async (_what, status, body, kind) => {
    const { find, asked } = await start(saying(status, body));
    expect(await find('token')).toEqual({ kind });
    expect(await find('token')).toEqual({ kind });
    expect(asked).toHaveLength(2);
  });

  it('is not sent to the target of a redirect', async () => {
    const { find, asked } = await start(saying(302, '', { location: '/elsewhere' }));
    expect(await find('token')).toEqual({ kind: 'unavailable' });
    expect(asked).toHaveLength(1);
  });

  it('is unknown for the moment without a timely answer', async () => {
    let reached: () => void = () => undefined;
    const underWay = new Promise<void>((resolve) => (reached = resolve));
    const { find, clock } = await start(() => reached());
    const verdict = find('token');
    await underWay;
    await clock.advance(5_000);
    expect(await verdict).toEqual({ kind: 'unavailable' });
  });
});
