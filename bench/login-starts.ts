import type { Mxid } from '../src/base/mxid.js';
import type { LoginFlow } from '../src/login/processes.js';
import { mxidOf, openLoginFixture } from '../test/support/login-fixture.js';
import { percentile } from './statistics.js';

const starts = 500;
const compared = 100;
const alice = mxidOf('@alice:example.org');
const unlimited = { attempts: { max: 1_000_000, windowMs: 1 } };

/**
 * 500 logins begun one after another, of one user and of as many: what the last hundred cost beside
 * the first hundred.
 */
export async function measureLoginStarts(print: (line: string) => void): Promise<void> {
  print(`one user, no sessions:       ${await measure('phone', () => alice)}`);
  print(`one user, a session each:    ${await measure('qr', () => alice)}`);
  print(`many users, a session each:  ${await measure('qr', (n) => mxidOf(`@user${n}:example.org`))}`);
}

async function measure(flow: LoginFlow, ownerOf: (n: number) => Mxid): Promise<string> {
  const fixture = await openLoginFixture(unlimited);
  const start = async (n: number) => {
    const begunAt = performance.now();
    await fixture.login.start(ownerOf(n), { flow });
    await fixture.clock.advance(1);
    return performance.now() - begunAt;
  };
  try {
    for (let n = 0; n < compared; n += 1) await start(-n - 1);
    const times: number[] = [];
    for (let n = 0; n < starts; n += 1) times.push(await start(n));
    const [first, last] = [times.slice(0, compared), times.slice(-compared)].map((some) => percentile(some, 50));
    if (first === undefined || last === undefined) throw new Error('nothing was measured');
    const medians = `${first.toFixed(1)} ms, then ${last.toFixed(1)} ms`;
    return `${medians}; last ${compared} / first ${compared} = ${(last / first).toFixed(2)}`;
  } finally {
    await fixture.close();
  }
}
