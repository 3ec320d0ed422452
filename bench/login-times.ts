import { startMatrixDaemon } from './matrix-daemon.js';
import { percentile, shareBelow } from './statistics.js';

const rounds = 200;

/**
 * Measures whether the time of an answer distinguishes an unknown user, an unknown address and a
 * wrong password. The three requests alternate, and are compared by medians and distributions.
 */
export async function measureLoginTimes(print: (line: string) => void): Promise<void> {
  const daemon = await startMatrixDaemon();
  const { gangway, user } = daemon;
  const refusals = {
    'wrong password': { type: 'm.id.user', user },
    'unknown user': { type: 'm.id.user', user: '@unknown:example.test' },
    'unknown address': { type: 'm.id.phone', country: 'GB', phone: '07700900123' },
  };
  const names = Object.keys(refusals) as (keyof typeof refusals)[];
  const times = new Map(names.map((name) => [name, [] as number[]]));
  try {
    for (let round = -10; round < rounds; round += 1) {
      for (const name of names) {
        const body = { type: 'm.login.password', identifier: refusals[name], password: 'a wrong password' };
        const begunAt = performance.now();
        const { status } = await gangway.request('POST', '/_matrix/client/v3/login', body);
        const tookMs = performance.now() - begunAt;
        if (status !== 403) throw new Error(`${name}: ${status}`);
        if (round >= 0) times.get(name)?.push(tookMs);
      }
    }
  } finally {
    await daemon.stop();
  }
  const reference = times.get('wrong password') ?? [];
  for (const [name, values] of times) {
    const [p25 = 0, p50 = 0, p75 = 0] = [25, 50, 75].map((percent) => percentile(values, percent));
    const quartiles = [p25, p50, p75].map((ms) => ms.toFixed(1)).join(' / ');
    const ratio = (p50 / percentile(reference, 50)).toFixed(2);
    const share = shareBelow(values, reference).toFixed(2);
    print(`${name}: quartiles ${quartiles} ms; median over that of wrong password = ${ratio}; is faster in ${share}`);
  }
}
