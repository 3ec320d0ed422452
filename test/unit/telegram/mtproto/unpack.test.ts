import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tlInt, tlString } from '../../../../src/telegram/mtproto/tl-bytes.js';
import { maxUnpacked, unpack } from '../../../../src/telegram/mtproto/unpack.js';
import { UntrustedAnswer } from '../../../../src/telegram/mtproto/untrusted-answer.js';

const head = Buffer.alloc(12, 9);
const packedBytes = (bytes: Buffer) => Buffer.concat([tlInt(0x3072cfa1), tlString(bytes)]);
const packed = (object: Buffer) => packedBytes(gzipSync(object));
const result = (object: Buffer) => Buffer.concat([tlInt(0xf35c6d01), Buffer.alloc(8, 5), object]);
const container = (...messages: readonly Buffer[]) =>
  Buffer.concat([
    tlInt(0x73f1f8dc),
    tlInt(messages.length),
    ...messages.flatMap((message) => [head, tlInt(message.length), message]),
  ]);
const same = (object: Buffer) => object;

const plain = Buffer.concat([tlInt(0x347773c5), Buffer.alloc(400)]);
const half = Buffer.alloc(maxUnpacked / 2);
const bomb = Buffer.alloc(maxUnpacked + 4);

describe('a message with packed data', () => {
  it('is unpacked in each place that MTProto allows, with any content', () => {
    const object = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.concat([tlInt(0x347773c5), bytes]));
    const part = fc.record({ object, isResult: fc.boolean(), inner: fc.boolean(), outer: fc.boolean() });
    const built = (one: { object: Buffer; isResult: boolean; inner: boolean; outer: boolean }, isPacked: boolean) => {
      const inner = isPacked && one.inner ? packed : same;
      const outer = isPacked && one.outer ? packed : same;
      return outer(one.isResult ? result(inner(one.object)) : one.object);
    };
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), fc.boolean(), (parts, isPacked) => {
        const whole = (how: boolean) => container(...parts.map((one) => built(one, how)));
        expect(unpack((isPacked ? packed : same)(whole(true)))).toEqual(whole(false));
        for (const one of parts) expect(unpack(built(one, true))).toEqual(built(one, false));
      }),
      { numRuns: 50 },
    );
  });

  it('may be as large as the limit', () => {
    expect(unpack(packed(bomb.subarray(4)))).toHaveLength(maxUnpacked);
  });

  it.each([
    ['a message that exceeds the limit', packed(bomb)],
    ['a result that exceeds the limit', result(packed(bomb))],
    ['a result in a container that exceeds the limit', container(plain, result(packed(bomb)))],
    ['messages that exceed it together', container(packed(half), result(packed(half)), packed(plain))],
    ['a packed message and its result that exceed it together', packed(result(packed(bomb.subarray(40))))],
    ['data that is packed twice', packed(packed(plain))],
    ['a result that is packed twice', result(packed(packed(plain)))],
    ['a container in a container', container(container(plain))],
    ['data that is not packed', packedBytes(plain)],
    ['data that breaks off', packedBytes(gzipSync(plain).subarray(0, -9))],
    ['no data', tlInt(0x3072cfa1)],
    ['a container that breaks off', container(plain).subarray(0, -4)],
    ['a container without a count', tlInt(0x73f1f8dc)],
    ['a container with a negative length', Buffer.concat([tlInt(0x73f1f8dc), tlInt(1), head, tlInt(-4)])],
    ['a container of more messages than there are', Buffer.concat([tlInt(0x73f1f8dc), tlInt(2 ** 31 - 1)])],
  ])('is refused with %s', (_, body) => {
    expect(() => unpack(body)).toThrow(UntrustedAnswer);
  });
});
