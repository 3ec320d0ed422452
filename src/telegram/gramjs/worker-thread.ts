import { Worker } from 'node:worker_threads';
import type { Logger } from '../../base/logger.js';
import { TelegramFailure } from '../failure.js';
import type { TelegramSession } from '../gateway.js';
import { decode, encode } from './codec.js';
import type { CallName, Calls, PlainError, Reply, Request } from './protocol.js';
import type { WorkerSettings } from './worker-settings.js';

/**
 * The result of a call to a worker. `session` is null if the worker has none for the connection.
 */
export type Answer<N extends CallName> =
  | { readonly ok: true; readonly session: TelegramSession | null; readonly result: Calls[N]['result'] }
  | { readonly ok: false; readonly session: TelegramSession | null; readonly failure: TelegramFailure };

/** Receives the events of a connection. */
export interface ConnectionListener {
  /** A call begins or ends to wait for its turn in the worker. */
  onTurn(waits: boolean): void;
  /** A QR code may have been scanned. */
  onLoginToken(): void;
}

/** A thread that runs gramjs. */
export interface WorkerThread {
  /**
   * Sends a call to the worker. Rejects for defects only: if the worker ends, each open call
   * returns `unreachable`.
   */
  call<N extends CallName>(connectionId: number, name: N, ...args: Calls[N]['args']): Promise<Answer<N>>;
  /**
   * Passes the events of this connection between calls and answers to `listener`. Returns the
   * function that stops it.
   */
  listen(connectionId: number, listener: ConnectionListener): () => void;
  /**
   * How many messages the worker has sent. A worker that hangs or that is still loading sends none.
   */
  messagesHeard(): number;
  /** Calls that are not answered yet. */
  openCalls(): number;
  /** Returns true after stop() or a crash. */
  hasEnded(): boolean;
  stop(): Promise<void>;
}

export interface WorkerThreadDeps {
  readonly url: URL;
  readonly settings: WorkerSettings;
  readonly logger: Logger;
}

interface OpenCall {
  readonly resolve: (reply: Extract<Reply, { type: 'result' | 'failure' }>) => void;
  readonly reject: (error: Error) => void;
}

export function startWorkerThread({ url, settings, logger }: WorkerThreadDeps): WorkerThread {
  const worker = new Worker(url, { workerData: settings, stdout: true, stderr: true });
  const open = new Map<number, OpenCall>();
  const listeners = new Map<number, ConnectionListener>();
  let heard = 0;
  let lastRequestId = 0;
  let ended = false;
  let stopping = false;

  const settle = (reply: Reply): void => {
    if (reply.type === 'log') {
      const { level, message, connectionId } = reply;
      const connection = connectionId === null ? {} : { connection: connectionId };
      return logger[level]('telegram worker log', { ...connection, text: message });
    }
    if (reply.type === 'turn') return listeners.get(reply.connectionId)?.onTurn(reply.waits);
    if (reply.type === 'login_token') return listeners.get(reply.connectionId)?.onLoginToken();
    const call = open.get(reply.requestId);
    if (call === undefined) return;
    open.delete(reply.requestId);
    if (reply.type === 'defect') call.reject(rebuild(reply.error));
    else call.resolve(reply);
  };

  const end = (reason: string): void => {
    ended = true;
    if (!stopping) logger.error('telegram worker ended', { reason, openCalls: open.size });
    const cause = { name: 'Error', message: `the Telegram worker ended: ${reason}`, frames: '' };
    for (const requestId of open.keys()) {
      settle({ type: 'failure', requestId, session: null, details: { kind: 'unreachable' }, cause });
    }
  };

  worker.on('message', (message: unknown) => {
    heard += 1;
    settle(decode(message) as Reply);
  });
  worker.on('error', (error) => logger.error('telegram worker failed', { error }));
  worker.on('exit', (code) => end(`exit code ${code}`));
  for (const stream of [worker.stdout, worker.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => logger.warn('telegram worker output', { text: text.slice(0, 500) }));
  }

  return {
    async call<N extends CallName>(connectionId: number, name: N, ...args: Calls[N]['args']): Promise<Answer<N>> {
      if (ended) return { ok: false, session: null, failure: new TelegramFailure({ kind: 'unreachable' }) };
      lastRequestId += 1;
      const request: Request<N> = { requestId: lastRequestId, connectionId, name, args };
      const reply = await new Promise<Parameters<OpenCall['resolve']>[0]>((resolve, reject) => {
        open.set(request.requestId, { resolve, reject });
        worker.postMessage(encode(request));
      });
      const { session } = reply;
      // The worker answers each call with the result type of its name.
      if (reply.type === 'result') return { ok: true, session, result: reply.result as Calls[N]['result'] };
      const cause = reply.cause === null ? {} : { cause: rebuild(reply.cause) };
      return { ok: false, session, failure: new TelegramFailure(reply.details, cause) };
    },
    listen(connectionId, listener) {
      listeners.set(connectionId, listener);
      return () => void listeners.delete(connectionId);
    },
    messagesHeard: () => heard,
    openCalls: () => open.size,
    hasEnded: () => ended,
    async stop() {
      stopping = true;
      await worker.terminate();
    },
  };
}

function rebuild({ name, message, frames }: PlainError): Error {
  const error = new Error(message);
  error.name = name;
  error.stack = `${name}: ${message}\n${frames}`;
  return error;
}
