import { createPasswordHasher } from '../src/accounts/embedded/password-hasher.js';
import type { Mxid } from '../src/base/mxid.js';
import { systemRandom } from '../src/base/random.js';
import { Secret } from '../src/base/secret.js';
import { startSynapse } from '../test/support/synapse.js';
import { identityApi, publishAddresses, startIdentityDaemon, type PublishedAddresses } from './identity-daemon.js';
import { measureInTurns, type Cost, type Side } from './in-turns.js';
import { createKeepAliveClient, type KeepAliveClient } from './keep-alive-client.js';
import type { MatrixDaemon } from './matrix-daemon.js';
import { installPeer } from './peer-packages.js';
import { percentile } from './statistics.js';
import { startSydent } from './sydent.js';

const published = 10_000;
const client = '/_matrix/client/v3';

/** What is compared, with how many requests, and the least ratio of the peer's to ours. */
interface Comparison {
  readonly name: string;
  readonly requests: number;
  /** How many are sent before that, until V8 has compiled what they need. */
  readonly warmUp?: number;
  readonly aim: { readonly of: keyof Cost; readonly atLeast: number } | undefined;
  readonly sides: readonly [ours: Side, theirs: Side];
}

/**
 * CPU and time per request beside Synapse and Sydent, which are installed on first use. Both sides
 * have the same users, addresses and tokens.
 */
export async function measurePeers(print: (line: string) => void): Promise<void> {
  const daemon = await startIdentityDaemon({ accounts: { limits: unlimitedLogins } });
  const synapse = await startSynapse({ python: installPeer('synapse') });
  const sydent = await startSydent();
  const clients = [daemon.gangway.url(), synapse.url, sydent.url].map(createKeepAliveClient);
  const [ours, theirs, sydents] = clients as [KeepAliveClient, KeepAliveClient, KeepAliveClient];
  const side = (peer: string, pid: number | undefined) => (work: () => Promise<unknown>) => ({
    name: peer,
    pid,
    async request() {
      await work();
    },
  });
  const [onGangway, onSynapse, onSydent] = [
    side('Gangway', daemon.gangway.pid()),
    side('Synapse', synapse.pid),
    side('Sydent', sydent.pid),
  ] as const;
  try {
    const bob = await synapse.register('bob');
    await synapse.addAddress(bob.mxid, 'email', 'bob@mail.example.test');
    await addAddress(daemon);
    const [one, other] = [
      await signIn(ours, daemon.user, daemon.password),
      await signIn(theirs, bob.mxid, bob.password),
    ];
    const get = (path: string): readonly [Side, Side] => [
      onGangway(() => ours.send('GET', path, { token: one.accessToken })),
      onSynapse(() => theirs.send('GET', path, { token: other.accessToken })),
    ];
    const aFifth = { of: 'cpu', atLeast: 5 } as const;
    const often = { requests: 1_000, warmUp: 3_000 } as const;
    const client3: readonly Comparison[] = [
      { ...often, name: 'GET /login', aim: aFifth, sides: get(`${client}/login`) },
      { ...often, name: 'whoami', aim: aFifth, sides: get(`${client}/account/whoami`) },
      { ...often, name: 'GET /account/3pid', aim: aFifth, sides: get(`${client}/account/3pid`) },
      {
        name: 'POST /refresh',
        requests: 400,
        aim: undefined,
        sides: [
          onGangway(refreshing(ours, await signInDevices(ours, daemon.user, daemon.password))),
          onSynapse(refreshing(theirs, await signInDevices(theirs, bob.mxid, bob.password))),
        ],
      },
      {
        name: 'POST /login',
        requests: 100,
        aim: undefined,
        sides: [
          onGangway(() => signIn(ours, daemon.user, daemon.password)),
          onSynapse(() => signIn(theirs, bob.mxid, bob.password)),
        ],
      },
    ];
    const [here, there] = [await publishAddresses(daemon, published), await sydent.publish(published)];
    const lookUps = [100, 1_000, published].map((count): Comparison => ({
      name: `lookup of ${count}`,
      requests: 100,
      warmUp: 50,
      aim: { of: 'median', atLeast: 3 },
      sides: [onGangway(() => lookUp(ours, here, count)), onSydent(() => lookUp(sydents, there, count))],
    }));
    const details: Comparison = {
      ...often,
      name: 'hash_details',
      aim: undefined,
      sides: [
        onGangway(() => ours.send('GET', `${identityApi}/hash_details`, { token: here.token })),
        onSydent(() => sydents.send('GET', `${identityApi}/hash_details`, { token: there.token })),
      ],
    };
    print('| request | peer | CPU, ours | CPU, theirs | ratio | median, ours | median, theirs | ratio | aim |');
    print('| --- | --- | --- | --- | --- | --- | --- | --- | --- |');
    for (const { name, requests, warmUp, aim, sides } of [...client3, ...lookUps, details]) {
      const [a, b] = (await measureInTurns(sides, requests, warmUp)) as [Cost, Cost];
      const ratio = { cpu: b.cpu / a.cpu, median: b.median / a.median };
      const met = aim && (ratio[aim.of] >= aim.atLeast ? 'met' : 'missed');
      const wanted = aim ? `${aim.of} ${aim.atLeast}: ${met}` : '';
      print(
        `| ${[name, sides[1].name, ms(a.cpu), ms(b.cpu), times(ratio.cpu), ms(a.median), ms(b.median), times(ratio.median), wanted].join(' | ')} |`,
      );
      if (name === 'POST /login') {
        const hashMs = await hashCost(new Secret(daemon.password));
        print(`POST /login takes ${(a.cpu / hashMs).toFixed(2)} times the CPU of its hash, ${ms(hashMs)} (aim: 1.1)`);
      }
    }
  } finally {
    for (const each of clients) each.close();
    await sydent.stop();
    await synapse.stop();
    await daemon.stop();
  }
}

const many = { max: 1_000_000, window_seconds: 1 };
const unlimitedLogins = { per_address: many, per_account: many, failures_per_account: many };

const ms = (value: number) => `${value.toFixed(2)} ms`;
const times = (value: number) => value.toFixed(1);

async function addAddress({ gangway, user }: MatrixDaemon): Promise<void> {
  const database = await gangway.openDatabase();
  await database.transaction((tx) =>
    tx.accountAddresses.insert({
      id: 'an-address',
      mxid: user as Mxid,
      medium: 'email',
      address: 'alice@mail.example.test',
      validatedAt: 0,
      addedAt: 0,
      telegramAccountId: undefined,
    }),
  );
  await database.close();
}

interface SignedIn {
  readonly accessToken: string;
  readonly refreshToken: string;
}

const signedIn = (text: string): SignedIn => {
  const { access_token, refresh_token } = JSON.parse(text) as { access_token: string; refresh_token: string };
  return { accessToken: access_token, refreshToken: refresh_token };
};

/**
 * Each login replaces the one before, so that neither side has more devices after more requests.
 */
async function signIn(to: KeepAliveClient, user: string, password: string, device = 'BENCH'): Promise<SignedIn> {
  const body = {
    type: 'm.login.password',
    identifier: { type: 'm.id.user', user },
    password,
    device_id: device,
    refresh_token: true,
  };
  return signedIn(await to.send('POST', `${client}/login`, { body }));
}

/** The daemon allows 30 refreshes of a login in ten minutes, so that there must be several. */
const refreshingDevices = 20;

async function signInDevices(to: KeepAliveClient, user: string, password: string): Promise<string[]> {
  const tokens: string[] = [];
  for (let device = 0; device < refreshingDevices; device += 1) {
    tokens.push((await signIn(to, user, password, `BENCH${device}`)).refreshToken);
  }
  return tokens;
}

function refreshing(to: KeepAliveClient, tokens: readonly string[]): () => Promise<void> {
  const waiting = [...tokens];
  return async () => {
    const body = { refresh_token: waiting.shift() };
    waiting.push(signedIn(await to.send('POST', `${client}/refresh`, { body })).refreshToken);
  };
}

async function lookUp(
  to: KeepAliveClient,
  { token, pepper, hashes }: PublishedAddresses,
  count: number,
): Promise<void> {
  const body = { algorithm: 'sha256', pepper, addresses: hashes.slice(0, count) };
  const { mappings } = JSON.parse(await to.send('POST', `${identityApi}/lookup`, { body, token })) as {
    mappings: Readonly<Record<string, string>>;
  };
  const found = Object.keys(mappings).length;
  if (found !== count) throw new Error(`${found} of ${count} addresses found`);
}

/** Returns the CPU time in milliseconds of one check of a password, as the daemon makes it. */
async function hashCost(password: Secret): Promise<number> {
  const hasher = createPasswordHasher({ maxConcurrent: 1, maxWaiting: 1, random: systemRandom });
  const phc = await hasher.hash(password);
  const costs: number[] = [];
  for (let time = 0; time < 30; time += 1) {
    const before = process.cpuUsage();
    await hasher.verify(phc, password, 'authenticated');
    const { user, system } = process.cpuUsage(before);
    costs.push((user + system) / 1_000);
  }
  return percentile(costs, 50);
}
