import { readStringSession } from '@mtcute/node/utils.js';
import fc from 'fast-check';
import { AuthKey } from 'telegram/crypto/AuthKey.js';
import { StringSession } from 'telegram/sessions/index.js';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../../src/base/secret.js';
import type { ExportedSession } from '../../../../src/telegram/formats/format.js';
import { writeSession, type SessionFormat } from '../../../../src/telegram/formats/formats.js';
import { readGramjsSession } from '../../../../src/telegram/formats/gramjs.js';
import { ipBytes } from '../../../../src/telegram/formats/ip-bytes.js';
import type { TelegramUserId } from '../../../../src/telegram/shapes.js';
import { goldenKey, goldenSessions } from './golden-sessions.js';

const user: ExportedSession = {
  dcId: 2,
  authKey: new Secret(goldenKey.toString('base64')),
  address: '149.154.167.51',
  port: 443,
  userId: '700020123' as TelegramUserId,
  isBot: false,
  apiId: 12_345,
};
const bot: ExportedSession = {
  ...user,
  address: '149.154.167.40',
  userId: '7000201234567' as TelegramUserId,
  isBot: true,
};

const formats = ['mautrix', 'gramjs', 'telethon', 'mtcute', 'gotd', 'pyrogram'] as const satisfies SessionFormat[];

const sessions = fc.record({
  dcId: fc.integer({ min: 1, max: 5 }),
  authKey: fc
    .uint8Array({ minLength: 256, maxLength: 256 })
    .map((key) => new Secret(Buffer.from(key).toString('base64'))),
  address: fc.oneof(
    fc.ipV4(),
    // gramjs takes a session with an address of at most three characters for one of Telethon.
    fc.ipV6().filter(({ length }) => length > 3),
  ),
  port: fc.integer({ min: 1, max: 32_767 }),
  userId: fc.integer({ min: 1, max: 2 ** 52 }).map((id) => String(id) as TelegramUserId),
  isBot: fc.boolean(),
  apiId: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
});

describe('a session in the format of a library', () => {
  it.each(goldenSessions)('is what $by writes', ({ format, session, text }) => {
    const written = writeSession(format, { ...(session.isBot ? bot : user), ...session }).reveal();
    expect(written).toBe(text);
  });

  it.each(formats)('is refused in the format %s unless the key has 256 bytes', (format) => {
    for (const length of [0, 128, 255, 257]) {
      const authKey = new Secret(Buffer.alloc(length, 1).toString('base64'));
      expect(() => writeSession(format, { ...user, authKey })).toThrow('an auth key has 256 bytes');
    }
  });

  it('is read by gramjs, and what gramjs writes is read again', async () => {
    await fc.assert(
      fc.asyncProperty(sessions, async (session) => {
        const written = writeSession('gramjs', session);
        const library = new StringSession(written.reveal());
        await library.load();
        const { dcId, serverAddress, port, authKey } = library;
        expect({ dcId, address: serverAddress, port }).toEqual({
          dcId: session.dcId,
          address: session.address,
          port: session.port,
        });
        expect(authKey?.getKey()?.toString('base64')).toBe(session.authKey.reveal());
        const read = readGramjsSession(new Secret(library.save()));
        expect({ ...read, authKey: read.authKey.reveal() }).toEqual({
          dcId: session.dcId,
          address: session.address,
          port: session.port,
          authKey: session.authKey.reveal(),
        });
      }),
      { numRuns: 30 },
    );
  });

  it('is read by mtcute', () => {
    fc.assert(
      fc.property(sessions, (session) => {
        const read = readStringSession(writeSession('mtcute', session).reveal());
        const { main } = read.primaryDcs;
        expect({ dcId: main.id, address: main.ipAddress, port: main.port }).toEqual({
          dcId: session.dcId,
          address: session.address,
          port: session.port,
        });
        expect(Buffer.from(read.authKey).toString('base64')).toBe(session.authKey.reveal());
        expect(read.self).toMatchObject({ userId: Number(session.userId), isBot: session.isBot });
      }),
    );
  });
});

describe('a session string of gramjs', () => {
  const strange = ['', '1', '1AA==', '2', `1${Buffer.from([2, 0, 200, 1, 1, 1]).toString('base64')}`, 'text'];
  it.each(strange)('is not read from %j', (text) => {
    expect(() => readGramjsSession(new Secret(text))).toThrow('not a session string of gramjs');
  });

  it('is not read with a short key', async () => {
    const library = new StringSession();
    library.setDC(2, '149.154.167.51', 443);
    library.setAuthKey(new AuthKey(Buffer.alloc(255, 7), Buffer.alloc(20)));
    expect(() => readGramjsSession(new Secret(library.save()))).toThrow('256 bytes');
  });
});

describe('the bytes of an IP address', () => {
  it.each([
    ['149.154.167.51', '959aa733'],
    ['::1', '00000000000000000000000000000001'],
    ['::', '00000000000000000000000000000000'],
    ['2001:b28:f23f:f005::a', '20010b28f23ff005000000000000000a'],
    ['2001:db8:1:2:3:4:5:6', '20010db8000100020003000400050006'],
    ['::ffff:10.0.0.1', '00000000000000000000ffff0a000001'],
  ])('of %s', (address, hex) => {
    expect(ipBytes(address).toString('hex')).toBe(hex);
  });
});
