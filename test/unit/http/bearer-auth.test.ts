import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Mxid } from '../../../src/base/mxid.js';
import { Secret } from '../../../src/base/secret.js';
import { createBearerAuth, type FindTokenHolder } from '../../../src/http/bearer-auth.js';
import { createRecordingLogger } from '../../support/recording-logger.js';

const here = '198.51.100.1';
const unauthorized = { problem: { kind: 'unauthorized' } };
const service = { principal: { kind: 'service' } };

// The count is stored by a library that reads the time itself.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

function start() {
  const logger = createRecordingLogger();
  const secrets = [new Secret('the secret of today'), new Secret('das Geheimnis für morgen')];
  const authenticate = createBearerAuth({ secrets, logger, failuresAllowed: 3, windowMs: 60_000 });
  const guess = (secret: string, clientAddress = here) =>
    authenticate({ authorization: `Bearer ${secret}`, clientAddress, accessToken: undefined });
  return { authenticate, guess, logger };
}

describe('a bearer secret', () => {
  it('matches any of the valid secrets', async () => {
    const { guess } = start();
    expect(await guess('the secret of today')).toEqual(service);
    // As Node decodes the bytes of UTF-8.
    expect(await guess(Buffer.from('das Geheimnis für morgen').toString('latin1'))).toEqual(service);
    expect(await guess('the secret of yesterday')).toEqual(unauthorized);
  });

  it.each([
    ['bearer the secret of today', service],
    ['BEARER  the secret of today', service],
    ['the secret of today', unauthorized],
    ['Basic the secret of today', unauthorized],
    ['Bearerthe secret of today', unauthorized],
    ['Bearer the secret of today.', unauthorized],
  ])('comes after the name of the scheme, in any case: %s', async (authorization, admission) => {
    const { authenticate } = start();
    expect(await authenticate({ authorization, clientAddress: here, accessToken: undefined })).toEqual(admission);
  });

  it('is refused for a while from an address that has sent too many wrong ones', async () => {
    const { guess } = start();
    for (let n = 0; n < 3; n += 1) expect(await guess(`guess ${n}`)).toEqual(unauthorized);
    vi.setSystemTime(Date.now() + 20_000);
    expect(await guess('guess 4')).toEqual({ problem: { kind: 'too_many_attempts', retryAfterMs: 40_000 } });
    expect(await guess('guess 5', '198.51.100.2')).toEqual(unauthorized);
    vi.setSystemTime(Date.now() + 40_001);
    expect(await guess('guess 6')).toEqual(unauthorized);
  });

  it('is always accepted if it is right, whatever its address sent before', async () => {
    const { guess } = start();
    for (let n = 0; n < 10; n += 1) await guess(`guess ${n}`);
    expect(await guess('the secret of today')).toEqual(service);
  });

  it('counts the addresses of one IPv6 network as one', async () => {
    const { guess } = start();
    for (let n = 0; n < 3; n += 1) await guess('wrong', `2001:db8::${n}`);
    expect(await guess('wrong', '2001:db8::ffff')).toMatchObject({ problem: { kind: 'too_many_attempts' } });
    expect(await guess('wrong', '2001:db8:0:1::1')).toEqual(unauthorized);
  });

  it('cannot be locked by requests without a secret', async () => {
    const { authenticate, guess } = start();
    for (let n = 0; n < 10; n += 1) {
      expect(await authenticate({ authorization: undefined, clientAddress: here, accessToken: undefined })).toEqual(
        unauthorized,
      );
    }
    expect(await guess('wrong')).toEqual(unauthorized);
  });

  it('is not in the log, which has one line for each address that guesses', async () => {
    const { guess, logger } = start();
    for (let n = 0; n < 10; n += 1) await guess(`guess ${n}`);
    expect(logger.lines).toHaveLength(1);
    expect(logger.lines[0]).toMatchObject({ level: 'warn', fields: { clientAddress: here } });
    expect(inspect(logger.lines, { depth: 9 })).not.toMatch(/guess|today/);
  });
});

describe('an access token', () => {
  const alice = '@alice:example.org' as Mxid;

  /** Looks tokens up unless `mayEnd` holds it back; knows the token `alice`. */
  function startWithTokens(mayEnd: Promise<void> = Promise.resolve()) {
    const lookups: string[] = [];
    const findTokenHolder: FindTokenHolder = async (token) => {
      lookups.push(token.reveal());
      await mayEnd;
      if (token.reveal() === 'mystery') return { kind: 'unavailable' };
      return token.reveal() === 'alice' ? { kind: 'user', mxid: alice } : { kind: 'unknown' };
    };
    const secrets = [new Secret('the secret')];
    const logger = createRecordingLogger();
    const authenticate = createBearerAuth({ secrets, findTokenHolder, logger, failuresAllowed: 3, windowMs: 60_000 });
    const send = (authorization: string, clientAddress = here) =>
      authenticate({ authorization, accessToken: undefined, clientAddress });
    return { send, lookups, logger };
  }

  it('authenticates its user, and no secret is looked up', async () => {
    const { send, lookups } = startWithTokens();
    expect(await send('Bearer alice')).toEqual({ principal: { kind: 'user', mxid: alice } });
    expect(await send('Bearer the secret')).toEqual(service);
    expect(lookups).toEqual(['alice']);
  });

  it.each(['bearer alice', 'BEARER alice', 'Bearer  alice'])('is looked for in "%s"', async (authorization) => {
    const { send, lookups } = startWithTokens();
    await send(authorization);
    expect(lookups).toEqual(['alice']);
  });

  it.each(['Basic alice', 'alice', 'Bearer', 'Bearer ', 'Bearer al ice', 'Bearer älice'])(
    'is not looked for in "%s"',
    async (authorization) => {
      const { send, lookups } = startWithTokens();
      expect(await send(authorization)).toEqual(unauthorized);
      expect(lookups).toEqual([]);
    },
  );

  it('of an owner that cannot be checked does not count', async () => {
    const { send } = startWithTokens();
    for (let n = 0; n < 5; n += 1) {
      expect(await send('Bearer mystery')).toEqual({ problem: { kind: 'authentication_unavailable' } });
    }
    expect(await send('Bearer alice')).toMatchObject({ principal: { kind: 'user' } });
  });

  it('is looked up for as many concurrent requests as may be wrong, for each address separately', async () => {
    let end = () => {};
    const mayEnd = new Promise<void>((resolve) => {
      end = resolve;
    });
    const { send, lookups } = startWithTokens(mayEnd);
    const answers = ['a', 'b', 'alice', 'd', 'e'].map((token) => send(`Bearer ${token}`));
    const elsewhere = send('Bearer alice', '198.51.100.2');
    const tooMany = { problem: { kind: 'too_many_attempts', retryAfterMs: 1000 } };
    expect(await Promise.all(answers.slice(3))).toEqual([tooMany, tooMany]);
    end();
    expect(await Promise.all(answers.slice(0, 3))).toEqual([
      unauthorized,
      unauthorized,
      { principal: { kind: 'user', mxid: alice } },
    ]);
    expect(await elsewhere).toMatchObject({ principal: { mxid: alice } });
    expect(lookups).toEqual(['a', 'b', 'alice', 'alice']);
  });
});
