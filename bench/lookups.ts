import type { Mxid } from '../src/base/mxid.js';
import { hashesOf, lookupHash } from '../src/identity/lookup-hash.js';
import type { Installation } from '../test/support/daemon.js';
import { startFederatingHomeserver } from '../test/support/federating-homeserver.js';
import { cheapRequestsTo } from './cheap-requests.js';
import { startMatrixDaemon } from './matrix-daemon.js';
import { describeTimes, percentile } from './statistics.js';

const api = '/_matrix/identity/v2';
const published = 10_000;
const few = 100;
const idleMs = 3_000;
const rounds = 5;

/**
 * Lookups of 10,000 addresses: how long each takes beside one of 100, and how much it holds up a
 * cheap request to the same daemon.
 */
export async function measureLookups(print: (line: string) => void): Promise<void> {
  const homeserver = await startFederatingHomeserver({ certificate: 'none' });
  homeserver.subjects.set('token', '@alice:example.test');
  const daemon = await startMatrixDaemon({
    identity: {
      enabled: true,
      public_url: 'https://id.example.test',
      lookup: { per_user: { max: 1_000_000, window_seconds: 1 } },
    },
    outgoing: { servers: { 'example.test': `http://127.0.0.1:${homeserver.port}` } },
  });
  const { gangway } = daemon;
  const requests = cheapRequestsTo(`${gangway.url()}${api}`);
  try {
    const openId = { access_token: 'token', matrix_server_name: 'example.test' };
    const { body } = await gangway.request('POST', `${api}/account/register`, openId);
    const token = String(body['token']);
    const { body: details } = await gangway.request('GET', `${api}/hash_details`, undefined, token);
    const pepper = String(details['lookup_pepper']);
    const hashes = (await publish(gangway)).map((address) => lookupHash({ medium: 'email', address }, pepper));
    const lookUp = async (addresses: readonly string[]) => {
      const question = { algorithm: 'sha256', pepper, addresses };
      const begunAt = performance.now();
      const answer = await gangway.request('POST', `${api}/lookup`, question, token);
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
    await homeserver.close();
  }
}

/**
 * Puts addresses of so many users into the database, as if they had published them; answers the
 * addresses.
 */
async function publish(gangway: Installation): Promise<readonly string[]> {
  const database = await gangway.openDatabase();
  const addresses = Array.from({ length: published }, (_, index) => `user${index}@mail.example.test`);
  const batch = 500;
  for (let from = 0; from < published; from += batch) {
    await database.transaction(async (tx) => {
      const peppers = await tx.lookupHashes.holdPeppers();
      for (const address of addresses.slice(from, from + batch)) {
        const mxid = `@${address.replace('@', '.')}:example.test` as Mxid;
        const association = { id: address, mxid, medium: 'email', address, alias: undefined } as const;
        await tx.identityAssociations.insert({ ...association, signed: '{}', createdAt: 0 });
        await tx.lookupHashes.insert(hashesOf(association, peppers));
      }
    });
  }
  await database.close();
  return addresses;
}
