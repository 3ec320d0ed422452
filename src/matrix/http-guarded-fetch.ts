import { request as sendRequest, type IncomingMessage } from 'node:http';
import { isIP, type Socket } from 'node:net';
import type { Clock } from '../base/clock.js';
import { DeadlineExceeded } from '../base/deadline.js';
import { networkOf } from '../base/ip-networks.js';
import { type QueueBounds, QueueFull, shareOf, WorkQueue } from '../base/work-queue.js';
import { connectTo } from './connect.js';
import { createDns, type LookUpAddresses } from './dns.js';
import { FederationFailure } from './federation-failure.js';
import type { GuardedAnswer, GuardedFetch, GuardedRequest } from './guarded-fetch.js';
import { createAddressGuard } from './public-addresses.js';
import { readCapped } from '../base/read-capped.js';

export interface GuardedFetchDeps {
  /** Addresses and CIDR ranges that may be reached although they are not public. */
  readonly allowedNetworks: readonly string[];
  /** How long one request may take, its turn and its answer included. */
  readonly deadlineMs: number;
  /** The longest body of an answer. */
  readonly maxBytes: number;
  readonly clock: Clock;
  /**
   * How many requests may run at a time. Defaults to 64, and 256 that wait. Each destination
   * gets a part of it.
   */
  readonly bounds?: QueueBounds;
  /** Defaults to the DNS. */
  readonly lookUp?: LookUpAddresses;
  /** Certificate authorities in PEM instead of those of Node. */
  readonly ca?: string;
}

const defaultBounds: QueueBounds = { maxConcurrent: 64, maxWaiting: 256 };
/**
 * Of the bounds, for one name, for one network, and for look-ups of one domain: a server that is
 * silent holds up others as little.
 */
const partOfDestination = 1 / 8;
const destinationPrefixes = { ipv4: 32, ipv6: 48 } as const;
const maxHeaderBytes = 16 * 1024;

/**
 * Guarded requests over HTTP/1.1, on connections of their own. No proxy of the environment is used,
 * and no content coding unpacked.
 */
export function createGuardedFetch(deps: GuardedFetchDeps): GuardedFetch {
  const { deadlineMs, maxBytes, clock, bounds = defaultBounds, lookUp = createDns().lookUp, ca } = deps;
  const mayReach = createAddressGuard(deps.allowedNetworks);
  const lookUps = new WorkQueue(bounds);
  const queue = new WorkQueue(bounds);
  const shareFor = (key: string) => shareOf(bounds, key, partOfDestination);

  async function send(request: GuardedRequest, signal: AbortSignal): Promise<GuardedAnswer> {
    const { url, connectTo: elsewhere } = request;
    const name = bareHost(url.hostname);
    const host = bareHost(elsewhere?.host ?? name);
    const addresses = await addressesOf(host, signal);
    const parties = new Set([name, host, ...addresses.map((address) => networkOf(address, destinationPrefixes))]);
    return queue.run(() => exchange(request, addresses, signal), { shares: [...parties].map(shareFor), signal });
  }

  async function exchange(
    request: GuardedRequest,
    addresses: readonly string[],
    signal: AbortSignal,
  ): Promise<GuardedAnswer> {
    const { url, connectTo: elsewhere } = request;
    const isSecure = url.protocol === 'https:';
    const port = elsewhere?.port ?? Number(url.port || (isSecure ? 443 : 80));
    const certificateName = isSecure ? bareHost(url.hostname) : undefined;
    const socket = await connectTo({ addresses, port, certificateName, ca }, signal);
    try {
      const response = await responseTo(request, socket, signal);
      const text = await readCapped(response, maxBytes);
      if (text === undefined) throw unfit(`more than ${maxBytes} bytes`);
      return { status: response.statusCode ?? 0, headers: headersOf(response), text };
    } finally {
      socket.destroy();
    }
  }

  async function addressesOf(host: string, signal: AbortSignal): Promise<readonly string[]> {
    const addresses = isIP(host) === 0 ? await found(host, signal) : [host];
    if (addresses.length === 0) throw new Error(`${host} has no address`);
    const refused = addresses.find((address) => !mayReach(address));
    if (refused === undefined) return addresses;
    const cause = new Error(`${host} leads to ${refused}, which is no public address`);
    throw new FederationFailure({ kind: 'address_refused' }, { cause });
  }

  function found(host: string, signal: AbortSignal): Promise<readonly string[]> {
    const shares = [shareFor(domainOf(host))];
    return lookUps.run(() => unlessAborted(signal, lookUp(host)), { shares, signal });
  }

  return async (request) => {
    if (!['http:', 'https:'].includes(request.url.protocol)) throw new TypeError(`no HTTP: ${request.url.protocol}`);
    const controller = new AbortController();
    const { signal } = controller;
    const cancel = clock.after(deadlineMs, () => controller.abort(new DeadlineExceeded(deadlineMs)));
    try {
      return await send(request, signal);
    } catch (error) {
      throw failureOf(error, signal.aborted ? deadlineMs : undefined);
    } finally {
      cancel();
    }
  };
}

function failureOf(error: unknown, lateMs: number | undefined): FederationFailure {
  if (error instanceof FederationFailure) return error;
  if (error instanceof QueueFull) return new FederationFailure({ kind: 'overloaded' }, { cause: error });
  if (lateMs !== undefined) return new FederationFailure({ kind: 'no_answer', afterMs: lateMs }, { cause: error });
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code.startsWith('HPE_')) return unfit(code === 'HPE_HEADER_OVERFLOW' ? 'too long headers' : 'no HTTP', error);
  return new FederationFailure({ kind: 'no_connection' }, { cause: error });
}

function responseTo(asked: GuardedRequest, socket: Socket, signal: AbortSignal): Promise<IncomingMessage> {
  const { method, url, headers = {}, body } = asked;
  return new Promise((resolve, reject) => {
    const request = sendRequest({
      createConnection: () => socket,
      method,
      path: `${url.pathname}${url.search}`,
      headers: {
        Accept: 'application/json',
        'User-Agent': 'Gangway',
        ...headers,
        Host: url.host,
        'Accept-Encoding': 'identity',
        Connection: 'close',
      },
      maxHeaderSize: maxHeaderBytes,
      insecureHTTPParser: false,
      signal,
    });
    request.once('response', resolve);
    request.on('error', reject);
    request.once('upgrade', () => reject(unfit('another protocol')));
    request.end(body);
  });
}

function headersOf(response: IncomingMessage): Record<string, string> {
  const lines = Object.entries(response.headers).map(([name, value]) => [name, [value].flat().join(', ')]);
  return Object.fromEntries(lines) as Record<string, string>;
}

function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

// Returns an IPv6 address stands in brackets in URLs, and a name may end in the dot of the root,
// which certificates do without.
function bareHost(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}

/** What stands for all names that one name server may answer for, as far as names show that. */
function domainOf(host: string): string {
  return host.split('.').slice(-2).join('.');
}

function unfit(problem: string, cause?: unknown): FederationFailure {
  return new FederationFailure({ kind: 'answer_unfit', problem }, { cause });
}
