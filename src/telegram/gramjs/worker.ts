import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { helpers } from 'telegram';
import { _serverKeys } from 'telegram/crypto/RSA.js';
import { systemClock } from '../../base/clock.js';
import { KeyedMutex } from '../../base/keyed-mutex.js';
import { TelegramFailure } from '../failure.js';
import { LiveClient } from './live-client.js';
import { operations } from './operations.js';
import type { CallName, Calls, PlainError, Reply, Request, WorkerSettings } from './protocol.js';
import { printable } from './quiet-logger.js';
import { explain } from './rpc-failure.js';
import { createTurns } from './turns.js';

if (parentPort === null) throw new Error('this module runs as a worker thread only');
const port = parentPort;
const settings = workerData as WorkerSettings;
const clients = new Map<number, LiveClient>();
const calls = new KeyedMutex();
const turns = createTurns(systemClock);

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

port.on('message', (request: Request) => {
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

async function answer(request: Request): Promise<Calls[CallName]['result']> {
  switch (request.name) {
    case 'connect':
      return connect(request.connectionId, request.args.session);
    case 'destroy':
      return destroy(request.connectionId);
    case 'ping':
      return null;
    case 'sendCode':
      return run(request.connectionId, (client) => operations.sendCode(client, request.args));
    case 'resendCode':
      return run(request.connectionId, (client) => operations.resendCode(client, request.args));
    case 'exportLoginToken':
      return run(request.connectionId, (client) => operations.exportLoginToken(client, request.args));
    case 'importLoginToken':
      return run(request.connectionId, (client) => operations.importLoginToken(client, request.args));
    case 'contacts':
      return run(request.connectionId, (client) => operations.contacts(client, request.args));
    case 'chats':
      return run(request.connectionId, (client) => operations.chats(client, request.args));
    case 'findByUsername':
      return run(request.connectionId, (client) => operations.findByUsername(client, request.args));
    case 'findByPhone':
      return run(request.connectionId, (client) => operations.findByPhone(client, request.args));
    case 'searchUsers':
      return run(request.connectionId, (client) => operations.searchUsers(client, request.args));
    case 'signIn':
      return run(request.connectionId, (client) => operations.signIn(client, request.args));
    case 'checkPassword':
      return run(request.connectionId, (client) => operations.checkPassword(client, request.args));
    case 'signInBot':
      return run(request.connectionId, (client) => operations.signInBot(client, request.args));
    case 'getMe':
      return run(request.connectionId, (client) => operations.getMe(client, request.args));
    case 'logOut':
      return run(request.connectionId, (client) => operations.logOut(client, request.args));
  }
}

async function connect(connectionId: number, session: string | null): Promise<null> {
  const client = new LiveClient({
    settings,
    session,
    turns,
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

function sessionOf(connectionId: number): string | null {
  return clients.get(connectionId)?.session ?? null;
}

function sendError({ requestId, connectionId }: Request, error: unknown): void {
  if (!(error instanceof TelegramFailure)) return send({ type: 'defect', requestId, error: plain(error) });
  const cause = error.cause === undefined ? null : plain(error.cause);
  send({ type: 'failure', requestId, session: sessionOf(connectionId), fault: error.fact, cause });
}

function log(level: 'warn' | 'debug', message: string, connectionId: number | null): void {
  send({ type: 'log', level, message: printable(message), connectionId });
}

function send(reply: Reply): void {
  port.postMessage(reply);
}

function plain(error: unknown): PlainError {
  if (!(error instanceof Error)) return { name: 'Error', message: printable(String(error)), frames: '' };
  const frames = error.stack?.split('\n').filter((line) => /^ +at /.test(line)) ?? [];
  return { name: error.name, message: printable(error.message), frames: frames.join('\n') };
}
