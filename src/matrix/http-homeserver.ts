import { isIP } from 'node:net';
import type { Clock } from '../base/clock.js';
import { DeadlineExceeded } from '../base/deadline.js';
import type { Secret } from '../base/secret.js';
import { QueueFull, type QueueBounds, shareOf, WorkQueue } from '../base/work-queue.js';
import { HomeserverFailure } from './failure.js';
import type { AddressOperation, Homeserver, HomeserverAnswer } from './homeserver.js';
import { jsonObject } from './json-object.js';
import { jsonOfOneReading } from './one-reading.js';
import { readCapped } from '../base/read-capped.js';

export interface HttpHomeserverDeps {
  /** Base URL of the client-server API, without a trailing slash. */
  readonly address: string;
  /** How long one request may take, its turn and its answer included. */
  readonly deadlineMs: number;
  /**
   * How many requests may run at a time. Defaults to 50, and 200 that wait. What anyone can
   * ask takes parts of it.
   */
  readonly bounds?: QueueBounds;
  readonly clock: Clock;
}

const maxAnswerBytes = 256 * 1024;
const defaultBounds: QueueBounds = { maxConcurrent: 50, maxWaiting: 200 };
/**
 * Of the queue: for requests without an access token, and for access tokens that are yet to be
 * checked, each.
 */
const partOfUnproven = 1 / 2;
const client = '/_matrix/client/v3';
const addressPaths: Readonly<Record<AddressOperation, string>> = {
  post: `${client}/account/3pid`,
  add: `${client}/account/3pid/add`,
  bind: `${client}/account/3pid/bind`,
  delete: `${client}/account/3pid/delete`,
  unbind: `${client}/account/3pid/unbind`,
};

interface Question {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /**
   * Whose word there is for the caller so far: requests of the first two kinds take a part of the
   * queue only.
   */
  readonly caller: 'unauthenticated' | 'unverified_token' | 'authenticated';
  /** Undefined if we ask for ourselves. */
  readonly clientAddress: string | undefined;
  readonly accessToken?: Secret | undefined;
  readonly body?: Readonly<Record<string, unknown>>;
}

/**
 * Returns the homeserver over HTTP. Redirects are not followed, and certificates are checked as
 * Node checks them.
 */
export function createHttpHomeserver(deps: HttpHomeserverDeps): Homeserver {
  const { address, deadlineMs, bounds = defaultBounds, clock } = deps;
  const queue = new WorkQueue(bounds);

  async function ask(question: Question): Promise<HomeserverAnswer> {
    const text = textOf(question.body);
    const controller = new AbortController();
    const cancel = clock.after(deadlineMs, () => controller.abort(new DeadlineExceeded(deadlineMs)));
    try {
      const { caller } = question;
      const shares = caller === 'authenticated' ? [] : [shareOf(bounds, caller, partOfUnproven)];
      const { signal } = controller;
      return await queue.run(() => answerTo(address, question, text, signal), { shares, signal });
    } catch (error) {
      if (error instanceof HomeserverFailure) throw error;
      if (error instanceof QueueFull) throw new HomeserverFailure({ kind: 'overloaded' }, { cause: error });
      const isLate = controller.signal.aborted;
      const details = isLate
        ? ({ kind: 'no_answer', afterMs: deadlineMs } as const)
        : ({ kind: 'no_connection' } as const);
      throw new HomeserverFailure(details, { cause: error });
    } finally {
      cancel();
    }
  }

  return {
    loginFlows: (clientAddress) =>
      ask({ caller: 'unauthenticated', method: 'GET', path: `${client}/login`, clientAddress }),
    logIn: (body, clientAddress, accessToken) =>
      ask({ caller: 'unauthenticated', method: 'POST', path: `${client}/login`, clientAddress, accessToken, body }),
    logOut: ({ accessToken, clientAddress }) =>
      ask({ caller: 'authenticated', method: 'POST', path: `${client}/logout`, clientAddress, accessToken, body: {} }),
    whoAmI: (accessToken, clientAddress) =>
      ask({ caller: 'unverified_token', method: 'GET', path: `${client}/account/whoami`, clientAddress, accessToken }),
    listAddresses: ({ accessToken, clientAddress }) =>
      ask({ caller: 'authenticated', method: 'GET', path: `${client}/account/3pid`, clientAddress, accessToken }),
    requestAddressToken: (medium, body, clientAddress, accessToken) =>
      ask({
        caller: accessToken === undefined ? 'unauthenticated' : 'authenticated',
        method: 'POST',
        path: `${client}/account/3pid/${medium}/requestToken`,
        clientAddress,
        accessToken,
        body,
      }),
    submitPhoneToken: (body, clientAddress) =>
      ask({
        caller: 'unauthenticated',
        method: 'POST',
        path: '/_matrix/client/unstable/add_threepid/msisdn/submit_token',
        clientAddress,
        body,
      }),
    changeAddresses: (operation, body, { accessToken, clientAddress }) =>
      ask({ caller: 'authenticated', method: 'POST', path: addressPaths[operation], clientAddress, accessToken, body }),
    authenticate: (auth, { accessToken, clientAddress }) =>
      ask({
        caller: 'authenticated',
        method: 'POST',
        path: `${client}/delete_devices`,
        clientAddress,
        accessToken,
        body: { ...(auth === undefined ? {} : { auth }), devices: [] },
      }),
    findAddressOwner: ({ medium, address: wanted }, accessToken) =>
      ask({
        caller: 'authenticated',
        method: 'GET',
        path: `/_synapse/admin/v1/threepid/${medium}/users/${encodeURIComponent(wanted)}`,
        clientAddress: undefined,
        accessToken,
      }),
  };
}

function textOf(body: Question['body']): string | undefined {
  try {
    return body === undefined ? undefined : jsonOfOneReading(body);
  } catch (error) {
    // JSON is read without recursion, and written with it.
    if (!(error instanceof RangeError)) throw error;
    throw new HomeserverFailure({ kind: 'body_too_deep' }, { cause: error });
  }
}

async function answerTo(
  address: string,
  question: Question,
  text: string | undefined,
  signal: AbortSignal,
): Promise<HomeserverAnswer> {
  const { method, path } = question;
  const response = await fetch(`${address}${path}`, {
    method,
    headers: headersOf(question),
    // Credentials go to the homeserver that the configuration names, and nowhere else.
    redirect: 'manual',
    signal,
    ...(text === undefined ? {} : { body: text }),
  });
  if (response.status >= 300 && response.status < 400) {
    await response.body?.cancel();
    throw unfit('a redirect');
  }
  const answerText = await readCapped(response.body, maxAnswerBytes);
  if (answerText === undefined) throw unfit(`more than ${maxAnswerBytes} bytes`);
  const answer = jsonObject(answerText);
  if (answer === undefined) throw unfit(`status ${response.status} without a JSON object`);
  return { status: response.status, body: answer, retryAfter: response.headers.get('Retry-After') ?? undefined };
}

function headersOf({ clientAddress, accessToken, body }: Question): Record<string, string> {
  return {
    Accept: 'application/json',
    'User-Agent': 'Gangway',
    // Synapse takes the first address of the header for the client's, and warns about each request
    // without the scheme.
    ...(clientAddress === undefined || isIP(clientAddress) === 0
      ? {}
      : { 'X-Forwarded-For': clientAddress, 'X-Forwarded-Proto': 'https' }),
    ...(accessToken === undefined ? {} : { Authorization: `Bearer ${accessToken.reveal()}` }),
    ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
  };
}

function unfit(problem: string): HomeserverFailure {
  return new HomeserverFailure({ kind: 'answer_unfit', problem });
}
