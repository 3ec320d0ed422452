import { beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/base/clock.js';
import { systemRandom } from '../../../../src/base/random.js';
import { exchangeKey, type NewAuthKey } from '../../../../src/telegram/mtproto/key-exchange.js';
import { numberOf } from '../../../../src/telegram/mtproto/numbers.js';
import { sendPlain } from '../../../../src/telegram/mtproto/plain-messages.js';
import { readPublicKey } from '../../../../src/telegram/public-key.js';
import { createLyingServers, toldLies, type LyingServer } from '../../../support/lying-server.js';
import { untrustedChecks } from '../../../support/untrusted-checks.js';

let servers: Awaited<ReturnType<typeof createLyingServers>>;

beforeAll(async () => {
  servers = await createLyingServers();
});

function exchangeWith(server: LyingServer): Promise<NewAuthKey> {
  const { fingerprint, modulus, exponent } = readPublicKey(servers.serverKey.publicPem);
  const trusted = { fingerprint: BigInt(fingerprint), modulus: numberOf(modulus), exponent: BigInt(exponent) };
  return exchangeKey({
    send: (request) => sendPlain(server, 4n, request),
    findKey: (wanted) => (wanted === trusted.fingerprint ? trusted : undefined),
    random: systemRandom,
  });
}

describe('a key exchange', () => {
  it('makes the same key of 256 bytes on both sides, each time another one', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const server = servers.create();
        return { client: await exchangeWith(server), server };
      }),
    );
    for (const { client, server } of outcomes) {
      expect(client.authKey).toHaveLength(256);
      expect(server.keys).toEqual([client.authKey]);
      expect(server.salts).toEqual([client.salt]);
      expect(Math.abs(client.serverTime - systemClock.now() / 1000)).toBeLessThan(60);
    }
    expect(new Set(outcomes.map(({ client }) => client.authKey.toString('hex'))).size).toBe(8);
  });

  it.each(toldLies)('ends without a key at the lie $lie in the answer to $step', async (told) => {
    const server = servers.create(told);
    await expect(exchangeWith(server)).rejects.toMatchObject({ check: untrustedChecks[told.lie] });
    expect(server.steps.at(-1)).toBe(told.step);
  });
});
