import { afterEach, describe, expect, it } from 'vitest';
import type { Mxid } from '../../../src/base/mxid.js';
import { startClientServer, type ClientServer } from '../../support/client-server.js';

const v3 = '/_matrix/client/v3';
const v1 = '/_matrix/client/api/v1';
const failures = { failuresPerAccount: { max: 3, windowMs: 300_000 } };

let server: ClientServer;
let alice: Mxid;

afterEach(() => server.close());

/** For each medium, a 3PID of Alice and one without an account. */
const addresses = [
  { medium: 'email', inUse: 'alice@mail.test', free: 'unknown@mail.test' },
  { medium: 'msisdn', inUse: '447470674927', free: '447470674928' },
] as const;

async function start(): Promise<void> {
  server = await startClientServer({ allowances: failures });
  ({ mxid: alice } = await server.embedded.addUser('alice'));
  for (const { medium, inUse } of addresses) await server.embedded.addAddress(alice, { medium, address: inUse });
}

/** The answer without the parts that differ each time. */
async function answerTo(path: string, body: object, address: string) {
  const { status, text, headers } = await server.call('POST', path, body);
  const { date: _date, 'x-request-id': _id, ...rest } = headers;
  return { status, headers: rest, body: text.replaceAll(/\w{32}/g, 'SID').replaceAll(digitsIn(address), 'NUMBER') };
}

/** The number in any of its formats. */
function digitsIn(address: string): RegExp {
  return new RegExp(`\\+?${address.split('').join(' ?')}`, 'g');
}

const asks = (path: string) =>
  addresses.map(({ medium, inUse, free }) => ({
    what: `POST ${path}/${medium}/requestToken`,
    path: `${v3}${path}/${medium}/requestToken`,
    bodyFor: (address: string, attempt: number) => ({
      ...(medium === 'email' ? { email: address } : { country: 'GB', phone_number: `+${address}` }),
      client_secret: 'secret',
      send_attempt: attempt,
    }),
    inUse,
    free,
  }));

const logins = [v3, v1].flatMap((prefix) =>
  addresses.map(({ medium, inUse, free }) => ({
    what: `POST ${prefix}/login by ${medium}`,
    path: `${prefix}/login`,
    bodyFor: (address: string) => ({
      type: 'm.login.password',
      identifier: { type: 'm.id.thirdparty', medium, address },
      password: 'wrong',
    }),
    inUse,
    free,
  })),
);

const requests = [...asks('/account/3pid'), ...asks('/account/password')];
const channels = ['works', 'is down', 'rejects the address'] as const;
const cells = requests.flatMap((request) => channels.map((channel) => ({ ...request, channel })));

describe('an unauthenticated caller cannot detect whether a 3PID is in use', () => {
  it.each(cells)('by $what if the channel $channel', async ({ path, bodyFor, inUse, free, channel }) => {
    await start();
    if (channel === 'is down') server.contacts.messenger.fail({ kind: 'channel_down' });
    if (channel === 'rejects the address') server.contacts.messenger.fail({ kind: 'address_unknown' });
    for (const attempt of [1, 1, 2]) {
      const answer = await answerTo(path, bodyFor(free, attempt), free);
      expect(answer).toMatchObject({ status: 200 });
      expect(await answerTo(path, bodyFor(inUse, attempt), inUse)).toEqual(answer);
    }
  });

  it.each(logins.map((login) => [login.what, login] as const))(
    'by %s after failures by the Matrix ID',
    async (_what, { path, bodyFor, inUse, free }) => {
      await start();
      const wrong = { type: 'm.login.password', identifier: { type: 'm.id.user', user: 'alice' }, password: 'wrong' };
      for (let time = 0; time < 3; time += 1) await server.call('POST', `${v3}/login`, wrong);
      expect((await server.call('POST', `${v3}/login`, wrong)).status).toBe(429);
      for (const status of [403, 403, 403, 429]) {
        const answer = await answerTo(path, bodyFor(free), free);
        expect(answer.status).toBe(status);
        expect(await answerTo(path, bodyFor(inUse), inUse)).toEqual(answer);
      }
    },
  );
});

it('GET /login has a limit, separate from logins', async () => {
  server = await startClientServer({ allowances: { perAddress: { max: 2, windowMs: 60_000 } } });
  for (const path of [v3, v1]) expect((await server.call('GET', `${path}/login`)).status).toBe(200);
  expect(await server.call('GET', `${v3}/login`)).toMatchObject({
    status: 429,
    json: { errcode: 'M_LIMIT_EXCEEDED', retry_after_ms: 30_000 },
  });
  expect((await server.call('POST', `${v3}/login`, { type: 'm.login.password' })).status).toBe(400);
});
