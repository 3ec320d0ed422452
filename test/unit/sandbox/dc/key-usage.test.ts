import { afterEach, describe, expect, it } from 'vitest';
import { systemRandom } from '../../../../src/base/random.js';
import { createGroup } from '../../../../src/sandbox/crypto/group.js';
import { generateServerKey } from '../../../../src/sandbox/crypto/server-key.js';
import { authKeyOf } from '../../../../src/sandbox/dc/auth-keys.js';
import { createDataCentre } from '../../../../src/sandbox/dc/data-centre.js';
import { createKeyUsage } from '../../../../src/sandbox/dc/key-usage.js';
import { listen } from '../../../../src/sandbox/dc/listener.js';
import { currentSalt } from '../../../../src/sandbox/dc/salts.js';
import { createFaults } from '../../../../src/sandbox/faults.js';
import { mtproto as mtprotoSchema } from '../../../../src/sandbox/schema/mtproto.js';
import { createTlCodec } from '../../../../src/sandbox/tl/codec.js';
import { longOf } from '../../../../src/sandbox/tl/fields.js';
import { parseTlSchema } from '../../../../src/sandbox/tl/schema.js';
import { createFakeClock } from '../../../support/fake-clock.js';
import { connectRaw, type RawConnection } from '../../../support/raw-connection.js';
import { openAsClient, sealAsClient } from '../../../support/sealed-messages.js';
import { until } from '../../../support/until.js';

const mtproto = createTlCodec(parseTlSchema(mtprotoSchema));
const serverKey = generateServerKey();
const endings: (() => Promise<void>)[] = [];
afterEach(async () => void (await Promise.all(endings.splice(0).map((end) => end()))));

/** A data centre that listens and has one key, and clients that send pings with it. */
async function setUp(isStrict: boolean) {
  const clock = createFakeClock();
  const key = authKeyOf(systemRandom.bytes(256));
  const invalidated: string[] = [];
  const forgotten: string[] = [];
  const keyUsage = createKeyUsage({
    clock,
    isStrict,
    invalidate: (name) => void invalidated.push(name),
    forget: (name) => void forgotten.push(name),
  });
  const rpc = {
    call: () => ({ answer: undefined, delayMs: 0, cut: false, lie: undefined }),
    encodeUpdate: () => Buffer.alloc(0),
  };
  const dataCentre = createDataCentre({ id: 2, mtproto, clock, random: systemRandom, rpc });
  dataCentre.addKey(key);
  const listener = await listen(
    dataCentre,
    { host: '127.0.0.1', port: 0 },
    {
      mtproto,
      clock,
      random: systemRandom,
      group: createGroup(),
      serverKey: await serverKey,
      largePrimes: false,
      faults: createFaults(),
      keyUsage,
      mtproxySecret: undefined,
      dataCentre: () => undefined,
    },
  );
  endings.push(() => listener.stop());
  let lastId = BigInt(Math.floor(clock.now() / 1000)) << 32n;

  const open = () => connectRaw(listener.port);
  function sendPing(connection: RawConnection, pingId = 1n): void {
    const session = { salt: currentSalt(key, clock.now()), sessionId: 5n };
    const body = mtproto.encode({ _: 'ping', ping_id: pingId });
    connection.send(sealAsClient(key, session, { msgId: (lastId += 4n), seqNo: 0, body }));
  }
  /** The next pong, or the code of a transport error. */
  async function answer(connection: RawConnection): Promise<bigint | number> {
    const packet = await connection.next();
    if (packet.length === 4) return packet.readInt32LE();
    const [message] = openAsClient(key, 5n, packet).map(({ body }) => mtproto.decode(body));
    return message?._ === 'pong' ? longOf(message, 'ping_id') : answer(connection);
  }
  async function ping(connection: RawConnection): Promise<bigint | number> {
    sendPing(connection);
    return answer(connection);
  }
  return { clock, key, keyUsage, invalidated, forgotten, open, sendPing, answer, ping };
}

describe('the connections of a key', () => {
  it('count once they have sent an encrypted message, and until they close', async () => {
    const { clock, key, keyUsage, open, ping } = await setUp(false);
    const [first, second, idle] = [await open(), await open(), await open()];
    expect(keyUsage.list()).toEqual([]);
    const since = clock.now();
    const counted = { key: key.name, dc: 2, connections: 1, maxConnections: 1, maxAt: since, duplicated: false };
    expect(await ping(first)).toBe(1n);
    expect(keyUsage.list()).toEqual([counted]);
    await clock.advance(1000);
    expect(await ping(second)).toBe(1n);
    expect(await ping(first)).toBe(1n);
    expect(keyUsage.list()).toEqual([{ ...counted, connections: 2, maxConnections: 2, maxAt: since + 1000 }]);
    idle.socket.destroy();
    first.socket.destroy();
    await until(() => keyUsage.list()[0]?.connections === 1);
    second.socket.destroy();
    await until(() => keyUsage.list()[0]?.connections === 0);
    expect(keyUsage.list()[0]?.maxConnections).toBe(2);
  });

  it.each(['end', 'destroy', 'resetAndDestroy'] as const)(
    'do not overlap when the first calls %s before the second sends',
    async (ending) => {
      const { keyUsage, invalidated, open, ping } = await setUp(true);
      const [first, second] = [await open(), await open()];
      expect(await ping(first)).toBe(1n);
      first.socket[ending]();
      expect(await ping(second)).toBe(1n);
      expect(keyUsage.list()).toMatchObject([{ connections: 1, maxConnections: 1 }]);
      expect(invalidated).toEqual([]);
    },
  );

  it('are answered in the order of their messages', async () => {
    const { open, ping, sendPing, answer } = await setUp(false);
    const [first, second] = [await open(), await open()];
    await ping(first);
    for (const id of [1n, 2n, 3n]) sendPing(second, id);
    expect([await answer(second), await answer(second), await answer(second)]).toEqual([1n, 2n, 3n]);
  });

  it('strict: a second one invalidates the key, a later one does not find it, and the last one ends it', async () => {
    const { key, keyUsage, invalidated, forgotten, open, ping } = await setUp(true);
    const [first, second, third] = [await open(), await open(), await open()];
    await ping(first);
    expect(invalidated).toEqual([]);
    expect(await ping(second)).toBe(1n);
    expect(invalidated).toEqual([key.name]);
    expect(await ping(first)).toBe(1n);
    expect(await ping(third)).toBe(-404);
    expect(keyUsage.list()).toMatchObject([{ connections: 2, maxConnections: 2, duplicated: true }]);
    first.socket.destroy();
    await until(() => keyUsage.list()[0]?.connections === 1);
    expect(forgotten).toEqual([]);
    second.socket.destroy();
    await until(() => forgotten.length > 0);
    expect(forgotten).toEqual([key.name]);
    expect(invalidated).toEqual([key.name]);
  });
});
