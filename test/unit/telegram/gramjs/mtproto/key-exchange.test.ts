import { beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../../src/base/clock.js';
import { systemRandom } from '../../../../../src/base/random.js';
import { createGroup, type Group } from '../../../../../src/sandbox/crypto/group.js';
import { generateServerKey, type ServerKey } from '../../../../../src/sandbox/crypto/server-key.js';
import { createKeyExchange } from '../../../../../src/sandbox/dc/key-exchange.js';
import { keyExchangeLies, type KeyExchangeLie } from '../../../../../src/sandbox/lies.js';
import { mtproto as schema } from '../../../../../src/sandbox/schema/mtproto.js';
import { createTlCodec } from '../../../../../src/sandbox/tl/codec.js';
import { parseTlSchema } from '../../../../../src/sandbox/tl/schema.js';
import { exchangeKey, type NewAuthKey } from '../../../../../src/telegram/gramjs/mtproto/key-exchange.js';
import { numberOf } from '../../../../../src/telegram/gramjs/mtproto/numbers.js';
import { readPublicKey } from '../../../../../src/telegram/gramjs/public-key.js';
import { untrustedChecks } from '../../../../support/untrusted-checks.js';

const mtproto = createTlCodec(parseTlSchema(schema));
let group: Group;
let serverKey: ServerKey;

beforeAll(async () => {
  group = createGroup();
  serverKey = await generateServerKey();
});

interface Outcome {
  readonly client: NewAuthKey;
  readonly serverKeys: readonly Buffer[];
}

/** Runs a key exchange with the sandbox, which sends this false value in its step. */
async function exchange(lie?: KeyExchangeLie): Promise<Outcome> {
  const server = createKeyExchange({ mtproto, clock: systemClock, random: systemRandom, group, serverKey });
  const serverKeys: Buffer[] = [];
  const { fingerprint, modulus, exponent } = readPublicKey(serverKey.publicPem);
  const trusted = { fingerprint: BigInt(fingerprint), modulus: numberOf(modulus), exponent: BigInt(exponent) };
  const client = await exchangeKey({
    async send(bytes) {
      const request = mtproto.decode(bytes);
      const isOfStep = Object.entries(keyExchangeLies).some(([step, lies]) => {
        return step === request._ && lies.some((one) => one === lie);
      });
      const step = server.step(request, 1, isOfStep ? lie : undefined);
      if (step.kind === 'refused') return expect.unreachable(`the server refused ${request._}`);
      if (step.key) serverKeys.push(step.key.bytes);
      return mtproto.encode(step.answer);
    },
    findKey: (wanted) => (wanted === trusted.fingerprint ? trusted : undefined),
    random: systemRandom,
  });
  return { client, serverKeys };
}

describe('a key exchange', () => {
  it('makes the same key of 256 bytes on both sides, each time another one', async () => {
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => exchange()));
    for (const { client, serverKeys } of outcomes) {
      expect(client.authKey).toHaveLength(256);
      expect(serverKeys).toEqual([client.authKey]);
      expect(Math.abs(client.serverTime - systemClock.now() / 1000)).toBeLessThan(60);
    }
    expect(new Set(outcomes.map(({ client }) => client.authKey.toString('hex'))).size).toBe(8);
  });

  it.each(Object.values(keyExchangeLies).flat())('with a server that lies makes none (%s)', async (lie) => {
    await expect(exchange(lie)).rejects.toMatchObject({ check: untrustedChecks[lie] });
  });
});
