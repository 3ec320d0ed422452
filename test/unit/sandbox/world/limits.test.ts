import { describe, expect, it } from 'vitest';
import { systemRandom } from '../../../../src/base/random.js';
import { createGroup } from '../../../../src/sandbox/crypto/group.js';
import { accountOfPhone, type Account } from '../../../../src/sandbox/world/accounts.js';
import { createCodes } from '../../../../src/sandbox/world/codes.js';
import { createLoginTokens } from '../../../../src/sandbox/world/login-tokens.js';
import { createPasswords } from '../../../../src/sandbox/world/passwords.js';
import { createSendCodeRules } from '../../../../src/sandbox/world/send-code-rules.js';
import { createFakeClock } from '../../../support/fake-clock.js';

function load(phone: string): Account {
  const account = accountOfPhone(phone);
  if (!account) throw new Error(`no account ${phone}`);
  return account;
}

const refused = (name: string) => expect.objectContaining({ details: expect.objectContaining({ name }) as unknown });
const random = systemRandom;
const group = createGroup();

describe('a flooded number', () => {
  it('waits for the time in its digits, counts down, accepts one code, and starts again', async () => {
    const clock = createFakeClock();
    const rules = createSendCodeRules({ clock });
    const account = load('9996613309');
    const check = () => rules.check(account);
    expect(check).toThrow(refused('FLOOD_WAIT_10'));
    await clock.advance(8500);
    expect(check).toThrow(refused('FLOOD_WAIT_2'));
    await clock.advance(1500);
    expect(check).not.toThrow();
    expect(check).toThrow(refused('FLOOD_WAIT_10'));
    rules.clear();
    expect(check).toThrow(refused('FLOOD_WAIT_10'));
  });

  it.each([
    ['9996613300', 'FLOOD_WAIT_1'],
    ['9996623399', 'FLOOD_WAIT_100'],
  ])('%s waits %s', (phone, name) => {
    expect(() => createSendCodeRules({ clock: createFakeClock() }).check(load(phone))).toThrow(refused(name));
  });
});

describe('a login code', () => {
  const right = { code: '11111', asEmail: false };

  it('expires after ten minutes', async () => {
    const clock = createFakeClock();
    const codes = createCodes({ clock, random });
    const account = load('9996610000');
    const { hash } = codes.send('key', account);
    await clock.advance(10 * 60_000 - 1);
    expect(() => codes.enter('key', account, hash, right)).not.toThrow();
    await clock.advance(1);
    expect(() => codes.enter('key', account, hash, right)).toThrow(refused('PHONE_CODE_EXPIRED'));
  });

  it('is deleted with its key, and at a reset', () => {
    const codes = createCodes({ clock: createFakeClock(), random });
    const account = load('9996610000');
    const [one, other] = [codes.send('one', account), codes.send('other', account)];
    codes.delete('one');
    expect(() => codes.enter('one', account, one.hash, right)).toThrow(refused('PHONE_CODE_EXPIRED'));
    expect(() => codes.enter('other', account, other.hash, right)).not.toThrow();
    codes.clear();
    expect(() => codes.enter('other', account, other.hash, right)).toThrow(refused('PHONE_CODE_EXPIRED'));
  });
});

describe('a password', () => {
  it('can be entered again after the wait that follows five wrong ones', async () => {
    const clock = createFakeClock();
    const passwords = createPasswords({ clock, random, group });
    const account = load('9996611000');
    const guess = () => {
      const srpId = passwords.challenge('key', account)?.srpId ?? 0n;
      passwords.check('key', account, { srpId, A: Buffer.alloc(256, 1), M1: random.bytes(32) });
    };
    for (let count = 0; count < 5; count += 1) expect(guess).toThrow(refused('PASSWORD_HASH_INVALID'));
    expect(guess).toThrow(refused('FLOOD_WAIT_60'));
    await clock.advance(59_001);
    expect(guess).toThrow(refused('FLOOD_WAIT_1'));
    await clock.advance(999);
    expect(guess).toThrow(refused('PASSWORD_HASH_INVALID'));
  });

  it('is checked against a challenge of the same key, and once', () => {
    const passwords = createPasswords({ clock: createFakeClock(), random, group });
    const account = load('9996611000');
    const srpId = passwords.challenge('key', account)?.srpId ?? 0n;
    const check = (keyName: string) => () =>
      passwords.check(keyName, account, { srpId, A: Buffer.alloc(256, 1), M1: random.bytes(32) });
    expect(check('another key')).toThrow(refused('SRP_ID_INVALID'));
    expect(check('key')).toThrow(refused('PASSWORD_HASH_INVALID'));
    expect(check('key')).toThrow(refused('SRP_ID_INVALID'));
  });

  it('is required by the documented accounts', () => {
    const passwords = createPasswords({ clock: createFakeClock(), random, group });
    expect(['9996611000', '9996611900', '9996610000'].map((phone) => passwords.has(load(phone)))).toEqual([
      true,
      true,
      false,
    ]);
    expect(passwords.challenge('key', load('9996610000'))).toBeUndefined();
  });
});

describe('a QR login', () => {
  const offerTo = (keyName: string, exceptIds: readonly bigint[] = []) => ({ keyName, dc: 1, exceptIds });

  it('can be accepted once, before it expires, by an account that the client does not have yet', async () => {
    const clock = createFakeClock();
    const tokens = createLoginTokens({ clock, random });
    const [own, account] = [load('9996610000'), load('9996610001')];
    const { token } = tokens.offer(offerTo('key', [own.id]));
    expect(() => tokens.accept(random.bytes(32), account)).toThrow(refused('AUTH_TOKEN_INVALIDX'));
    expect(() => tokens.accept(token, own)).toThrow(refused('AUTH_TOKEN_EXCEPTION'));
    expect(tokens.acceptedFor('key')).toBeUndefined();
    tokens.accept(token, account);
    expect(() => tokens.accept(token, account)).toThrow(refused('AUTH_TOKEN_ALREADY_ACCEPTED'));
    expect(tokens.acceptedFor('key')?.acceptedBy).toEqual(account);
    expect(tokens.acceptedFor('another key')).toBeUndefined();
    const late = tokens.offer(offerTo('key'));
    await clock.advance(30_000);
    expect(() => tokens.accept(late.token, account)).toThrow(refused('AUTH_TOKEN_EXPIRED'));
  });

  it('that was accepted in its last moment is still valid at the next request of the client', async () => {
    const clock = createFakeClock();
    const tokens = createLoginTokens({ clock, random });
    const { token } = tokens.offer(offerTo('key'));
    await clock.advance(29_999);
    tokens.accept(token, load('9996610001'));
    await clock.advance(30_000);
    expect(tokens.find(token).acceptedBy?.phone).toBe('9996610001');
  });
});
