import { Agent, request } from 'node:http';
import { apiFiles } from '../src/api/generated-files.js';
import { startFederatingHomeserver } from '../test/support/federating-homeserver.js';
import { cheapRequestsTo } from './cheap-requests.js';
import { largestRight, wrongBodies, type BodySchema } from './hostile-body.js';
import { startMatrixDaemon } from './matrix-daemon.js';
import { describeTimes } from './statistics.js';

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly schema: BodySchema;
  readonly limitBytes: number;
}

const samples = 7;
const rounds = 5;
const allowedRatio = 1.5;
const allowedMs = 100;
/** Wrong bodies to the same endpoint at once, while cheap requests are measured. */
const atOnce = 4;
/** Which of the wrong bodies are sent then. */
const every = 3;
const allUsers = { enabled: true };

/**
 * Every wrong body that is generated for every declared endpoint, against the largest right one,
 * and what they cost other requests.
 */
export async function measureHostileBodies(print: (line: string) => void): Promise<void> {
  const homeserver = await startFederatingHomeserver({ certificate: 'none' });
  homeserver.subjects.set('token', '@alice:example.test');
  const daemon = await startMatrixDaemon({
    identity: {
      enabled: true,
      public_url: 'https://id.example.test',
      lookup: { per_user: { max: 1_000_000, window_seconds: 1 } },
      v1: { validate: allUsers, bind: allUsers, lookup: allUsers, invite: allUsers },
    },
    outgoing: { servers: { 'example.test': `http://127.0.0.1:${homeserver.port}` } },
  });
  const { gangway, user, password } = daemon;
  const agent = new Agent({ keepAlive: true });
  const cheap = cheapRequestsTo(`${gangway.url()}/_matrix/mau/live`);
  try {
    const openId = { access_token: 'token', matrix_server_name: 'example.test' };
    const registered = await gangway.request('POST', '/_matrix/identity/v2/account/register', openId);
    const credentials = { type: 'm.login.password', identifier: { type: 'm.id.user', user }, password };
    const login = await gangway.request('POST', '/_matrix/client/v3/login', credentials);
    const tokenFor = (path: string): unknown => {
      if (path.startsWith('/_matrix/provision')) return gangway.sharedSecret;
      return path.startsWith('/_matrix/identity') ? registered.body['token'] : login.body['access_token'];
    };
    const send = ({ method, path }: Operation, body: Buffer) =>
      new Promise<number>((resolve, reject) => {
        const begunAt = performance.now();
        const headers = { authorization: `Bearer ${String(tokenFor(path))}`, 'content-type': 'application/json' };
        const sent = request(`${gangway.url()}${path}`, { method, agent, headers }, (response) =>
          response.resume().on('end', () => resolve(performance.now() - begunAt)),
        );
        sent.on('error', reject);
        sent.end(body);
      });
    // Returns the least of the times: what else runs on the machine only adds to them.
    const leastOf = async (operation: Operation, body: Buffer) => {
      const times: number[] = [];
      for (let sample = 0; sample < samples; sample += 1) times.push(await send(operation, body));
      return Math.min(...times);
    };

    const identityToken = String(registered.body['token']);
    const details = await gangway.request('GET', '/_matrix/identity/v2/hash_details', undefined, identityToken);
    const known = { algorithm: 'sha256', pepper: String(details.body['lookup_pepper']) };
    const ratios: number[] = [];
    const operations = declaredOperations();
    for (const operation of operations) {
      const { method, path, schema, limitBytes } = operation;
      const right = largestRight(schema, limitBytes, known);
      await leastOf(operation, right);
      let worst = { name: '', body: right, ms: 0 };
      for (const [name, body] of wrongBodies(schema, limitBytes)) {
        const ms = await leastOf(operation, body);
        if (ms > worst.ms) worst = { name, body, ms };
      }
      // The largest of many measurements is partly chance: the two that count are measured again,
      // in turn.
      const [rightTimes, worstTimes]: [number[], number[]] = [[], []];
      for (let round = 0; round < rounds; round += 1) {
        rightTimes.push(await leastOf(operation, right));
        worstTimes.push(await leastOf(operation, worst.body));
      }
      const rightMs = Math.min(...rightTimes);
      worst.ms = Math.min(...worstTimes);
      const ratio = worst.ms / rightMs;
      ratios.push(ratio);
      const against = `${worst.ms.toFixed(1)} ms / ${rightMs.toFixed(1)} ms = ${ratio.toFixed(2)}`;
      print(`${ratio > allowedRatio ? '!' : ' '} ${method} ${path}: ${against} (${worst.name})`);
    }
    // Made before they are sent: making them holds up this process, which measures.
    const wrong = operations.flatMap((operation) =>
      wrongBodies(operation.schema, operation.limitBytes)
        .filter((_, index) => index % every === 0)
        .map(([, body]) => ({ operation, body })),
    );
    const beside = await cheap.during(async () => {
      for (const { operation, body } of wrong) {
        await Promise.all(Array.from({ length: atOnce }, () => send(operation, body)));
      }
    });
    print(`largest ratio of ${ratios.length} endpoints: ${Math.max(...ratios).toFixed(2)} (at most ${allowedRatio})`);
    print(`cheap requests beside ${atOnce} wrong ones at a time: ${describeTimes(beside)} (at most ${allowedMs} ms)`);
  } finally {
    agent.destroy();
    await cheap.stop();
    await daemon.stop();
    await homeserver.close();
  }
}

interface Described {
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
}

interface DescribedOperation {
  readonly servers?: Described['servers'];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: BodySchema }>> };
}

/** Returns all operations with a JSON body, as they are described. */
function declaredOperations(): readonly Operation[] {
  const documents = apiFiles
    .filter(({ path }) => path.endsWith('.json'))
    .map(({ render }) => JSON.parse(render()) as Described);
  return documents.flatMap(({ servers, paths }) =>
    Object.entries(paths).flatMap(([template, methods]) =>
      Object.entries(methods).flatMap(([method, { servers: own = servers, requestBody }]): Operation[] => {
        const schema = requestBody?.content['application/json']?.schema;
        if (schema === undefined) return [];
        const path = template.replace('{mxid}', '@alice:example.test').replaceAll(/\{\w+\}/g, 'x');
        const isLarge = Object.values(schema.properties ?? {}).some(({ maxItems = 0 }) => maxItems > 10_000);
        const limitBytes = isLarge ? 1024 * 1024 : 64 * 1024;
        return [{ method: method.toUpperCase(), path: `${own[0]?.url ?? ''}${path}`, schema, limitBytes }];
      }),
    ),
  );
}
