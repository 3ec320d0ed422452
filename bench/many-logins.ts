import { startBurstProcess } from './burst-process.js';
import { cheapRequestsTo } from './cheap-requests.js';
import { startMatrixDaemon } from './matrix-daemon.js';
import { peakMiB } from './process-usage.js';
import { describeTimes, percentile } from './statistics.js';

const path = '/_matrix/client/v3/login';
const logins = 100;
const idleMs = 3_000;
const rounds = 3;

/**
 * 100 logins at once: how many succeed, how many are rejected by a limit, what memory that
 * takes, and how much it holds up a cheap request to the same daemon.
 */
export async function measureManyLogins(print: (line: string) => void): Promise<void> {
  const daemon = await startMatrixDaemon();
  const burst = await startBurstProcess();
  const { gangway, user, password } = daemon;
  const login = { type: 'm.login.password', identifier: { type: 'm.id.user', user }, password };
  const logInAll = () => burst.send({ url: `${gangway.url()}${path}`, body: JSON.stringify(login), times: logins });
  const requests = cheapRequestsTo(`${gangway.url()}${path}`);
  try {
    await requests.during(logInAll);
    const ratios: number[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const idle = await requests.during(() => new Promise((resolve) => setTimeout(resolve, idleMs)));
      const resting = await peakMiB(gangway.pid());
      const answers = new Map<number, number>();
      const begunAt = performance.now();
      const busy = await requests.during(async () => {
        for (const status of await logInAll()) answers.set(status, (answers.get(status) ?? 0) + 1);
      });
      const tookMs = performance.now() - begunAt;
      const grown = (await peakMiB(gangway.pid())) - resting;
      const counts = [...answers].map(([status, count]) => `${count} with ${status}`).join(', ');
      const ratio = percentile(busy, 99) / percentile(idle, 99);
      ratios.push(ratio);
      print(`round ${round}: ${logins} logins in ${tookMs.toFixed(0)} ms, answered ${counts}`);
      print(`  the peak of memory grew by ${grown.toFixed(0)} MiB`);
      print(`  idle  ${describeTimes(idle)}`);
      print(`  busy  ${describeTimes(busy)}`);
      print(`  p99 busy / p99 idle = ${ratio.toFixed(1)}`);
    }
    print(`median ratio of ${rounds} rounds: ${percentile(ratios, 50).toFixed(1)}`);
  } finally {
    await requests.stop();
    await burst.stop();
    await daemon.stop();
  }
}
