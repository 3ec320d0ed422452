import { Api, helpers } from 'telegram';
import { AuthKey } from 'telegram/crypto/AuthKey.js';
import { StringSession } from 'telegram/sessions/index.js';
import { describe, expect, it } from 'vitest';
import type { PortableSession } from '../../../../src/telegram/portable-session.js';
import { LeanSession } from '../../../../src/telegram/gramjs/lean-session.js';

const self = new Api.User({
  id: helpers.returnBigInt(7),
  accessHash: helpers.returnBigInt(8),
  username: 'magic',
});

/** A session whose port gramjs would misread. */
function saved(): PortableSession {
  const session = new LeanSession();
  session.setDC(2, '127.0.0.1', 50_000);
  session.setAuthKey(new AuthKey(Buffer.alloc(256, 7), Buffer.alloc(20)));
  const read = session.read();
  if (read === undefined) throw new Error('the session has no key');
  return read;
}

describe('a session', () => {
  it('does not keep the users that it sees, as other sessions of gramjs do', () => {
    const [lean, usual] = [new LeanSession(), new StringSession()];
    for (const session of [lean, usual]) session.processEntities([self]);
    expect(usual.getEntityRowsByUsername('magic')).toBeDefined();
    expect(lean.getEntityRowsByUsername('magic')).toBeUndefined();
  });

  it('is read with port 443, as gramjs misreads ports above 32767, and continued', async () => {
    const continued = new LeanSession(saved());
    expect(continued.read()).toBeUndefined();
    await continued.load();
    expect([continued.dcId, continued.serverAddress, continued.port]).toEqual([2, '127.0.0.1', 443]);
    expect(continued.read()).toEqual(saved());
  });

  it.each([0, 1, 32, 255, 257])('keeps no key of %i bytes', (length) => {
    const session = new LeanSession();
    session.setDC(2, '127.0.0.1', 443);
    const key = new AuthKey(Buffer.alloc(length, 7), Buffer.alloc(20));
    expect(() => session.setAuthKey(key)).toThrow('256 bytes');
    expect(session.read()).toBeUndefined();
  });

  it('has no key before one is made, and has one that was saved before it is loaded', () => {
    expect(new LeanSession().hasKey()).toBe(false);
    expect(new LeanSession(saved()).hasKey()).toBe(true);
  });

  it('does not come back to the key that was saved when it has moved to another data centre', async () => {
    const moved = new LeanSession(saved());
    await moved.load();
    moved.setDC(3, '127.0.0.1', 443);
    moved.setAuthKey(undefined);
    await moved.load();
    expect(moved.hasKey()).toBe(false);
  });

  it('reports the scan of a QR code, and no other update', () => {
    let scans = 0;
    const session = new LeanSession(undefined, () => (scans += 1));
    const update = new Api.UpdateLoginToken();
    session.processEntities([self]);
    session.processEntities(new Api.UpdateShort({ update: new Api.UpdateConfig(), date: 0 }));
    expect(scans).toBe(0);
    session.processEntities(new Api.UpdateShort({ update, date: 0 }));
    session.processEntities(new Api.Updates({ updates: [update], users: [], chats: [], date: 0, seq: 0 }));
    expect(scans).toBe(2);
  });
});
