import { tmpdir } from 'node:os';
import { install, type Answer, type Installation } from '../test/support/daemon.js';
import { startPostgresServer } from '../test/support/postgres-server.js';
import { startSandboxProcess, type SandboxProcess } from '../test/support/sandbox-process.js';
import { cpuMs } from './process-usage.js';

const clientCounts = [1, 4, 16, 64];
const warmUpMs = 1_000;
const measuredMs = 4_000;
/** Each client has so many Telegram accounts, which log in one after the other. */
const accountsOfClient = 15;
const unlimited = { max: 1_000_000, window_seconds: 1 };
const alice = '@alice:example.test';
const password = 'correct horse battery staple';
const client = '/_matrix/client/v3';

/** Does the work of one client once. Returns the answer that must be 200. */
type Work = (clientNumber: number, round: number) => Promise<Answer>;

/**
 * Requests and logins per second of as many clients at once, each of which begins when its last
 * one has ended, on SQLite and on PostgreSQL. Both write to disk at each commit.
 */
export async function measureScale(print: (line: string) => void): Promise<void> {
  const sandbox = await startSandboxProcess();
  const postgres = await startPostgresServer(tmpdir());
  const databases = [
    { name: 'SQLite', uri: 'sqlite:gangway.db' },
    ...(postgres === undefined ? [] : [{ name: 'PostgreSQL', uri: postgres.uri }]),
  ];
  try {
    const counts = clientCounts.map((count) => (count === 1 ? '1 client' : `${count} clients`));
    print(`| per second | ${counts.join(' | ')} |`);
    print(`| --- | ${counts.map(() => '---').join(' | ')} |`);
    for (const { name, uri } of databases) await measureDatabase(print, sandbox, name, uri);
  } finally {
    await postgres?.stop();
    await sandbox.stop();
  }
}

async function measureDatabase(
  print: (line: string) => void,
  sandbox: SandboxProcess,
  name: string,
  uri: string,
): Promise<void> {
  const gangway = await install(sandbox, {
    logging: { level: 'info' },
    database: { uri },
    accounts: { limits: { per_address: unlimited, per_account: unlimited, failures_per_account: unlimited } },
    login: { attempts_per_user: unlimited },
  });
  try {
    await gangway.start();
    await gangway.addUser(alice, password);
    const { body } = await logInToMatrix(gangway, 0);
    const token = String(body['access_token']);
    const works: Readonly<Record<string, Work>> = {
      whoami: () => gangway.request('GET', `${client}/account/whoami`, undefined, token),
      'POST /login': (clientNumber) => logInToMatrix(gangway, clientNumber),
      'Telegram login': (clientNumber, round) => logInToTelegram(gangway, clientNumber, round),
    };
    for (const [what, work] of Object.entries(works)) {
      const cells: string[] = [];
      for (const count of clientCounts) cells.push(await measure(gangway, count, work));
      print(`| ${name}, ${what} | ${cells.join(' | ')} |`);
    }
  } finally {
    await gangway.remove();
  }
}

/** Returns how many succeed per second, the CPU time of one, and how many are refused. */
async function measure(gangway: Installation, clients: number, work: Work): Promise<string> {
  let [succeeded, refused] = [0, 0];
  const begunAt = performance.now() + warmUpMs;
  let cpu = cpuMs(gangway.pid());
  const runClient = async (clientNumber: number): Promise<void> => {
    for (let round = 0; performance.now() < begunAt + measuredMs; round += 1) {
      const { status } = await work(clientNumber, round);
      if (performance.now() < begunAt) cpu = cpuMs(gangway.pid());
      else if (status === 200) succeeded += 1;
      else refused += 1;
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, number) => runClient(number)));
  const used = (await cpuMs(gangway.pid())) - (await cpu);
  const seconds = (performance.now() - begunAt) / 1_000;
  const rate = (succeeded / seconds).toFixed(succeeded / seconds < 100 ? 1 : 0);
  return `${rate} (${(used / succeeded).toFixed(1)} ms${refused > 0 ? `, ${refused} refused` : ''})`;
}

function logInToMatrix(gangway: Installation, clientNumber: number): Promise<Answer> {
  const identifier = { type: 'm.id.user', user: alice };
  const device = { device_id: `BENCH${clientNumber}` };
  return gangway.request('POST', `${client}/login`, { type: 'm.login.password', identifier, password, ...device });
}

async function logInToTelegram(gangway: Installation, clientNumber: number, round: number): Promise<Answer> {
  const account = clientNumber * accountsOfClient + (round % accountsOfClient);
  const mxid = `@user${account}:example.test`;
  const sent = await gangway.login(mxid, 'request_code', { phone: `+9996610${String(account).padStart(3, '0')}` });
  if (sent.status !== 200) return sent;
  const answer = await gangway.login(mxid, 'send_code', { code: '11111' });
  if (answer.status === 200) await gangway.call('POST', `/v1/user/${mxid}/logout`, {});
  return answer;
}
