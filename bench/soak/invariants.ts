import { setTimeout as delay } from 'node:timers/promises';
import { Secret } from '../../src/base/secret.js';
import { parseMxid } from '../../src/base/mxid.js';
import { magicBotSecret, magicPasswords } from '../../src/sandbox/world/magic.js';
import { readState, sessionIn } from '../../src/login/login-codec.js';
import { readStoredSession } from '../../src/telegram/stored-session.js';
import { openTestDatabase } from '../../test/support/database.js';
import { keyIdOf } from '../../test/support/key-id.js';
import type { RunRecord } from './record.js';
import type { Requests } from './requests.js';
import type { VirtualUser } from './virtual-user.js';
import type { World } from './world.js';

const settleMs = 120_000;
const pollMs = 500;
/** How much of the log of a daemon that has ended is printed. */
const linesOfEnd = 20;

/** What must be true when a run has ended, all daemons run and no fault is left. */
export async function checkInvariants(
  world: World,
  { users, requests, record }: { users: readonly VirtualUser[]; requests: Requests; record: RunRecord },
): Promise<void> {
  if (!(await checkDaemons(world, record))) return;
  await checkUsers(users, requests, record);
  await checkSessions(world, users, record);
  for (const { key, maxConnections } of world.sandbox.control.keys()) {
    if (maxConnections > 1) record.violate(`auth key ${key}: ${maxConnections} connections at the same time`);
  }
  await checkLogs(world, users, record);
}

/** All daemons run: none has ended by itself. Returns whether that is so. */
async function checkDaemons({ daemons }: World, record: RunRecord): Promise<boolean> {
  const running = daemons.map(async (daemon, index) => {
    const status = await daemon.probe('live').catch(() => undefined);
    if (status === 200) return true;
    const lines = daemon.output().trimEnd().split('\n');
    const notable = lines.filter((line) => !/"level":"debug"|"message":"request"/.test(line));
    const last = notable.slice(-linesOfEnd).join('\n');
    record.violate(`daemon ${index} has ended by itself, at last:\n${last}`);
    return false;
  });
  return (await Promise.all(running)).every(Boolean);
}

/** Each user is in the state that the answers allow. */
async function checkUsers(users: readonly VirtualUser[], requests: Requests, record: RunRecord): Promise<void> {
  for (const { person, isLoggedIn } of users) {
    const { status } = await requests.send('GET', `/${person.mxid}/get_me`);
    const expected = isLoggedIn() ? 200 : 403;
    if (status !== expected) record.violate(`${person.mxid}: get_me ${status} instead of ${expected} in the end`);
  }
}

/** Each session that is authorized at Telegram is ours or the bridge's, and has one owner. */
async function checkSessions(world: World, users: readonly VirtualUser[], record: RunRecord): Promise<void> {
  const loggedIn = users.filter(({ isLoggedIn }) => isLoggedIn()).length;
  let differences: readonly string[] = [];
  for (const until = performance.now() + settleMs; performance.now() < until; await delay(pollMs)) {
    const stored = await keysStored(world, users);
    const atBridge = [...(world.bridge?.logins.values() ?? [])].map(({ telegram }) => keyIdOf(telegram.authKey));
    const linked = [...stored.linked, ...atBridge];
    const authorized = world.sandbox.control.sessions().map(({ key }) => key);
    differences = [
      ...linked.filter((key, index) => linked.indexOf(key) !== index).map((key) => `${key} has two owners`),
      ...linked.filter((key) => !authorized.includes(key)).map((key) => `${key} is stored, and not authorized`),
      ...authorized
        .filter((key) => !linked.includes(key) && !stored.ofProcesses.includes(key))
        .map((key) => `${key} is authorized, and stored nowhere`),
      ...(linked.length === loggedIn ? [] : [`${linked.length} sessions for ${loggedIn} users who are logged in`]),
    ];
    if (differences.length > 0) continue;
    const ending = authorized.filter((key) => !linked.includes(key));
    for (const _ of ending) record.count('sessions in the end that wait for their logout at Telegram');
    return;
  }
  for (const difference of differences) record.violate(`session ${difference}`);
}

/**
 * Returns the identifiers of the auth keys of linked accounts, and of login processes: those under
 * way, and ended ones whose session is not yet logged out at Telegram.
 */
async function keysStored(world: World, users: readonly VirtualUser[]) {
  const database = await openTestDatabase({
    uri: new Secret(world.databaseUri),
    encryption: { key: new Secret(world.encryptionKey), oldKeys: [] },
  });
  try {
    return await database.read(async ({ telegramAccounts, loginProcesses }) => {
      const linked: string[] = [];
      const ofProcesses: string[] = [];
      for (const { person } of users) {
        const owner = parseMxid(person.mxid);
        if (!owner) throw new Error(`not a Matrix ID: ${person.mxid}`);
        for (const { session } of await telegramAccounts.listByOwner(owner)) {
          if (session) linked.push(keyIdOf(readStoredSession(session).authKey.reveal()));
        }
        for (const { state } of await loginProcesses.listByOwner(owner, 0)) {
          const session = sessionIn(readState(state));
          if (session) ofProcesses.push(keyIdOf(readStoredSession(session).authKey.reveal()));
        }
      }
      return { linked, ofProcesses };
    });
  } finally {
    await database.close();
  }
}

/** No log contains a secret or a defect. */
async function checkLogs(world: World, users: readonly VirtualUser[], record: RunRecord): Promise<void> {
  const secrets = new Map([
    ['the shared secret', world.sharedSecret],
    ['the encryption key', world.encryptionKey],
    ['the cloud password', magicPasswords.password.password],
    ['the secret of a bot token', magicBotSecret],
    ...(world.bridge ? [['the secret of the bridge', world.bridge.sharedSecret] as const] : []),
    ...users.map(({ person }) => [`the phone number of ${person.mxid}`, person.phone.slice(1)] as const),
  ]);
  for (const [index, daemon] of world.daemons.entries()) {
    const log = await daemon.wholeOutput();
    for (const [what, secret] of secrets) {
      if (log.includes(secret)) record.violate(`${what} in the log of daemon ${index}`);
    }
    for (const line of log.split('\n')) {
      if (!line.includes('"level":"error"')) continue;
      const message = /"message":"([^"]*)"/.exec(line)?.[1] ?? line.slice(0, 200);
      record.count(`errors in the log: ${message}`);
      const isDefect = message === 'request failed' || message.includes('exception');
      if (isDefect) record.violate(`defect: ${line.slice(0, 500)}`);
    }
  }
}
