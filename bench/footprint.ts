import { setTimeout as delay } from 'node:timers/promises';
import type { Mxid } from '../src/base/mxid.js';
import { Secret } from '../src/base/secret.js';
import { install, type Installation } from '../test/support/daemon.js';
import { startSandboxProcess, type SandboxProcess } from '../test/support/sandbox-process.js';
import { createKeepAliveClient } from './keep-alive-client.js';
import { checkForLeaks } from './leak-check.js';
import { cpuMs, residentMiB } from './process-usage.js';
import { percentile } from './statistics.js';

const starts = 5;
const settlingMs = 3_000;
const logins = 20;
const requests = 10_000;
const storedSessions = 100_000;
const batch = 1_000;

/**
 * What the daemon takes to start, and its memory: idle, with live Telegram connections, after
 * requests, with 100,000 stored sessions, and during so many minutes of load.
 */
export async function measureFootprint(print: (line: string) => void, minutes: number): Promise<void> {
  const sandbox = await startSandboxProcess();
  try {
    const gangway = await installed(sandbox);
    try {
      print(`start: ${await describeStarts(gangway)}`);
      print(`idle: ${await memory(gangway)}`);
      await logInAll(gangway);
      print(`after ${logins} logins, with live connections: ${await memory(gangway)}`);
      await sendRequests(gangway);
      print(`after ${requests} requests: ${await memory(gangway)}`);
      await gangway.stop();
      await storeSessions(gangway);
      print(`start with ${storedSessions} sessions: ${await describeStarts(gangway)}`);
      print(`idle: ${await memory(gangway)}`);
    } finally {
      await gangway.remove();
    }
    await checkForLeaks(print, sandbox, minutes);
  } finally {
    await sandbox.stop();
  }
}

function installed(sandbox: SandboxProcess): Promise<Installation> {
  return install(sandbox, {
    logging: { level: 'info' },
    login: { attempts_per_user: { max: 1_000_000, window_seconds: 1 } },
    telegram: { connection: { max_live_clients: logins, idle_close_seconds: 3_600 } },
  });
}

/** Starts the daemon several times, and leaves it running. */
async function describeStarts(gangway: Installation): Promise<string> {
  const cpu: number[] = [];
  const times: number[] = [];
  for (let start = 1; start <= starts; start += 1) {
    const begunAt = performance.now();
    await gangway.start();
    times.push(performance.now() - begunAt);
    await delay(settlingMs);
    cpu.push(await cpuMs(gangway.pid()));
    if (start < starts) await gangway.stop();
  }
  const [cpuMedian, timeMedian] = [cpu, times].map((values) => percentile(values, 50).toFixed(0));
  return `${cpuMedian} ms of CPU, listens after ${timeMedian} ms (medians of ${starts})`;
}

async function memory(gangway: Installation): Promise<string> {
  await delay(settlingMs);
  return `${(await residentMiB(gangway.pid())).toFixed(0)} MiB resident`;
}

async function logInAll(gangway: Installation): Promise<void> {
  for (let number = 0; number < logins; number += 1) {
    const mxid = `@user${number}:example.test`;
    // A magic number of data centre 2 without a password.
    const phone = `+9996620${String(number).padStart(3, '0')}`;
    await gangway.login(mxid, 'request_code', { phone });
    const { status, text } = await gangway.login(mxid, 'send_code', { code: '22222' });
    if (status !== 200) throw new Error(`send_code: ${status} ${text}`);
  }
}

async function sendRequests(gangway: Installation): Promise<void> {
  const client = createKeepAliveClient(gangway.url());
  for (let sent = 0; sent < requests; sent += 1) await client.send('GET', '/_matrix/client/versions');
  client.close();
}

/** Inserts accounts with a session each, as logins would have left them. */
async function storeSessions(gangway: Installation): Promise<void> {
  const database = await gangway.openDatabase();
  const session = new Secret('x'.repeat(370));
  const profile = new Secret('{"id":"1"}');
  for (let from = 0; from < storedSessions; from += batch) {
    await database.transaction(async (tx) => {
      for (let index = from; index < from + batch; index += 1) {
        const times = { createdAt: 0, updatedAt: 0 };
        const owner = `@stored${index}:example.test` as Mxid;
        const account = { id: `stored${index}`, owner, telegramUserId: `9${index}`, session, profile, ...times };
        await tx.telegramAccounts.insert({ ...account, heldBy: 'gangway' });
      }
    });
  }
  await database.close();
}
