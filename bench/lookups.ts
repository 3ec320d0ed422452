import { cheapRequestsTo } from './cheap-requests.js';
import { identityApi, publishAddresses, startIdentityDaemon } from './identity-daemon.js';
import { describeTimes, percentile } from './statistics.js';

const published = 10_000;
const few = 100;
const idleMs = 3_000;
const rounds = 5;

/**
 * Lookups of 10,000 addresses: how long each takes beside one of 100, and how much it holds up a
 * cheap request to the same daemon.
 */
export async function measureLookups(print: (line: string) => void): Promise<void> {
  const daemon = await startIdentityDaemon();
  const { gangway } = daemon;
  const requests = cheapRequestsTo(`${gangway.url()}${identityApi}`);
  try {
    const { token, pepper, hashes } = await publishAddresses(daemon, published);
    const lookUp = async (addresses: readonly string[]) => {
      const question = { algorithm: 'sha256', pepper, addresses };
      const begunAt = performance.now();
      const answer = await gangway.request('POST', `${identityApi}/lookup`, question, token);
      const found = Object.keys(answer.body['mappings'] ?? {}).length;
      if (found !== addresses.length) throw new Error(`${found} of ${addresses.length} found: ${answer.text}`);
      return performance.now() - begunAt;
    };
    await lookUp(hashes);
    const ratios: number[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const idle = await requests.during(() => new Promise((resolve) => setTimeout(resolve, idleMs)));
      const fewMs = await lookUp(hashes.slice(0, few));
      let allMs = 0;
      const busy = await requests.during(async () => void (allMs = await lookUp(hashes)));
      const ratio = Math.max(...busy) / allMs;
      ratios.push(ratio);
      print(`round ${round}: ${published} addresses in ${allMs.toFixed(0)} ms, ${few} in ${fewMs.toFixed(1)} ms`);
      print(`  100 times the addresses take ${(allMs / fewMs).toFixed(1)} times as long`);
      print(`  idle  ${describeTimes(idle)}`);
      print(`  busy  ${describeTimes(busy)}`);
      print(`  longest of the others / the lookup = ${ratio.toFixed(2)}`);
    }
    print(`median ratio of ${rounds} rounds: ${percentile(ratios, 50).toFixed(2)}`);
  } finally {
    await requests.stop();
    await daemon.stop();
  }
}
