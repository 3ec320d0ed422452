import { setTimeout as delay } from 'node:timers/promises';
import { install, type Answer, type Installation } from '../test/support/daemon.js';
import type { SandboxProcess } from '../test/support/sandbox-process.js';
import { inspectHeap, inspected } from './heap-inspector.js';
import { residentMiB } from './process-usage.js';

const minuteMs = 60_000;
/** Caches and compiled code still grow in these. */
const warmUpMinutes = 2;
const pauseMs = 10;
const linkedUsers = 20;
const liveConnections = 10;
const unlimited = { max: 1_000_000, window_seconds: 1 };
const limits = { per_address: unlimited, per_account: unlimited, failures_per_account: unlimited };
const alice = '@alice:example.test';
const password = 'correct horse battery staple';

/**
 * Runs mixed load for so many minutes, and prints the heap of the daemon after each one. A leak
 * shows as growth after the first two: flat is within 5 %.
 */
export async function checkForLeaks(
  print: (line: string) => void,
  sandbox: SandboxProcess,
  minutes: number,
): Promise<void> {
  const gangway = await install(sandbox, {
    logging: { level: 'info' },
    accounts: { limits },
    login: { attempts_per_user: unlimited },
    telegram: { connection: { max_live_clients: liveConnections, idle_close_seconds: 3_600 } },
  });
  const options = process.env['NODE_OPTIONS'];
  try {
    process.env['NODE_OPTIONS'] = inspected;
    await gangway.start();
    process.env['NODE_OPTIONS'] = options ?? '';
    await gangway.addUser(alice, password);
    for (let user = 0; user < linkedUsers; user += 1) await logIn(gangway, user);
    const heap = await inspectHeap(gangway);
    const used: number[] = [];
    let requests = 0;
    for (let minute = 0; minute <= minutes; minute += 1) {
      const until = performance.now() + (minute === 0 ? 0 : minuteMs);
      while (performance.now() < until) {
        requests += await sendOneOfEach(gangway, requests);
        await delay(pauseMs);
      }
      used.push(await heap.usedMiB());
      const resident = await residentMiB(gangway.pid());
      print(
        `after ${minute} minutes, ${requests} requests: heap ${used.at(-1)?.toFixed(1)} MiB, ${resident.toFixed(0)} MiB resident`,
      );
    }
    heap.close();
    print(describeGrowth(used.slice(warmUpMinutes)));
  } finally {
    process.env['NODE_OPTIONS'] = options ?? '';
    await gangway.remove();
  }
}

/** Returns the slope of the least squares, and by how much the heap has grown along it. */
function describeGrowth(used: readonly number[]): string {
  const count = used.length;
  const [meanMinute, meanUsed] = [(count - 1) / 2, used.reduce((sum, value) => sum + value, 0) / count];
  const [covariance, variance] = used.reduce(
    ([both, one], value, minute) => [
      both + (minute - meanMinute) * (value - meanUsed),
      one + (minute - meanMinute) ** 2,
    ],
    [0, 0],
  );
  const slope = covariance / variance;
  const grown = (100 * slope * (count - 1)) / meanUsed;
  const verdict = Math.abs(grown) <= 5 ? 'flat within 5 %' : 'NOT flat';
  return `from minute ${warmUpMinutes}: ${slope.toFixed(3)} MiB a minute, ${grown.toFixed(1)} % in all: ${verdict}`;
}

const mxidOf = (user: number) => `@user${user}:example.test`;

async function logIn(gangway: Installation, user: number): Promise<void> {
  const phone = `+9996610${String(user).padStart(3, '0')}`;
  await expectStatus(200, gangway.login(mxidOf(user), 'request_code', { phone }));
  await expectStatus(200, gangway.login(mxidOf(user), 'send_code', { code: '11111' }));
}

/** Sends each kind of request once, and returns how many these are. */
async function sendOneOfEach(gangway: Installation, number: number): Promise<number> {
  const client = '/_matrix/client/v3';
  const identifier = { type: 'm.id.user', user: alice };
  const login = (secret: string) =>
    gangway.request('POST', `${client}/login`, { type: 'm.login.password', identifier, password: secret });
  await expectStatus(200, gangway.request('GET', '/_matrix/client/versions'));
  const { body } = await expectStatus(200, login(password));
  const token = String(body['access_token']);
  await expectStatus(200, gangway.request('GET', `${client}/account/whoami`, undefined, token));
  await expectStatus(200, gangway.request('GET', `${client}/account/3pid`, undefined, token));
  await expectStatus(200, gangway.request('POST', `${client}/logout`, {}, token));
  await expectStatus(403, login('wrong'));
  await expectStatus(401, gangway.request('GET', `${client}/account/whoami`, undefined, 'no token'));
  await expectStatus(404, gangway.request('GET', `/nothing/here/${number}`));
  // Half of the users have a live connection.
  await expectStatus(200, gangway.getMe(mxidOf(number % linkedUsers)));
  const other = linkedUsers + (number % 900);
  await logIn(gangway, other);
  await expectStatus(200, gangway.call('POST', `/v1/user/${mxidOf(other)}/logout`, {}));
  return 12;
}

async function expectStatus(status: number, sent: Promise<Answer>): Promise<Answer> {
  const answer = await sent;
  if (answer.status !== status) throw new Error(`${answer.status} instead of ${status}: ${answer.text}`);
  return answer;
}
