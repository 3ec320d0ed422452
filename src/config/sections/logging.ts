import { group, withDefault } from '../setting.js';
import { oneOf, path } from '../value.js';

/** The log on standard output, and the audit log. */
export const logging = group(
  'The log, on standard output. Secrets, codes and whole phone numbers are not logged at any level.',
  {
    level: withDefault(oneOf(['error', 'warn', 'info', 'debug']), 'info', 'The lowest level that is logged.'),
    format: withDefault(
      oneOf(['json', 'pretty']),
      'json',
      'json writes one JSON object a line. pretty is easier to read.',
    ),
    audit: group(
      'The audit log: who logged in, linked, revoked or changed what. One JSON object a line, without secrets. ' +
        'See docs/operating.md.',
      {
        output: withDefault(
          oneOf(['off', 'stdout', 'file']),
          'off',
          'stdout mixes it with the log; its lines have the key "audit". Commands such as gangway user record ' +
            'what they change only with file.',
        ),
        file: withDefault(
          path('the path of a file'),
          'audit.jsonl',
          'The file, relative to this configuration file. Gangway appends to it, with mode 0600. If it is moved, ' +
            'a new one is created, so that logrotate needs no signal.',
        ),
      },
      (keys) => ({ output: keys.output, file: keys.file }),
    ),
  },
  (keys) => ({ level: keys.level, format: keys.format, audit: keys.audit }),
);
