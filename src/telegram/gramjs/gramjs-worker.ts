import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { helpers } from 'telegram';
import { _serverKeys } from 'telegram/crypto/RSA.js';
import { systemClock } from '../../base/clock.js';
import { KeyedMutex } from '../../base/keyed-mutex.js';
import { TelegramFailure } from '../failure.js';
import type { TelegramSession } from '../gateway.js';
import type { QuietClient } from './client.js';
import { decode, encode } from './codec.js';
import { LiveClient } from './live-client.js';
import { operations } from './operations.js';
import { createSaltCache } from '../salt-cache.js';
import type { PlainError, Reply, Request } from './protocol.js';
import { printable } from './quiet-logger.js';
import { explain } from './rpc-failure.js';
import { createTurns } from '../turns.js';
import type { WorkerSettings } from './worker-settings.js';

if (parentPort === null) throw new Error('this module runs as a worker thread only');
const port = parentPort;
const settings = workerData as WorkerSettings;
const clients = new Map<number, LiveClient>();
const calls = new KeyedMutex();
const turns = createTurns(systemClock);
const salts = createSaltCache();

for (const { fingerprint, modulus, exponent } of settings.publicKeys) {
  _serverKeys.set(fingerprint, { n: helpers.readBigIntFromBuffer(Buffer.from(modulus), false), e: exponent });
}

// The console output of gramjs may contain values that it was given, so only the type of the output
// is logged.
const printed = (what: unknown) => {
  log('debug', `gramjs console output of type ${what instanceof Error ? what.name : typeof what}`, null);
};
for (const method of ['debug', 'log', 'info', 'warn', 'error', 'trace'] as const) console[method] = printed;

// gramjs does not handle rejections in its loops; a rejection must not end the worker and all its
// connections.
process.on('unhandledRejection', (reason) => log('debug', `unhandled rejection in gramjs: ${String(reason)}`, null));

lowerPriority();

port.on('message', (message: unknown) => {
  const request = decode(message) as Request;
  const { requestId, connectionId } = request;
  answer(request).then(
    (result) => send({ type: 'result', requestId, session: sessionOf(connectionId), result }),
    (error: unknown) => sendError(request, explain(error)),
  );
});

/** If processors are scarce, the thread that answers requests has priority. */
function lowerPriority(): void {
  // Only on Linux is this the priority of the calling thread. Elsewhere it is that of the whole
  // process.
  if (process.platform !== 'linux') return;
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  } catch (error) {
    log('debug', `worker priority not lowered: ${String(error)}`, null);
  }
}

async function answer({ connectionId, name, args }: Request): Promise<unknown> {
  switch (name) {
    case 'connect':
      return connect(connectionId, ...args);
    case 'destroy':
      return destroy(connectionId);
    default: {
      // The arguments are those of the named operation.
      const operation: (client: QuietClient, ...args: never[]) => Promise<unknown> = operations[name];
      return run(connectionId, (client) => operation(client, ...(args as never[])));
    }
  }
}

async function connect(connectionId: number, session: TelegramSession | null): Promise<null> {
  const client = new LiveClient({
    settings,
    session,
    turns,
    salts,
    log: (level, message) => log(level, message, connectionId),
    onTurn: (waits) => send({ type: 'turn', connectionId, waits }),
    onLoginToken: () => send({ type: 'login_token', connectionId }),
  });
  clients.set(connectionId, client);
  try {
    await client.open();
  } catch (error) {
    clients.delete(connectionId);
    throw error;
  }
  return null;
}

async function destroy(connectionId: number): Promise<null> {
  const client = clients.get(connectionId);
  clients.delete(connectionId);
  await client?.destroy();
  return null;
}

async function run<T>(connectionId: number, work: Parameters<typeof LiveClient.prototype.run<T>>[0]): Promise<T> {
  const client = clients.get(connectionId);
  if (client === undefined) throw new TelegramFailure({ kind: 'unreachable' });
  return calls.run(String(connectionId), () => client.run(work));
}

function sessionOf(connectionId: number): TelegramSession | null {
  return clients.get(connectionId)?.session ?? null;
}

function sendError({ requestId, connectionId }: Request, error: unknown): void {
  if (!(error instanceof TelegramFailure)) return send({ type: 'defect', requestId, error: plain(error) });
  const cause = error.cause === undefined ? null : plain(error.cause);
  send({ type: 'failure', requestId, session: sessionOf(connectionId), details: error.details, cause });
}

function log(level: 'warn' | 'debug', message: string, connectionId: number | null): void {
  if (level === 'debug' && !settings.logsDebug) return;
  send({ type: 'log', level, message: printable(message), connectionId });
}

function send(reply: Reply): void {
  port.postMessage(encode(reply));
}

function plain(error: unknown): PlainError {
  if (!(error instanceof Error)) return { name: 'Error', message: printable(String(error)), frames: '' };
  const frames = error.stack?.split('\n').filter((line) => /^ +at /.test(line)) ?? [];
  return { name: error.name, message: printable(error.message), frames: frames.join('\n') };
}
