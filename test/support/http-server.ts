import { z } from 'zod';
import { systemClock } from '../../src/base/clock.js';
import { systemRandom } from '../../src/base/random.js';
import { allowAnonymous } from '../../src/http/bearer-auth.js';
import { endpoint, type Endpoint } from '../../src/http/endpoint.js';
import { plainProblemReply } from '../../src/http/plain-problems.js';
import { reply } from '../../src/http/reply.js';
import { createHttpServer, defaultHttpLimits, type HttpServer, type HttpServerDeps } from '../../src/http/server.js';
import { type Api, defineApi } from '../../src/http/api.js';
import { createRecordingLogger, type RecordingLogger } from './recording-logger.js';

/** A listening server. */
export interface TestServer {
  readonly port: number;
  readonly log: RecordingLogger;
  stop: HttpServer['stop'];
}

/** Starts a server with these APIs on a free port. The caller stops it. */
export async function startServer(apis: readonly Api[], overrides: Partial<HttpServerDeps> = {}): Promise<TestServer> {
  const log = createRecordingLogger();
  const server = createHttpServer({
    host: '127.0.0.1',
    port: 0,
    apis,
    trustedProxies: [],
    undeclaredReplies: 'throw',
    limits: defaultHttpLimits,
    clock: systemClock,
    random: systemRandom,
    logger: log,
    ...overrides,
  });
  const { port } = await server.start();
  return { port, log, stop: (deadlineMs, failWaits) => server.stop(deadlineMs, failWaits) };
}

/** An API below /test, without authentication. */
export function testApi(endpoints: readonly Endpoint[], overrides: Partial<Api> = {}): Api {
  return defineApi({
    name: 'test',
    prefixes: ['/test'],
    endpoints,
    authenticate: allowAnonymous,
    accessLevel: 'info',
    problem: plainProblemReply,
    failure: () => undefined,
    ...overrides,
  });
}

const said = { description: 'What was said', schema: z.object({ said: z.string() }) };

/** GET /say/{word}: answers with the result of `say` for the word. */
export function sayEndpoint(say: (word: string) => string | Promise<string> = (word) => word): Endpoint {
  return endpoint({
    name: 'say',
    method: 'GET',
    path: '/say/{word}',
    params: { word: { description: 'Any word' } },
    access: 'authenticated',
    summary: 'Say it',
    replies: { 200: said },
    errors: {},
    handler: async ({ params }) => reply(200, { said: await say(params.word) }),
  });
}

/** POST /echo: answers with the `say` of the body. */
export function echoEndpoint(): Endpoint {
  return endpoint({
    name: 'echo',
    method: 'POST',
    path: '/echo',
    params: {},
    access: 'authenticated',
    summary: 'Say it again',
    body: z.object({ say: z.string() }),
    replies: { 200: said },
    errors: Object.fromEntries(
      [400, 401, 413, 415, 429, 503].map((status) => [
        status,
        { description: 'Error', schema: z.object({ error: z.string(), errcode: z.string() }) },
      ]),
    ),
    handler: ({ body }) => Promise.resolve(reply(200, { said: body.say })),
  });
}
