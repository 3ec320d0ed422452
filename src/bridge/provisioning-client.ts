import { Agent as HttpAgent, request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { Clock } from '../base/clock.js';
import { DeadlineExceeded } from '../base/deadline.js';
import type { Mxid } from '../base/mxid.js';
import { readCapped } from '../base/read-capped.js';
import type { Secret } from '../base/secret.js';
import { BridgeFailure } from './failure.js';

/** What createProvisioningClient needs. */
export interface ProvisioningClientDeps {
  /** Base URL of the bridge's listener, without a slash at the end. */
  readonly address: string;
  /** The bridge's `provisioning.shared_secret`. */
  readonly sharedSecret: Secret;
  readonly clock: Clock;
}

/** One request to the bridge's provisioning API. */
export interface ProvisioningRequest {
  /** The Matrix user in whose name the request is made. */
  readonly mxid: Mxid;
  readonly method: 'GET' | 'POST';
  /** The segments of the path below `/_matrix/provision/v3`, not encoded. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: Readonly<Record<string, unknown>>;
  /** Whether the answer may be a list, which is then the member `list` of its body. */
  readonly isList?: boolean | undefined;
  /** How long the whole of the answer may take. */
  readonly deadlineMs: number;
}

/** An answer whose body is a JSON object. */
export interface ProvisioningAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * Sends one request. Throws BridgeFailure `bridge_unreachable` if no answer of the bridge arrives
 * in time, and `bridge_answer_invalid` if the answer is no JSON object of at most 1 MiB. Returns
 * answers of any status otherwise.
 */
export type ProvisioningClient = (request: ProvisioningRequest) => Promise<ProvisioningAnswer>;

const maxAnswerBytes = 1024 * 1024;
/** Less than the 5 seconds after which many servers close an idle connection. */
const idleCloseMs = 4_000;
/** A gateway has no answer of the bridge, or one of them limits the rate. */
const statusesWithoutAnswer: readonly number[] = [429, 502, 503, 504];
/** The errcode of a 504 that is written by the bridge itself: its work goes on. */
export const backfillTimeout = 'FI.MAU.BRIDGE_BACKFILL_TIMEOUT';

/**
 * The provisioning API over HTTP. Redirects are not followed: the secret is sent to the configured
 * address only.
 */
export function createProvisioningClient({ address, sharedSecret, clock }: ProvisioningClientDeps): ProvisioningClient {
  const open = createOpener(address);

  async function exchange(request: ProvisioningRequest, signal: AbortSignal): Promise<ProvisioningAnswer> {
    const { method, body } = request;
    const headers = {
      Accept: 'application/json',
      'Accept-Encoding': 'identity',
      'User-Agent': 'Gangway',
      Authorization: `Bearer ${sharedSecret.reveal()}`,
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    };
    const text = body === undefined ? undefined : JSON.stringify(body);
    const response = await open(urlOf(address, request), { method, headers, signal }, text);
    const { statusCode: status = 0 } = response;
    const problem = () => ({ cause: new Error(`status ${status}`) });
    if (status >= 300 && status < 400) {
      response.destroy();
      throw new BridgeFailure({ kind: 'bridge_answer_invalid' }, problem());
    }
    const answerText = await readCapped(response, maxAnswerBytes);
    const answer = answerText === undefined ? undefined : status === 204 ? {} : readObject(answerText, request.isList);
    if (statusesWithoutAnswer.includes(status) && answer?.['errcode'] !== backfillTimeout) {
      throw new BridgeFailure({ kind: 'bridge_unreachable' }, problem());
    }
    if (answerText === undefined) throw invalidAnswer(`more than ${maxAnswerBytes} bytes`);
    if (answer === undefined) throw invalidAnswer(`status ${status} without a JSON object`);
    return { status, body: answer };
  }

  return async (request) => {
    const controller = new AbortController();
    const { deadlineMs } = request;
    const cancel = clock.after(deadlineMs, () => controller.abort(new DeadlineExceeded(deadlineMs)));
    try {
      return await exchange(request, controller.signal);
    } catch (error) {
      if (error instanceof BridgeFailure) throw error;
      // The HTTP parser's own errors: the port belongs to another protocol.
      const kind = findErrorCode(error)?.startsWith('HPE_') ? 'bridge_answer_invalid' : 'bridge_unreachable';
      throw new BridgeFailure({ kind }, { cause: controller.signal.aborted ? controller.signal.reason : error });
    } finally {
      cancel();
    }
  };
}

/**
 * Whether the text can be a segment of a path: URLs drop `.` and `..`, and an empty segment changes
 * the route.
 */
export function isPathSegment(text: string): boolean {
  return text !== '' && text !== '.' && text !== '..';
}

/**
 * Returns the code of the system or of the HTTP client, such as `ECONNREFUSED`, of an error or of
 * its causes.
 */
export function findErrorCode(error: unknown): string | undefined {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    if ('code' in cause && typeof cause.code === 'string') return cause.code;
    if (cause instanceof AggregateError && cause.errors.length > 0) return findErrorCode(cause.errors[0]);
  }
  return undefined;
}

/** Resolves when the head of the answer has arrived. */
type Opener = (url: string, options: RequestOptions, body: string | undefined) => Promise<IncomingMessage>;

/** Returns a function that sends requests. `fetch` takes twice the CPU time. */
function createOpener(address: string): Opener {
  const isSecure = new URL(address).protocol === 'https:';
  const send = isSecure ? requestHttps : requestHttp;
  const agent = new (isSecure ? HttpsAgent : HttpAgent)({ keepAlive: true, timeout: idleCloseMs });
  return (url, options, body) =>
    new Promise((resolve, reject) => {
      const request = send(url, { ...options, agent }, resolve);
      request.on('error', reject);
      request.once('upgrade', (_response, socket) => {
        // Node leaves the socket to this listener.
        socket.destroy();
        reject(invalidAnswer('another protocol'));
      });
      request.end(body);
    });
}

function urlOf(address: string, { mxid, path, query }: ProvisioningRequest): string {
  const parameters = new URLSearchParams({ user_id: mxid });
  for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined) parameters.set(name, value);
  return `${address}/_matrix/provision/v3/${path.map(encodeURIComponent).join('/')}?${parameters.toString()}`;
}

function readObject(text: string, isList = false): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (isList && Array.isArray(value)) return { list: value };
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

/** The failure for an answer that is not one of the provisioning API. */
export function invalidAnswer(problem: string): BridgeFailure {
  return new BridgeFailure({ kind: 'bridge_answer_invalid' }, { cause: new Error(problem) });
}
