import { Writable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PhoneNumber } from '../../../src/base/phone.js';
import { Secret } from '../../../src/base/secret.js';
import { createLogger, type LogFormat, type LogLevel } from '../../../src/observability/logger.js';
import { createFakeClock } from '../../support/fake-clock.js';

function capture(format: LogFormat, level: LogLevel = 'debug', batchMs = 0) {
  const clock = createFakeClock(Date.UTC(2026, 1, 3, 4, 5, 6));
  const chunks: string[] = [];
  const write = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk));
      done();
    },
  });
  const text = () => chunks.join('');
  return { logger: createLogger({ level, format, write, clock, batchMs }), text, write, chunks, clock };
}

describe('createLogger', () => {
  it('writes one JSON object per line', () => {
    const { logger, text } = capture('json');
    logger.info('request', { requestId: 'r1', status: 200, phone: PhoneNumber.parse('+15550123456') });
    expect(text()).toBe(
      '{"timestamp":"2026-02-03T04:05:06.000Z","level":"info","message":"request","requestId":"r1","status":200,"phone":"+…56"}\n',
    );
  });

  it('writes a readable line', () => {
    const { logger, text } = capture('pretty');
    logger.warn('slow request', { path: '/a b', ms: 12, who: { id: 1 }, token: new Secret('x') });
    expect(text()).toBe('2026-02-03T04:05:06.000Z WARN  slow request path="/a b" ms=12 who={"id":1} token=[secret]\n');
  });

  it('writes nothing below its level', () => {
    const { logger, text } = capture('json', 'warn');
    logger.debug('a');
    logger.info('b');
    logger.warn('d');
    logger.error('e');
    expect(
      text()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).message),
    ).toEqual(['d', 'e']);
  });

  it('writes from a changed level on', () => {
    const { logger, text } = capture('json', 'warn');
    logger.info('before');
    logger.setLevel('info');
    logger.info('between');
    logger.setLevel('error');
    logger.warn('after');
    expect(text()).toContain('between');
    expect(text()).not.toMatch(/before|after/);
  });

  it('cannot overwrite timestamp, level and message', () => {
    const { logger, text } = capture('json');
    logger.info('real', { message: 'forged', level: 'error', timestamp: 'never' });
    expect(JSON.parse(text())).toEqual({
      timestamp: '2026-02-03T04:05:06.000Z',
      level: 'info',
      message: 'real',
      message_: 'forged',
      level_: 'error',
      timestamp_: 'never',
    });
  });

  it('leaves out no field because of a reserved name', () => {
    const { logger, text } = capture('json');
    logger.info('real', { level_: 'one', level: 'two', level__: 'three' });
    expect(JSON.parse(text())).toMatchObject({ level: 'info', level_: 'one', level__: 'three', level___: 'two' });
  });

  it('masks secrets in the message itself', () => {
    const { logger, text } = capture('json');
    logger.info('calling +15550123456 with Authorization: Bearer abcdefgh12345678');
    expect(JSON.parse(text()).message).toBe('calling +…56 with Authorization: [secret]');
  });

  it('prints the frames of an error, indented, below a pretty line', () => {
    const { logger, text } = capture('pretty');
    logger.error('failed', { error: new Error('why') });
    const [head, ...frames] = text().trimEnd().split('\n');
    expect(head).toBe('2026-02-03T04:05:06.000Z ERROR failed error={"name":"Error","message":"why"}');
    expect(frames.length).toBeGreaterThan(0);
    expect(frames.every((frame) => frame.startsWith('    at '))).toBe(true);
  });

  it.each(['json', 'pretty'] as const)(
    'escapes text that would forge a line or control the terminal (%s)',
    (format) => {
      const odd = fc.string({
        unit: fc.constantFrom('\n', '\r', '\u2028', '\u0085', '\u001b', '\u202e', 'a', ' ', '"', '='),
      });
      fc.assert(
        fc.property(odd, odd, odd, (message, key, value) => {
          const { logger, text } = capture(format);
          logger.info(message, { [key]: value });
          expect(text().endsWith('\n')).toBe(true);
          expect(text().slice(0, -1)).not.toMatch(/[\p{Cc}\u2028\u2029\u202e]/u);
        }),
      );
    },
  );

  it('writes a line, and throws nothing, for any value', () => {
    fc.assert(
      fc.property(fc.anything(), fc.dictionary(fc.string(), fc.anything()), (message, fields) => {
        const { logger, text } = capture('json');
        logger.info(message as string, fields);
        expect(JSON.parse(text()).level).toBe('info');
      }),
    );
  });

  it('survives a closed output', async () => {
    const { logger, write, text } = capture('json');
    write.destroy(new Error('EPIPE'));
    await new Promise((resolve) => write.once('close', resolve));
    logger.error('into the void');
    await new Promise((resolve) => setImmediate(resolve));
    expect(text()).toBe('');
  });

  it('keeps two loggers apart', () => {
    const [one, two] = [capture('json', 'error'), capture('json', 'debug')];
    one.logger.debug('a');
    two.logger.debug('b');
    expect(one.text()).toBe('');
    expect(JSON.parse(two.text()).message).toBe('b');
  });
});

describe('batches of lines', () => {
  const batchMs = 100;

  it('writes a line at once if none was written shortly before, and further ones together', async () => {
    const { logger, chunks, clock } = capture('json', 'info', batchMs);
    logger.info('a');
    expect(chunks).toHaveLength(1);
    logger.info('b');
    logger.info('c');
    expect(chunks).toHaveLength(1);
    await clock.advance(batchMs);
    expect(chunks).toHaveLength(2);
    logger.info('d');
    expect(chunks).toHaveLength(2);
    await clock.advance(2 * batchMs);
    logger.info('e');
    expect(chunks).toHaveLength(4);
  });

  it.each(['warn', 'error'] as const)('writes a line of %s at once, after those that wait', (level) => {
    const { logger, text, chunks } = capture('pretty', 'info', batchMs);
    for (const message of ['a', 'b', 'c']) logger.info(message);
    logger[level]('d');
    expect(chunks).toHaveLength(2);
    expect(text()).toMatch(/a\n.* b\n.* c\n.* d\n$/);
  });

  it('lets at most 64 KiB wait', () => {
    const { logger, text } = capture('json', 'info', batchMs);
    const lines = 300;
    for (let index = 0; index < lines; index += 1) logger.info('x '.repeat(500));
    expect(lines * 1000 - text().length).toBeLessThan(64 * 1024);
  });

  it('writes each line once and in order, whatever the times and levels', async () => {
    const event = fc.record({
      level: fc.constantFrom('debug', 'info', 'warn', 'error'),
      afterMs: fc.constantFrom(0, 0, 0, 50, 100, 250),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 20 }), fc.nat(20), async (events, stopAt) => {
        const { logger, text, clock } = capture('json', 'debug', batchMs);
        for (const [index, { level, afterMs }] of events.entries()) {
          if (afterMs > 0) await clock.advance(afterMs);
          if (index === stopAt) logger.stopBatching();
          logger[level](`event ${index}`);
        }
        logger.stopBatching();
        const messages = text()
          .split('\n')
          .slice(0, -1)
          .map((line) => String(JSON.parse(line).message));
        expect(messages).toEqual(events.map((_, index) => `event ${index}`));
      }),
      { numRuns: 50 },
    );
  });
});
