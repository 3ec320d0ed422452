import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemRandom } from '../../src/base/random.js';
import { mtproto as mtprotoSchema } from '../../src/sandbox/schema/mtproto.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { createTlCodec } from '../../src/sandbox/tl/codec.js';
import { parseTlSchema } from '../../src/sandbox/tl/schema.js';
import { TlWriter } from '../../src/sandbox/tl/writer.js';
import { connectRaw } from '../support/raw-connection.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';

const mtproto = createTlCodec(parseTlSchema(mtprotoSchema));
let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startStrictSandbox();
});
afterAll(() => sandbox.stop());

it.each([0, 4, 12, 60])('reads a plain message with %d bytes of padding behind the object', async (padding) => {
  const connection = await connectRaw(sandbox.dataCentres[0]?.port ?? 0);
  const nonce = systemRandom.bytes(16);
  const body = Buffer.concat([mtproto.encode({ _: 'req_pq_multi', nonce }), systemRandom.bytes(padding)]);
  connection.send(new TlWriter().long(0n).long(4n).int(body.length).raw(body).result());
  const answer = mtproto.decode((await connection.next()).subarray(20));
  expect(answer).toMatchObject({ _: 'resPQ', nonce });
  connection.socket.destroy();
});
