import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../../src/base/clock.js';
import type { KnownSandbox } from '../mtcute-on-sandbox.js';
import { allFlows, errors, telegramNetwork, type BridgeAnswer } from './answers.js';
import { createBridgeFaults, type BridgeFailureDetails, type BridgePoint } from './faults.js';
import { createStandInLogins, type StandInLogin } from './logins.js';
import { createStandInProcesses } from './processes.js';
import { createRouter } from './routes.js';
import { anotherTurn } from '../another-turn.js';

/** Options of a stand-in that differ from an ordinary bridge. */
export interface StandInBridgeOptions {
  readonly sandbox: KnownSandbox;
  /**
   * Its `provisioning.shared_secret`. A bridge disables its provisioning API if it has fewer than
   * 16 characters.
   */
  readonly sharedSecret?: string;
  /** Default example.test. */
  readonly homeserver?: string;
  /** The users who may log in; default all users of the homeserver. */
  readonly allows?: (mxid: string) => boolean;
  readonly maxLogins?: number;
  /** The IDs of its login flows; an old bridge has no `manual`. */
  readonly flows?: readonly string[];
  /** Members of `network` that differ. */
  readonly network?: Readonly<Record<string, unknown>>;
  /** Default 0, a free port. */
  readonly port?: number;
}

/** A request as it was received. */
export interface BridgeRequest {
  readonly point: BridgePoint | undefined;
  readonly mxid: string;
  /** Path and query, not decoded. */
  readonly uri: string;
  readonly body: string;
}

/** A stand-in for mautrix-telegram: its provisioning API, and real logins on the sandbox. */
export interface StandInBridge {
  /** Without a slash at the end. */
  readonly url: string;
  readonly sharedSecret: string;
  readonly requests: readonly BridgeRequest[];
  /** By Telegram user ID. */
  readonly logins: ReadonlyMap<string, StandInLogin>;
  processCount(): number;
  /** Makes the next request of that kind fail in this way. */
  fail(point: BridgePoint, fault: BridgeFailureDetails): void;
  clearFaults(): void;
  /** Closes the port and all connections of clients; the logins stay connected to Telegram. */
  goDown(): Promise<void>;
  comeUp(): Promise<void>;
  /** Ends the login processes and reconnects the logins. The port is closed meanwhile. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const prefix = '/_matrix/provision/v3/';

/** Starts a stand-in on loopback. The caller stops it. */
export async function startStandInBridge(options: StandInBridgeOptions): Promise<StandInBridge> {
  const { sandbox, homeserver = 'example.test', allows = (mxid) => mxid.endsWith(`:${homeserver}`) } = options;
  const { sharedSecret = 'the-secret-of-the-stand-in-bridge', flows = allFlows.map(({ id }) => id) } = options;
  const faults = createBridgeFaults();
  const logins = createStandInLogins(sandbox);
  const processes = createStandInProcesses((mxid, session) => logins.add(mxid, session));
  const requests: BridgeRequest[] = [];
  const route = createRouter({
    logins,
    processes,
    homeserver,
    flows: allFlows.filter(({ id }) => flows.includes(id)),
    network: { ...telegramNetwork, ...options.network },
    maxLogins: options.maxLogins ?? Infinity,
    clock: systemClock,
  });

  async function answer(incoming: IncomingMessage, response: ServerResponse, body: string): Promise<void> {
    const { url: uri = '', method = '' } = incoming;
    const url = new URL(uri, 'http://bridge');
    const mxid = url.searchParams.get('user_id') ?? '';
    const path = url.pathname.startsWith(prefix) ? url.pathname.slice(prefix.length).split('/') : [];
    const found = route(method, path.map(decodeURIComponent));
    requests.push({ point: found.point, mxid, uri, body });
    const send = (reply: BridgeAnswer) => sendText(response, reply.status, JSON.stringify(reply.body));
    const refusal = refusalOf(incoming.headers.authorization, mxid);
    if (refusal) return send(refusal);
    if (!('act' in found)) return send(found.answer);

    const fault = faults.take(found.point);
    if (fault?.kind === 'drop') return void incoming.socket.destroy();
    if (fault?.kind === 'answer') return sendText(response, fault.status, fault.text, fault.headers);
    if (found.point !== 'step') {
      if (fault?.kind === 'internal_error') return send(errors.internal('Internal error', fault.reason));
      if (fault?.kind === 'slow') await fault.until;
    }
    const reply = await found.act({ mxid, query: url.searchParams, body, fault });
    if (fault?.kind === 'lose_answer') return void incoming.socket.destroy();
    send(reply);
  }

  function refusalOf(authorization: string | undefined, mxid: string): BridgeAnswer | undefined {
    if (sharedSecret.length < 16) return errors.disabled;
    const token = (authorization ?? '').replace(/^Bearer /, '');
    if (token === '') return errors.missingToken;
    if (token !== sharedSecret) return errors.unknownToken;
    return allows(mxid) ? undefined : errors.noPermission;
  }

  const server = createServer((incoming, response) => {
    let body = '';
    incoming.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    incoming.on('error', () => undefined);
    incoming.on('end', () => {
      answer(incoming, response, body).catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        const { status, body: text } = errors.internal('Internal error', reason);
        if (!response.headersSent) sendText(response, status, JSON.stringify(text));
      });
    });
  });
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
  async function close(): Promise<void> {
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
    // A client in this process needs a few turns to close its end of each connection.
    for (let turn = 0; turn < 5; turn += 1) await anotherTurn();
  }
  await listen(options.port ?? 0);
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    sharedSecret,
    requests,
    logins: logins.all,
    processCount: () => processes.count(),
    fail: (point, fault) => faults.add(point, fault),
    clearFaults: () => faults.clear(),
    goDown: close,
    comeUp: () => listen(port),
    async restart() {
      await close();
      processes.endAll();
      await logins.reconnect();
      await listen(port);
    },
    async stop() {
      await close();
      processes.endAll();
      await logins.close();
    },
  };
}

function sendText(response: ServerResponse, status: number, text: string, headers = {}): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(text);
}
