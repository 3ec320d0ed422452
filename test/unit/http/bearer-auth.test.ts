import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Secret } from '../../../src/base/secret.js';
import { createBearerAuth } from '../../../src/http/bearer-auth.js';
import { createRecordingLogger } from '../../support/recording-logger.js';

const here = '198.51.100.1';
const unauthorized = { problem: { kind: 'unauthorized' } };
const service = { principal: { kind: 'service' } };

// The count is kept by a library that reads the time itself.
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
  it('may be any of those that are valid', async () => {
    const { guess } = start();
    expect(await guess('the secret of today')).toEqual(service);
    // As Node reads the bytes of UTF-8.
    expect(await guess(Buffer.from('das Geheimnis für morgen').toString('latin1'))).toEqual(service);
    expect(await guess('the secret of yesterday')).toEqual(unauthorized);
  });

  it('is refused in the end from an address that sends too many wrong ones, until some time has passed', async () => {
    const { guess } = start();
    for (let n = 0; n < 3; n += 1) expect(await guess(`guess ${n}`)).toEqual(unauthorized);
    vi.setSystemTime(Date.now() + 20_000);
    expect(await guess('guess 4')).toEqual({ problem: { kind: 'too_many_attempts', retryAfterMs: 40_000 } });
    expect(await guess('guess 5', '198.51.100.2')).toEqual(unauthorized);
    vi.setSystemTime(Date.now() + 40_001);
    expect(await guess('guess 6')).toEqual(unauthorized);
  });

  it('always passes when it is right, whatever came from its address before', async () => {
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

  it('is not guessed at by those who send none', async () => {
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
