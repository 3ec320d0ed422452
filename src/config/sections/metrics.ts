import { host } from '../network-address.js';
import { group, withDefault } from '../setting.js';
import { trueOrFalse, wholeNumber } from '../value.js';

/** The metrics for Prometheus, on a listener of their own. */
export const metrics = group(
  'Metrics for Prometheus at /metrics, on a listener of their own. They name no users. See docs/metrics.md.',
  {
    enabled: withDefault(trueOrFalse, 'false', 'Whether metrics are collected and served.'),
    host: withDefault(
      host,
      '127.0.0.1',
      'The address to listen on. There are no credentials: keep it away from the internet.',
    ),
    port: withDefault(wholeNumber(0, 65535), '9464', 'The port to listen on. 0 takes a free port and logs it.'),
  },
  (keys) => ({ enabled: keys.enabled, host: keys.host, port: keys.port }),
);
