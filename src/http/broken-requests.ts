import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../base/clock.js';
import { crossOriginHeaders } from './cross-origin.js';
import { answerOnSocket } from './raw-answer.js';
import type { HeadProblem } from './request-head.js';

type SocketAnswer = readonly [status: number, errcode: string, error: string];

const noProxy: SocketAnswer = [400, 'request_malformed', 'This is no proxy.'];
const headProblems: Readonly<Record<HeadProblem, string>> = {
  host_missing: 'The Host header is missing.',
  host_ambiguous: 'There is more than one Host header.',
  target_malformed: 'The target of the request is no URL.',
};
const noHttp: SocketAnswer = [400, 'request_malformed', 'This is not HTTP.'];
const brokenRequests: Readonly<Record<string, SocketAnswer>> = {
  HPE_HEADER_OVERFLOW: [431, 'headers_too_large', 'The headers are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'request_timeout', 'The request took too long to arrive.'],
};

/** The headers of every answer to what is no request. */
const brokenRequestHeaders = {
  'Content-Type': 'application/json; charset=utf-8',
  Connection: 'close',
  ...crossOriginHeaders,
};

/**
 * Answers bytes that are not HTTP, and requests that are too large or too slow. Node's own answers
 * have no body; ours are JSON.
 */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex, clock: Clock): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  answer(socket, brokenRequests[error.code ?? ''] ?? noHttp, clock);
}

/** Answers a request whose head cannot be served, and closes its connection. */
export function refuseHead(response: ServerResponse, problem: HeadProblem): void {
  response.statusCode = 400;
  response.setHeaders(new Map(Object.entries(brokenRequestHeaders)));
  response.end(JSON.stringify({ error: headProblems[problem], errcode: 'request_malformed' }));
}

/** The same, for a request that asks for another protocol. */
export function refuseUpgrade(socket: Duplex, problem: HeadProblem, clock: Clock): void {
  answer(socket, [400, 'request_malformed', headProblems[problem]], clock);
}

/** Answers CONNECT. */
export function refuseProxying(socket: Duplex, clock: Clock): void {
  answer(socket, noProxy, clock);
}

function answer(socket: Duplex, [status, errcode, error]: SocketAnswer, clock: Clock): void {
  answerOnSocket(socket, { status, headers: brokenRequestHeaders, text: JSON.stringify({ error, errcode }) }, clock);
}
