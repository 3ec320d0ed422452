import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { IdentityDeps } from '../../../src/api/identity-apis.js';
import { DatabaseFailure } from '../../../src/database/failure.js';
import { documentedErrors } from '../../support/documented-errors.js';
import { readOpenApiFile } from '../../support/openapi-file.js';
import { startIdentityApi, type IdentityApi, type IdentityReply } from '../../support/identity-api.js';
import { breakable } from './breakable.js';
import { operationsV1, operationsV2, type Operation } from './operations.js';

const pages = ['email', 'msisdn'].flatMap((medium) => [
  `get /validate/${medium}/submitToken`,
  `post /validate/${medium}/submitToken/confirm`,
]);

const versions = [
  {
    version: 'v1',
    prefix: '/_matrix/identity/api/v1',
    operations: operationsV1,
    others: [...pages, 'get /api/v1', 'get /versions'],
  },
  {
    version: 'v2',
    prefix: '/_matrix/identity/v2',
    operations: operationsV2,
    others: [...pages, 'get /v2', 'get /versions', 'get /terms'],
  },
] as const;

const terms = { terms: { version: '1', languages: { en: { name: 'Terms', url: 'https://id.test/terms' } } } };
const refusedClient = '192.0.2.1';

const answers = {
  unauthorized: [401, 'M_UNAUTHORIZED', 'Unauthorized'],
  unsigned: [403, 'M_TERMS_NOT_SIGNED', 'Please accept the terms of service first'],
  badJson: [400, 'M_BAD_JSON', 'Content is not a JSON object of the right shape'],
  malformed: [400, 'M_BAD_JSON', 'Malformed JSON'],
  tooLarge: [413, 'M_TOO_LARGE', 'Content is too large'],
  encoded: [415, 'M_UNKNOWN', 'Content must not have a Content-Encoding'],
  switchedOff: [404, 'M_UNRECOGNIZED', 'Unrecognized request'],
  otherMethod: [405, 'M_UNRECOGNIZED', 'Unrecognized request'],
  otherAddress: [403, 'M_FORBIDDEN', 'Your address is not allowed to use this'],
  defect: [500, 'M_UNKNOWN', 'Internal server error'],
  database: [503, 'M_UNKNOWN', 'The database is unreachable at the moment. Please try again later.'],
} as const;

/** The operations with a list: its name, and its maximum length. */
const lists: Readonly<Record<string, readonly [string, number]>> = {
  'post /terms': ['user_accepts', 1000],
  'post /lookup': ['addresses', 100_000],
  'post /bulk_lookup': ['threepids', 100_000],
};

const spelled = ({ status, json }: Pick<IdentityReply, 'status' | 'json'>) => [status, json['errcode'], json['error']];

function methodOf({ operation }: Operation): string {
  return operation.split(' ')[0]?.toUpperCase() ?? '';
}

function withV1Parts(deps: IdentityDeps, part: IdentityDeps['v1']['bind']): IdentityDeps {
  return { ...deps, v1: { ...deps.v1, validate: part, bind: part, lookup: part, invite: part } };
}

function isOfUser({ access }: Pick<Operation, 'access'>): boolean {
  return access === 'a token' || access === 'a token and terms';
}

/** The expected answers of an operation in the tests below. */
function triedErrors({ operation, faults, needed, body, access }: Operation): string[] {
  const rows = [
    ...(body === undefined ? [] : [answers.malformed, answers.tooLarge, answers.encoded]),
    ...(isOfUser({ access }) ? [answers.unauthorized] : []),
    ...(access === 'a token and terms' ? [answers.unsigned] : []),
    ...(access === 'a part of version 1' ? [answers.switchedOff, answers.otherAddress] : []),
    answers.defect,
    answers.database,
  ];
  return [
    ...faults.map(({ status, json }) => `${status} ${String(json['errcode'])}`),
    ...rows.map(([status, errcode]) => `${status} ${errcode}`),
    ...(needed.length > 0 ? ['400 M_MISSING_PARAMS', '400 M_INVALID_PARAM'] : []),
    ...(operation.includes('{') ? ['400 M_INVALID_PARAM'] : []),
    ...(operation in lists ? ['400 M_TOO_LARGE'] : []),
  ];
}

describe.each(versions)('identity service $version', ({ version, prefix, operations, others }) => {
  const { change, fail } = breakable();
  let api: IdentityApi;
  let accepted: string;
  let fresh: string;

  beforeAll(async () => {
    api = await startIdentityApi({
      policies: terms,
      change: (deps) => change(withV1Parts(deps, { enabled: true, isAllowed: (address) => address !== refusedClient })),
    });
    [accepted, fresh] = [await api.register('@alice:example.test'), await api.register('@new:example.test')];
    const wanted = { user_accepts: ['https://id.test/terms'] };
    expect(await api.call('POST', '/_matrix/identity/v2/terms', wanted, accepted)).toMatchObject({ status: 200 });
  });
  afterEach(() => fail(undefined));
  afterAll(() => api.close());

  interface Sent {
    readonly body?: string | Uint8Array;
    readonly path?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly token?: string | undefined;
  }

  async function send(operation: Operation, sent: Sent = {}): Promise<IdentityReply> {
    const { path, body, access } = operation;
    const text = sent.body ?? (body && JSON.stringify(body));
    const token = 'token' in sent ? sent.token : isOfUser({ access }) ? accepted : undefined;
    const reply = await api.send({
      method: methodOf(operation),
      path: `${prefix}${sent.path ?? path}`,
      headers: {
        ...(text === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...sent.headers,
      },
      ...(text === undefined ? {} : { body: text }),
    });
    expect(reply.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'content-type': 'application/json',
      'cache-control': 'no-store',
    });
    return reply;
  }

  const withBody = operations.filter(({ body }) => body !== undefined);
  const withInput = operations.filter(({ needed }) => needed.length > 0);
  const ofUsers = operations.filter(isOfUser);
  const withTerms = operations.filter(({ access }) => access === 'a token and terms');
  const switchable = operations.filter(({ access }) => access === 'a part of version 1');
  const faulty = operations.flatMap((operation) =>
    operation.faults.map((fault) => [`${operation.operation} returns ${fault.title}`, operation, fault] as const),
  );

  it.each(faulty)('%s', async (_, operation, { failure, status, json }) => {
    fail(failure);
    const reply = await send(operation);
    expect({ status: reply.status, json: reply.json }).toEqual({ status, json });
    expect(reply.headers['retry-after']).toBe('retry_after_ms' in json ? '2' : undefined);
  });

  it.each(operations)(
    '$operation reveals nothing of a defect, and reports an unavailable database',
    async (operation) => {
      fail(new Error('hunter2'), 'everything');
      expect(spelled(await send(operation))).toEqual(answers.defect);
      fail(new DatabaseFailure({ kind: 'unreachable', server: 'db.example.test' }), 'everything');
      expect(spelled(await send(operation))).toEqual(answers.database);
    },
  );

  it.each(operations)('$operation rejects other methods', async (operation) => {
    const reply = await api.call('DELETE', `${prefix}${operation.path}`);
    expect(spelled(reply)).toEqual(answers.otherMethod);
    expect(reply.headers['access-control-allow-origin']).toBe('*');
    expect(reply.headers['allow']).toContain(methodOf(operation));
  });

  it.each(withBody)('$operation rejects a body that is no JSON object', async (operation) => {
    const tries: readonly [Sent, readonly unknown[]][] = [
      [{ body: '{"a":' }, answers.malformed],
      [{ body: String.raw`{"a":"\ud800"}` }, answers.malformed],
      [{ body: '['.repeat(1000) }, answers.malformed],
      [{ body: Buffer.from([0x22, 0xff, 0x22]) }, answers.malformed],
      [{ body: '[]' }, answers.badJson],
      [{ body: '"text"' }, answers.badJson],
      [{ body: `"${'x'.repeat(1024 * 1024)}"` }, answers.tooLarge],
      [{ headers: { 'content-encoding': 'gzip' } }, answers.encoded],
    ];
    for (const [sent, answer] of tries) expect(spelled(await send(operation, sent))).toEqual(answer);
  });

  it.each(withInput)('$operation lists all missing members', async (operation) => {
    const nothing = operation.body === undefined ? { path: operation.path.replace(/\?.*/, '') } : { body: '{}' };
    const answer = [400, 'M_MISSING_PARAMS', `Missing parameters: ${operation.needed.join(',')}`];
    expect(spelled(await send(operation, nothing))).toEqual(answer);
  });

  it.each(withBody)('$operation rejects members of a wrong type', async (operation) => {
    for (const name of operation.needed) {
      const reply = await send(operation, { body: JSON.stringify({ ...operation.body, [name]: true }) });
      const isOfManyTypes = name === 'send_attempt' || name === 'threepids';
      const invalid = [400, 'M_INVALID_PARAM', `Invalid parameter: ${name}`];
      expect([name, ...spelled(reply)]).toEqual([name, ...(isOfManyTypes ? invalid : answers.badJson)]);
    }
  });

  it.each(operations.filter(({ operation }) => operation in lists))(
    '$operation rejects a list that is too long before it reads an element',
    async (operation) => {
      const [name, max] = lists[operation.operation] ?? ['', 0];
      const body = JSON.stringify({ ...operation.body, [name]: Array(max + 1).fill(1) });
      expect(spelled(await send(operation, { body }))).toEqual([400, 'M_TOO_LARGE', `Too many elements: ${name}`]);
    },
  );

  it('rejects the name of a key that is not percent-encoded correctly', async () => {
    const reply = await api.call('GET', `${prefix}/pubkey/%zz`);
    expect(spelled(reply)).toEqual([400, 'M_INVALID_PARAM', 'The path is not percent-encoded correctly']);
  });

  // A refused client gets its error before the body is read.
  const broken = ({ body }: Operation): Sent => (body === undefined ? {} : { body: '{' });

  if (version === 'v1') {
    it.each(switchable)('$operation is served to its allowed addresses only', async (operation) => {
      const reply = await send(operation, { ...broken(operation), headers: { 'x-forwarded-for': refusedClient } });
      expect(spelled(reply)).toEqual(answers.otherAddress);
    });
  } else {
    it.each(ofUsers)('$operation requires an access token before all other checks', async (operation) => {
      const { path } = operation;
      const tries: readonly Sent[] = [
        {},
        { headers: { authorization: 'Bearer nobodys' } },
        { headers: { authorization: 'Basic dXNlcg==' } },
        { path: `${path}${path.includes('?') ? '&' : '?'}access_token=nobodys` },
      ];
      for (const sent of tries) {
        const reply = await send(operation, { ...broken(operation), ...sent, token: undefined });
        expect(spelled(reply)).toEqual(answers.unauthorized);
      }
    });

    it.each(withTerms)('$operation requires accepted terms', async (operation) => {
      expect(spelled(await send(operation, { ...broken(operation), token: fresh }))).toEqual(answers.unsigned);
    });
  }

  it('has a row for every documented error of every operation', () => {
    const file = `identity-${version}`;
    for (const operation of operations) {
      const tried = triedErrors(operation);
      const documented = documentedErrors(file, operation.operation);
      expect(documented.length).toBeGreaterThan(1);
      const untried = documented.filter((error) => !tried.includes(error));
      expect({ operation: operation.operation, untried }).toEqual({ operation: operation.operation, untried: [] });
    }
    const { paths } = readOpenApiFile(file) as { paths: Record<string, object> };
    const documented = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    const known = [...operations.map(({ operation }) => operation), ...others];
    expect(documented.toSorted()).toEqual(known.toSorted());
  });
});

describe('a disabled part of version 1', () => {
  let api: IdentityApi;

  beforeAll(async () => {
    api = await startIdentityApi({
      change: (deps) => withV1Parts(deps, { enabled: false, isAllowed: () => true }),
    });
  });
  afterAll(() => api.close());

  const parts = operationsV1.filter(({ access }) => access === 'a part of version 1');
  const always = operationsV1.filter(({ access }) => access === undefined);

  it.each(parts)('does not exist: $operation', async (operation) => {
    const body = operation.body === undefined ? {} : { body: '{' };
    const path = `/_matrix/identity/api/v1${operation.path}`;
    expect(spelled(await api.send({ method: methodOf(operation), path, ...body }))).toEqual(answers.switchedOff);
  });

  it.each(always)('keeps the links in mails and rooms working: $operation', async (operation) => {
    const reply = await api.call(methodOf(operation), `/_matrix/identity/api/v1${operation.path}`, operation.body);
    expect(reply.json['errcode']).not.toBe(operation.path === '/sign-ed25519' ? undefined : 'M_UNRECOGNIZED');
    expect(reply.json['error']).not.toBe('Unrecognized request');
  });

  it('keeps the page behind the link in a mail', async () => {
    const query = '?sid=1234&client_secret=secret&token=token';
    const path = `/_matrix/identity/api/v1/validate/email/submitToken${query}`;
    // This link has expired, which the page shows.
    expect(await api.send({ method: 'GET', path })).toMatchObject({
      status: 400,
      headers: { 'content-type': 'text/html; charset=utf-8' },
    });
  });
});
