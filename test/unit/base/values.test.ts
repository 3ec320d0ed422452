import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeadlineExceeded, withDeadline } from '../../../src/base/deadline.js';
import { KeyedMutex } from '../../../src/base/keyed-mutex.js';
import { parseMxid, serverNameOf } from '../../../src/base/mxid.js';
import { PhoneNumber } from '../../../src/base/phone.js';
import { Secret } from '../../../src/base/secret.js';
import { SingleFlight } from '../../../src/base/single-flight.js';
import { createFakeClock } from '../../support/fake-clock.js';

describe('a secret', () => {
  it('is not shown by any way of printing it', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Z]{12,20}$/), (value) => {
        const secret = new Secret(value);
        const shown = [
          `${secret}`,
          JSON.stringify({ secret }),
          inspect({ secret }),
          inspect(secret, { showHidden: true }),
        ];
        for (const text of shown) expect(text).not.toContain(value);
        expect(secret.reveal()).toBe(value);
      }),
    );
  });

  it('equals a secret of the same value only', () => {
    expect(new Secret('a').equals(new Secret('a'))).toBe(true);
    expect(new Secret('a').equals(new Secret('b'))).toBe(false);
    expect(new Secret('a').equals(new Secret('aa'))).toBe(false);
  });
});

describe('a phone number', () => {
  it.each(['+4930123456', '4930123456'])('%s is read', (text) => {
    expect(PhoneNumber.parse(text)?.reveal()).toBe('+4930123456');
  });

  it.each(['', '+', 'abc', '1234', '1234567890123456', '+49+30123', '12345x', '+49 30 123456'])(
    '%j is invalid',
    (text) => {
      expect(PhoneNumber.parse(text)).toBeUndefined();
    },
  );

  it('is printed masked', () => {
    const phone = PhoneNumber.parse('+4930123456');
    const shown = [String(phone), JSON.stringify({ phone }), inspect({ phone }, { showHidden: true })];
    for (const text of shown) expect(text).toContain('+…56');
    for (const text of shown) expect(text).not.toContain('30123');
  });
});

describe('a Matrix ID', () => {
  it.each(['@a:b', '@alice:example.org', '@alice:example.org:8448', '@:b', '@a/b:ok', '@Ünïcode:b', '@a:b:c:d'])(
    '%s',
    (text) => {
      expect(parseMxid(text)).toBe(text);
    },
  );

  it.each(['', '@', 'alice', '@alice', '@alice:', 'a@b:c', '@a b:c', '@a\n:b', '@a:b c', `@${'a'.repeat(254)}:b`])(
    '%j is invalid',
    (text) => {
      expect(parseMxid(text)).toBeUndefined();
    },
  );

  it('ends with the server name, port included', () => {
    const mxid = parseMxid('@a:example.org:8448');
    expect(mxid && serverNameOf(mxid)).toBe('example.org:8448');
  });
});

describe('work of one key', () => {
  it('runs in sequence after success or failure, concurrently with other keys', async () => {
    const mutex = new KeyedMutex();
    const done: string[] = [];
    let open = () => {};
    const gate = new Promise<void>((resolve) => (open = resolve));
    const first = mutex.run('a', () => gate.then(() => void done.push('a1')));
    const failing = mutex.run('a', async () => {
      done.push('a2');
      throw new Error('a2');
    });
    const third = mutex.run('a', async () => void done.push('a3'));
    await mutex.run('b', async () => void done.push('b'));
    open();
    await Promise.all([first, expect(failing).rejects.toThrow('a2'), third]);
    expect(done).toEqual(['b', 'a1', 'a2', 'a3']);
  });

  it('that is equal and requested at once runs once, and again at a later request', async () => {
    const flights = new SingleFlight();
    let runs = 0;
    const work = async () => (runs += 1);
    expect(await Promise.all([flights.run('a', work), flights.run('a', work)])).toEqual([1, 1]);
    expect(await flights.run('a', work)).toBe(2);
    await expect(flights.run('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await flights.run('a', work)).toBe(3);
  });
});

describe('a deadline', () => {
  it('ends the wait for work that does not settle', async () => {
    const clock = createFakeClock();
    const waiting = withDeadline(clock, 1000, new Promise(() => {}));
    const outcome = expect(waiting).rejects.toEqual(new DeadlineExceeded(1000));
    await clock.advance(1000);
    await outcome;
  });

  it('does not affect work that settles in time', async () => {
    const clock = createFakeClock();
    expect(await withDeadline(clock, 1000, Promise.resolve(7))).toBe(7);
    await expect(withDeadline(clock, 1000, Promise.reject(new Error('own')))).rejects.toThrow('own');
    await clock.advance(2000);
  });
});
