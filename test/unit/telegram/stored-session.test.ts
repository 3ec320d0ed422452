import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/base/secret.js';
import { writeGramjsSession } from '../../../src/telegram/formats/gramjs.js';
import { readStoredSession, writeStoredSession } from '../../../src/telegram/stored-session.js';

const key = Buffer.from(Array.from({ length: 256 }, (_, index) => index)).toString('base64');
const session = { dcId: 2, address: '149.154.167.51', port: 40_443, authKey: new Secret(key) };
const form = { dc: 2, address: '149.154.167.51', port: 40_443, key };

const rejected: readonly (readonly [what: string, text: string])[] = [
  ['no text', ''],
  ['another text', 'no session'],
  ['the start of a gramjs session', '1'],
  ['a gramjs session without a key', '1Av//MTI3LjAuMC4xAbs='],
  ['a session string of another library', '0AgAJMTI3LjAuMC4x'],
  ['broken JSON', `{"dc":2,"key":"${key}"`],
  ...Object.entries({
    dc: [undefined, null, '2', 0, -1, 1.5, 256],
    address: [undefined, null, 4, '', 'telegram.org', '149.154.167.51:443'],
    port: [undefined, null, '443', 0, 65_536, 1.5],
    key: [undefined, null, 7, '', key.slice(4), `AAAA${key}`, '*'.repeat(344)],
  }).flatMap(([field, values]) =>
    values.map(
      (value) => [`${field} ${String(value).slice(0, 20)}`, JSON.stringify({ ...form, [field]: value })] as const,
    ),
  ),
];

describe('a stored session', () => {
  it.each(['149.154.167.51', '2001:67c:4e8:f002::a'])('is read as it was written, with address %s', (address) => {
    expect(readStoredSession(writeStoredSession({ ...session, address }))).toEqual({ ...session, address });
  });

  it('has the same form for each engine', () => {
    expect(JSON.parse(writeStoredSession(session).reveal())).toEqual(form);
  });

  it('is read from the session string of gramjs, which was stored before 0.2.0', () => {
    expect(readStoredSession(writeGramjsSession(session))).toEqual(session);
  });

  it.each(rejected)('is not read from %s, and the error does not contain it', (_what, text) => {
    let error: unknown;
    try {
      readStoredSession(new Secret(text));
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(Error);
    if (text.length > 1) expect(String(error)).not.toContain(text.slice(0, 12));
  });
});
