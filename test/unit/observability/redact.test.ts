import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/base/failure.js';
import { PhoneNumber } from '../../../src/base/phone.js';
import { Secret } from '../../../src/base/secret.js';
import { redact, redactFields } from '../../../src/observability/redact.js';

const confidential = 'swordfish';
const phone = PhoneNumber.parse('+15550123456');

class Tripped extends Failure<{ readonly kind: 'tripped'; readonly retryAfterMs: number }> {}

class Vault {
  readonly content = confidential;
}

describe('redact', () => {
  it('prints secrets and phone numbers masked', () => {
    expect(redact({ a: new Secret(confidential), b: phone })).toEqual({ a: '[secret]', b: '+…56' });
  });

  it('prints bytes as their count', () => {
    expect(
      redact([Buffer.from('abc'), new Uint8Array(4), new ArrayBuffer(5), new DataView(new ArrayBuffer(6))]),
    ).toEqual(['[bytes 3]', '[bytes 4]', '[bytes 5]', '[bytes 6]']);
  });

  it('prints an error with its name, code, frames and causes', () => {
    const cause = Object.assign(new TypeError('inner'), { code: 'ECONNREFUSED' });
    expect(redact(new Error('outer', { cause }))).toEqual({
      name: 'Error',
      message: 'outer',
      stack: expect.stringMatching(/^\s+at .*redact\.test/),
      cause: { name: 'TypeError', message: 'inner', code: 'ECONNREFUSED', stack: expect.stringContaining(' at ') },
    });
  });

  it('prints the details of a failure', () => {
    expect(redact(new Tripped({ kind: 'tripped', retryAfterMs: 5 }))).toMatchObject({
      name: 'Tripped',
      details: { kind: 'tripped', retryAfterMs: 5 },
    });
  });

  it('prints a failure and its cause without frames', () => {
    const cause = new AggregateError([new TypeError('first')], 'all', { cause: new Error('inner') });
    const printed = redact(new Tripped({ kind: 'tripped', retryAfterMs: 5 }, { cause }));
    expect(printed).toMatchObject({ cause: { errors: [{ message: 'first' }], cause: { message: 'inner' } } });
    expect(JSON.stringify(printed)).not.toContain('"stack"');
    const defect = redact(new Error('outer', { cause: new Tripped({ kind: 'tripped', retryAfterMs: 5 }) }));
    expect(JSON.stringify(defect).match(/"stack"/g)).toHaveLength(1);
  });

  it('prints the errors of an aggregate', () => {
    expect(redact(new AggregateError([new Error('first')], 'all'))).toMatchObject({ errors: [{ message: 'first' }] });
  });

  it('leaves out what a library added to its error', () => {
    const error = Object.assign(new Error('query failed'), {
      parameters: [confidential],
      request: { body: confidential },
    });
    expect(JSON.stringify(redact(error))).not.toContain(confidential);
  });

  it('prints an instance of an unknown class as its name only', () => {
    expect(redact({ vault: new Vault() })).toEqual({ vault: '[Vault]' });
  });

  it('prints maps, sets, dates, big integers and odd numbers', () => {
    expect(
      redact(
        new Map<unknown, unknown>([
          ['a', new Set([1n, NaN])],
          [phone, new Date(0)],
        ]),
      ),
    ).toEqual({
      a: ['1', 'NaN'],
      '+…56': '1970-01-01T00:00:00.000Z',
    });
  });

  it('drops functions, symbols and undefined values', () => {
    expect(redact({ f: () => 1, s: Symbol('s'), u: undefined, kept: null })).toEqual({ kept: null });
  });

  it('hides all values under a name of a secret', () => {
    expect(
      redact({ headers: { Authorization: 'x', 'set-cookie': ['y'] }, password: 12345, token: { a: 'z' }, ok: true }),
    ).toEqual({
      headers: { Authorization: '[secret]', 'set-cookie': ['[secret]'] },
      password: '[secret]',
      token: { a: '[secret]' },
      ok: true,
    });
  });

  it('limits cycles, depth, width and length', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    expect(redact(cycle)).toEqual({ self: '[circular]' });
    const deep = Array.from({ length: 50 }).reduce<unknown>((inner) => ({ inner }), 'end');
    expect(JSON.stringify(redact(deep))).toContain('[deep]');
    expect(redact(Array.from({ length: 105 }, () => 0))).toHaveLength(101);
    expect(
      Object.keys(redactFields(Object.fromEntries(Array.from({ length: 105 }, (_, i) => [`k${i}`, i])))),
    ).toHaveLength(101);
    expect(String(redact('word '.repeat(10_000))).length).toBeLessThan(10_000);
  });

  it('prints the same object twice if it occurs twice', () => {
    const shared = { a: 1 };
    expect(redact([shared, shared])).toEqual([{ a: 1 }, { a: 1 }]);
  });

  it('survives getters and proxies that throw', () => {
    const hostile = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('no');
        },
      },
    );
    const throwing = {
      get a() {
        throw new Error('no');
      },
      b: hostile,
    };
    expect(redact(throwing)).toEqual({ a: '[unprintable]', b: '[unprintable]' });
    expect(redactFields(hostile)).toEqual({});
  });

  it('never prints a secret, at any depth', () => {
    const { tree } = fc.letrec<{ tree: unknown; leaf: unknown }>((tie) => ({
      leaf: fc.oneof(
        fc.constantFrom(new Secret(confidential), phone, new Vault(), Buffer.from(confidential), null, undefined),
        fc.integer(),
      ),
      tree: fc.oneof(
        { maxDepth: 5 },
        tie('leaf'),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(fc.string(), tie('tree'), { maxKeys: 3 }),
        tie('tree').map((inner) => new Map([[inner, inner]])),
        tie('tree').map((inner) => new Set([inner])),
        tie('tree').map((inner) => new Error('outer', { cause: inner })),
        tie('tree').map((inner) => new Tripped({ kind: 'tripped', retryAfterMs: 1 }, { cause: inner })),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        const printed = JSON.stringify(redact(value)) ?? '';
        expect(printed).not.toContain(confidential);
        expect(printed).not.toContain('5550123');
      }),
    );
  });

  it('returns JSON for any value and never throws', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true }),
        (value) => {
          const printed = redact(value);
          expect(printed === undefined || JSON.stringify(printed) !== undefined).toBe(true);
        },
      ),
    );
  });
});
