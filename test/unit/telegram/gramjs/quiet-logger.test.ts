import { describe, expect, it } from 'vitest';
import { printable, QuietLogger } from '../../../../src/telegram/gramjs/quiet-logger.js';

describe('the logger of gramjs', () => {
  it('logs errors as warnings and the rest as debug lines, and drops its own debug lines', () => {
    const lines: string[] = [];
    const logger = new QuietLogger((level, message) => void lines.push(`${level} ${message}`));
    logger.error('a');
    logger.warn('b');
    logger.info('c');
    logger.debug('d');
    expect(lines).toEqual(['warn a', 'debug b', 'debug c']);
  });

  it('reports that no level is enabled', () => {
    expect(new QuietLogger(() => undefined).canSend()).toBe(false);
  });
});

describe('a log line of gramjs', () => {
  it.each([
    [
      'is cut before the bytes of an unexpected response',
      'Received response without parent request: \u0001\u0002hash-in-the-clear',
      'Received response without parent request […]',
    ],
    [
      'is cut before the bytes of an unknown type',
      'Type 7 not found, remaining data secret',
      'Type 7 not found, remaining data […]',
    ],
    ['has no control characters', 'odd \u0000\u0007 bytes \ufffd', 'odd ?? bytes \ufffd'],
    ['is cut after 300 characters', 'x'.repeat(1000), 'x'.repeat(300)],
  ])('%s', (_title, text, expected) => {
    expect(printable(text)).toBe(expected);
  });
});
