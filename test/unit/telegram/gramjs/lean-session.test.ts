import { Api, helpers } from 'telegram';
import { AuthKey } from 'telegram/crypto/AuthKey.js';
import { StringSession } from 'telegram/sessions/index.js';
import { describe, expect, it } from 'vitest';
import { LeanSession } from '../../../../src/telegram/gramjs/lean-session.js';

const self = new Api.User({
  id: helpers.returnBigInt(7),
  accessHash: helpers.returnBigInt(8),
  username: 'magic',
});

describe('a session', () => {
  it('does not keep the users that it sees, as other sessions of gramjs do', () => {
    const [lean, usual] = [new LeanSession(), new StringSession()];
    for (const session of [lean, usual]) session.processEntities([self]);
    expect(usual.getEntityRowsByUsername('magic')).toBeDefined();
    expect(lean.getEntityRowsByUsername('magic')).toBeUndefined();
  });

  it('is saved with port 443, as ports above 32767 cannot be written, and read again', async () => {
    const session = new LeanSession();
    session.setDC(2, '127.0.0.1', 50_000);
    session.setAuthKey(new AuthKey(Buffer.alloc(256, 7), Buffer.alloc(20)));
    const read = new LeanSession(session.save());
    await read.load();
    expect([read.dcId, read.serverAddress, read.port, read.hasKey()]).toEqual([2, '127.0.0.1', 443, true]);
  });

  it.each([0, 1, 32, 255, 257])('keeps no key of %i bytes, and is dead with one', (length) => {
    const session = new LeanSession();
    session.setDC(2, '127.0.0.1', 443);
    const key = new AuthKey(Buffer.alloc(length, 7), Buffer.alloc(20));
    expect(() => session.setAuthKey(key)).toThrow('256 bytes');
    expect(session.save()).toBe('');
    const stored = new StringSession();
    stored.setDC(2, '127.0.0.1', 443);
    stored.setAuthKey(key);
    expect(() => new LeanSession(stored.save())).toThrow('session_dead');
  });

  it.each(['1', '1AAAA', '0AgAJMTI3LjAuMC4x', 'no session', '1Av//MTI3LjAuMC4xAbs='])(
    'is dead if it is %j',
    (saved) => {
      expect(() => new LeanSession(saved)).toThrow('session_dead');
    },
  );

  it('has no key before one is made, and has one that was saved before it is loaded', () => {
    expect(new LeanSession().hasKey()).toBe(false);
    const session = new LeanSession();
    session.setDC(2, '127.0.0.1', 443);
    session.setAuthKey(new AuthKey(Buffer.alloc(256, 7), Buffer.alloc(20)));
    expect(new LeanSession(session.save()).hasKey()).toBe(true);
  });

  it('does not come back to the key that was saved when it has moved to another data centre', async () => {
    const session = new LeanSession();
    session.setDC(2, '127.0.0.1', 443);
    session.setAuthKey(new AuthKey(Buffer.alloc(256, 7), Buffer.alloc(20)));
    const moved = new LeanSession(session.save());
    await moved.load();
    moved.setDC(3, '127.0.0.1', 443);
    moved.setAuthKey(undefined);
    await moved.load();
    expect(moved.hasKey()).toBe(false);
  });

  it('reports the scan of a QR code, and no other update', () => {
    let scans = 0;
    const session = new LeanSession('', () => (scans += 1));
    const update = new Api.UpdateLoginToken();
    session.processEntities([self]);
    session.processEntities(new Api.UpdateShort({ update: new Api.UpdateConfig(), date: 0 }));
    expect(scans).toBe(0);
    session.processEntities(new Api.UpdateShort({ update, date: 0 }));
    session.processEntities(new Api.Updates({ updates: [update], users: [], chats: [], date: 0, seq: 0 }));
    expect(scans).toBe(2);
  });
});
