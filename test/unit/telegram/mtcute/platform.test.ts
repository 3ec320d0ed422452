import { expect, it } from 'vitest';
import { FormatLogger } from '../../../../src/telegram/mtcute/platform.js';
import { createRecordingLogger } from '../../../support/recording-logger.js';

it('a line of mtcute is logged without its values, except for numbers', () => {
  const logger = createRecordingLogger();
  const log = new FormatLogger(logger, false).create('conn').create('session');
  log.warn('received %j for %s after %d ms', { phone: '9996610001' }, 'a secret', 7);
  log.error('failed: %h', Buffer.from('a secret'));
  log.info('not logged');
  expect(logger.lines).toEqual([
    {
      level: 'warn',
      message: 'mtcute log',
      fields: { tag: 'session', text: 'received %j for %s after %d ms', numbers: [7] },
    },
    { level: 'warn', message: 'mtcute log', fields: { tag: 'session', text: 'failed: %h', numbers: [] } },
  ]);
});

it('the debug lines of mtcute are logged if they are wanted', () => {
  const logger = createRecordingLogger();
  const log = new FormatLogger(logger, true).create('conn');
  log.debug('sent %d messages', 2);
  log.verbose('>>> %j', { code: '11111' });
  expect(logger.lines.map(({ level, fields }) => [level, fields['text']])).toEqual([['debug', 'sent %d messages']]);
});
