import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AccountAddresses } from '../../../src/accounts/threepids/account-addresses.js';
import { DatabaseFailure } from '../../../src/database/failure.js';
import { startClientServer, type ClientServer, type MatrixReply } from '../../support/client-server.js';
import { documentedErrors } from '../../support/documented-errors.js';
import { readOpenApiFile } from '../../support/openapi-file.js';
import { addressOperations, type AddressOperation } from './address-operations.js';

const prefix = '/_matrix/client/v3';

const answers = {
  missingToken: [401, 'M_MISSING_TOKEN', 'Missing access token'],
  unknownToken: [401, 'M_UNKNOWN_TOKEN', 'Unknown or expired token'],
  badJson: [400, 'M_BAD_JSON', 'Content is not a JSON object of the right shape'],
  notJson: [400, 'M_NOT_JSON', 'Content is not JSON'],
  tooLarge: [413, 'M_TOO_LARGE', 'Content is too large'],
  encoded: [415, 'M_UNKNOWN', 'Content must not have a Content-Encoding'],
  otherMethod: [405, 'M_UNRECOGNIZED', 'Unrecognized request'],
  switchedOff: [404, 'M_UNRECOGNIZED', 'Unrecognized request'],
  defect: [500, 'M_UNKNOWN', 'Internal server error'],
  database: [503, 'M_UNKNOWN', 'The database is unreachable at the moment. Please try again later.'],
} as const;

const spelled = ({ status, json }: Pick<MatrixReply, 'status' | 'json'>) => [status, json['errcode'], json['error']];
const methodOf = ({ operation }: AddressOperation) => operation.split(' ')[0]?.toUpperCase() ?? '';
const pathOf = ({ operation }: AddressOperation) => `${prefix}${operation.split(' ')[1]}`;

/** The expected answers of an operation in the tests below. */
function triedErrors({ operation, faults, body, access }: AddressOperation): string[] {
  const rows = [
    ...(body === undefined ? [] : [answers.notJson, answers.badJson, answers.tooLarge, answers.encoded]),
    ...(access === 'a token' ? [answers.missingToken] : []),
    ...(operation === 'post /account/3pid' ? [answers.switchedOff] : []),
    answers.unknownToken,
    answers.defect,
    answers.database,
  ];
  return [
    ...faults.map(({ status, json }) => `${status} ${String(json['errcode'])}`),
    ...rows.map(([status, errcode]) => `${status} ${errcode}`),
    ...(operation === 'post /account/3pid/add' ? ['401 M_FORBIDDEN'] : []),
    ...(body === undefined ? [] : ['400 M_MISSING_PARAM']),
  ];
}

describe('the 3PIDs of accounts', () => {
  const trouble: { error: Error | undefined } = { error: undefined };
  let server: ClientServer;
  let token: string;

  beforeAll(async () => {
    const fail = () => Promise.reject(trouble.error ?? new Error('no service was to be asked'));
    const addresses: AccountAddresses = {
      admit: () => undefined,
      admitToken: () => Promise.resolve(),
      list: fail,
      listStored: fail,
      findPending: fail,
      requestToken: fail,
      submitCode: fail,
      add: fail,
      addWithoutAuthentication: fail,
      remove: fail,
      bind: fail,
      unbind: fail,
    };
    server = await startClientServer({ addresses });
    token = (await server.contacts.logInNew('alice')).caller.accessToken.reveal();
  });
  afterEach(() => void (trouble.error = undefined));
  afterAll(() => server.close());

  interface Sent {
    readonly body?: string | Uint8Array;
    readonly headers?: Readonly<Record<string, string>>;
    readonly token?: string | undefined;
  }

  async function send(operation: AddressOperation, sent: Sent = {}): Promise<MatrixReply> {
    const { body, access } = operation;
    const text = sent.body ?? (body && JSON.stringify(body));
    const bearer = 'token' in sent ? sent.token : access === 'a token' ? token : undefined;
    const reply = await server.send({
      method: methodOf(operation),
      path: pathOf(operation),
      headers: { ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }), ...sent.headers },
      ...(text === undefined ? {} : { body: text }),
    });
    expect(reply.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'content-type': 'application/json',
      'cache-control': 'no-store',
    });
    return reply;
  }

  const withBody = addressOperations.filter(({ body }) => body !== undefined);
  const ofUsers = addressOperations.filter(({ access }) => access === 'a token');
  const faulty = addressOperations.flatMap((operation) =>
    operation.faults.map((fault) => [`${operation.operation} returns ${fault.title}`, operation, fault] as const),
  );

  it.each(faulty)('%s', async (_, operation, { failure, status, json }) => {
    trouble.error = failure;
    const reply = await send(operation);
    expect({ status: reply.status, json: reply.json }).toEqual({ status, json });
    expect(reply.headers['retry-after']).toBe(status === 429 ? '2' : undefined);
  });

  it.each(addressOperations)(
    '$operation reveals nothing of a defect, and reports an unavailable database',
    async (operation) => {
      trouble.error = new Error('hunter2');
      expect(spelled(await send(operation))).toEqual(answers.defect);
      trouble.error = new DatabaseFailure({ kind: 'unreachable', server: 'db.example.test' });
      expect(spelled(await send(operation))).toEqual(answers.database);
    },
  );

  it.each(addressOperations)('$operation rejects other methods', async (operation) => {
    const reply = await server.call('DELETE', pathOf(operation));
    expect(spelled(reply)).toEqual(answers.otherMethod);
    expect(reply.headers['allow']).toContain(methodOf(operation));
  });

  it.each(ofUsers)('$operation requires an access token before all other checks', async (operation) => {
    const broken = operation.body === undefined ? {} : { body: '{' };
    expect(spelled(await send(operation, { ...broken, token: undefined }))).toEqual(answers.missingToken);
    expect(spelled(await send(operation, { ...broken, token: 'nobodys' }))).toEqual(answers.unknownToken);
  });

  it.each(addressOperations.filter(({ access }) => access === 'all clients'))(
    '$operation requires no access token, and rejects an invalid one',
    async (operation) => {
      expect(spelled(await send(operation, { token: 'nobodys' }))).toEqual(answers.unknownToken);
    },
  );

  it.each(withBody)('$operation rejects a body that is no JSON object', async (operation) => {
    const tries: readonly [Sent, readonly unknown[]][] = [
      [{ body: '{"a":' }, answers.notJson],
      [{ body: Buffer.from([0x22, 0xff, 0x22]) }, answers.notJson],
      [{ body: '[]' }, answers.badJson],
      [{ body: '"text"' }, answers.badJson],
      [{ body: `"${'x'.repeat(1024 * 1024)}"` }, answers.tooLarge],
      [{ headers: { 'content-encoding': 'gzip' } }, answers.encoded],
    ];
    for (const [sent, answer] of tries) expect(spelled(await send(operation, sent))).toEqual(answer);
  });

  it.each(withBody)('$operation reports the missing member', async (operation) => {
    for (const name of operation.needed) {
      const rest = Object.fromEntries(Object.entries(operation.body ?? {}).filter(([key]) => key !== name));
      const reply = await send(operation, { body: JSON.stringify(rest) });
      expect(spelled(reply)).toEqual([400, 'M_MISSING_PARAM', `Missing parameter ${name}`]);
    }
    const { status, json } = await send(operation, { body: '{}' });
    expect([status, json['errcode']]).toEqual([400, 'M_MISSING_PARAM']);
    for (const name of operation.needed) expect(json['error']).toContain(name);
  });

  it.each(withBody)('$operation rejects members of a wrong type', async (operation) => {
    for (const name of operation.needed) {
      const reply = await send(operation, { body: JSON.stringify({ ...operation.body, [name]: true }) });
      const looked = name === 'three_pid_creds' || name === 'medium';
      expect([name, reply.status, reply.json['errcode']]).toEqual([
        name,
        400,
        looked ? 'M_INVALID_PARAM' : 'M_BAD_JSON',
      ]);
    }
  });

  it.each([
    ['delete', 'medium', { medium: 'pigeon', address: 'Gustav' }],
    ['unbind', 'medium', { medium: 'pigeon', address: 'Gustav' }],
  ])('rejects an unknown medium: %s', async (path, name, body) => {
    const reply = await server.call('POST', `${prefix}/account/3pid/${path}`, body, token);
    expect(spelled(reply)).toEqual([400, 'M_INVALID_PARAM', `Invalid parameter ${name}`]);
  });

  it.each([1.5, '1', null, -0.5, 2 ** 60])('rejects send_attempt %s, which is no integer', async (attempt) => {
    const body = { email: 'alice@mail.test', client_secret: 'secret', send_attempt: attempt };
    const reply = await server.call('POST', `${prefix}/account/3pid/email/requestToken`, body);
    expect(reply.status).toBe(400);
    expect(['M_BAD_JSON', 'M_INVALID_PARAM']).toContain(reply.json['errcode']);
  });

  it.each(['email', 'msisdn'])(
    'requires an id_access_token with an id_server, without sending a request to it: %s',
    async (medium) => {
      const typed = medium === 'email' ? { email: 'a@mail.test' } : { country: 'GB', phone_number: '07470 674927' };
      const body = { ...typed, client_secret: 'secret', send_attempt: 1, id_server: 'id.test' };
      const reply = await server.call('POST', `${prefix}/account/3pid/${medium}/requestToken`, body);
      const error = 'Invalid parameter id_access_token: It is required if id_server is present.';
      expect(spelled(reply)).toEqual([400, 'M_INVALID_PARAM', error]);
    },
  );

  it.each([
    ['no session ID', { client_secret: 'secret' }, 'M_MISSING_PARAM', 'Missing parameter three_pid_creds.sid'],
    ['no client secret', { sid: 'a' }, 'M_MISSING_PARAM', 'Missing parameter three_pid_creds.client_secret'],
    [
      'a session ID that is no text',
      { sid: 5, client_secret: 'secret' },
      'M_INVALID_PARAM',
      'Invalid parameter three_pid_creds.sid: It must be a text.',
    ],
    [
      'a client secret that is no text',
      { sid: 'a', clientSecret: null },
      'M_INVALID_PARAM',
      'Invalid parameter three_pid_creds.client_secret: It must be a text.',
    ],
    ['no object', ['a'], 'M_INVALID_PARAM', 'Invalid parameter three_pid_creds: It must be an object.'],
  ])('POST /account/3pid rejects credentials with %s', async (_, credentials, errcode, error) => {
    for (const name of ['three_pid_creds', 'threePidCreds']) {
      const reply = await server.call('POST', `${prefix}/account/3pid`, { [name]: credentials }, token);
      expect(spelled(reply)).toEqual([400, errcode, error]);
    }
  });

  it('has a row for every documented error of every operation', () => {
    const file = 'client-server-v3';
    for (const operation of addressOperations) {
      const tried = triedErrors(operation);
      const documented = documentedErrors(file, operation.operation);
      expect(documented.length).toBeGreaterThan(4);
      const untried = documented.filter((error) => !tried.includes(error));
      expect({ operation: operation.operation, untried }).toEqual({ operation: operation.operation, untried: [] });
    }
    const { paths } = readOpenApiFile(file) as { paths: Record<string, object> };
    const documented = Object.entries(paths)
      .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`))
      .filter((operation) => operation.includes('/account/3pid'));
    expect(documented.toSorted()).toEqual(addressOperations.map(({ operation }) => operation).toSorted());
  });
});

describe('the deprecated POST /account/3pid', () => {
  it('does not exist if it is disabled, and the list does', async () => {
    const server = await startClientServer({ addressRules: { postsWithoutAuthentication: false } });
    try {
      const path = `${prefix}/account/3pid`;
      const token = (await server.contacts.logInNew('alice')).caller.accessToken.reveal();
      for (const sent of [{}, undefined, { three_pid_creds: { sid: 'a', client_secret: 'b' } }]) {
        expect(spelled(await server.call('POST', path, sent, token))).toEqual(answers.switchedOff);
      }
      expect(spelled(await server.call('POST', path, {}))).toEqual(answers.switchedOff);
      expect(await server.call('GET', path, undefined, token)).toMatchObject({ status: 200, json: { threepids: [] } });
    } finally {
      await server.close();
    }
  });
});
