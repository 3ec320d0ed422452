import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Mxid } from '../../../src/base/mxid.js';
import { Secret } from '../../../src/base/secret.js';
import type { Bridge, HandOverProcess } from '../../../src/bridge/bridge.js';
import { BridgeFailure } from '../../../src/bridge/failure.js';
import type { Sandbox } from '../../../src/sandbox/sandbox.js';
import { bridgeAt, mxidOf } from '../../support/bridge-calls.js';
import { answerJson, startHttpListener, type HeardRequest } from '../../support/http-listener.js';
import { makeBridgeSession } from '../../support/made-session.js';
import { startStandInBridge, type StandInBridge } from '../../support/stand-in-bridge/stand-in-bridge.js';
import { startStrictSandbox } from '../../support/strict-sandbox.js';

const Exchange = z.object({
  call: z.enum([
    'findUser',
    'startHandOver',
    'submitSession',
    'contacts',
    'searchUsers',
    'resolveIdentifier',
    'createDm',
    'createGroup',
    'passOn',
    'cancelHandOver',
    'logOut',
  ]),
  given: z
    .enum([
      'incomplete_session',
      'ended_process',
      'unknown_identifier',
      'user_not_met',
      'unknown_login',
      'wrong_secret',
      'no_permission',
      'malformed_identifier',
      'no_login',
      'other_transaction',
      'unknown_type',
      'other_type',
      'no_members',
      'no_name',
      'no_room',
      'bot',
      'connecting',
      'restarted',
      'ended_session',
      'flood_wait',
    ])
    .optional(),
  request: z.object({
    method: z.enum(['GET', 'POST']),
    path: z.string(),
    query: z.record(z.string(), z.string()).default({}),
    body: z.record(z.string(), z.unknown()).optional(),
  }),
  status: z.number(),
  body: z.record(z.string(), z.unknown()),
  result: z.unknown().optional(),
  fault: z.unknown().optional(),
});
type Exchange = z.output<typeof Exchange>;

const transcript = readFileSync(new URL('transcript.json', import.meta.url), 'utf8');
const { exchanges } = z.object({ exchanges: z.array(Exchange) }).parse(JSON.parse(transcript));
const title = ({ call, given, request }: Exchange) =>
  `${call}${call === 'passOn' ? ` ${request.path}` : ''}${given === undefined ? '' : `, ${given}`}`;

const alice = mxidOf('@alice:example.test');
const bob = mxidOf('@bob:elsewhere.test');
const carol = mxidOf('@carol:example.test');
const secret = 'the-secret-of-the-stand-in-bridge';
const loginId = '700020123';

/** The user who makes the request. */
function userOf(given: Exchange['given']): Mxid {
  if (given === 'no_permission') return bob;
  return given === 'no_login' ? carol : alice;
}

/** What stands for the placeholders of an exchange. */
interface Values {
  readonly process: string;
  readonly transaction: string;
  readonly session: string;
}

function filled(text: string, { process, transaction, session }: Values): string {
  return text
    .replaceAll('{process}', process)
    .replaceAll('{transaction}', transaction)
    .replaceAll('{session}', session);
}

/** The members of a body, with the values of the placeholders. */
function filledBody(body: Readonly<Record<string, unknown>>, values: Values): Readonly<Record<string, unknown>> {
  const members = Object.entries(body).map(([name, value]) => [
    name,
    typeof value === 'string' ? filled(value, values) : value,
  ]);
  return Object.fromEntries(members) as Readonly<Record<string, unknown>>;
}

/** The call of the port that sends the request of the exchange. */
function perform({ call, given, request }: Exchange, bridge: Bridge, values: Values): Promise<unknown> {
  const mxid = userOf(given);
  const last = decodeURIComponent(request.path.split('/').at(-1) ?? '');
  const process: HandOverProcess = {
    loginId: values.process,
    stepId: 'fi.mau.telegram.login.manual_session',
    transactionId: values.transaction,
  };
  switch (call) {
    case 'findUser':
      return bridge.findUser(mxid);
    case 'startHandOver':
      return bridge.startHandOver(mxid);
    case 'submitSession':
      return bridge.submitSession(mxid, process, new Secret(values.session));
    case 'contacts':
      return bridge.contacts(mxid, loginId);
    case 'searchUsers':
      return bridge.searchUsers(mxid, loginId, String(request.body?.['query']));
    case 'resolveIdentifier':
      return bridge.resolveIdentifier(mxid, loginId, last);
    case 'createDm':
      return bridge.createDm(mxid, loginId, last);
    case 'createGroup':
      return bridge.createGroup(mxid, loginId, last, request.body ?? {});
    case 'passOn': {
      const { method, path, body = {} } = request;
      return bridge.passOn(mxid, loginId, { method, path: path.split('/').map(decodeURIComponent), body });
    }
    case 'cancelHandOver':
      return bridge.cancelHandOver(mxid, process);
    case 'logOut':
      return bridge.logOut(mxid, last);
  }
}

/** What the call ended with, as JSON has it. */
async function outcomeOf(call: Promise<unknown>): Promise<unknown> {
  try {
    return { result: plain(await call) };
  } catch (error) {
    if (!(error instanceof BridgeFailure)) throw error;
    return { fault: plain(error.details) };
  }
}

/** What the call results in. Each login is passed on as the bridge writes it, too. */
function resultOf({ call, body, result }: Exchange): unknown {
  if (call !== 'findUser') return result;
  const logins = z.object({ logins: z.array(z.record(z.string(), z.unknown())) });
  const written = logins.parse(body).logins;
  const user = logins.loose().parse(result);
  return { ...user, logins: user.logins.map((login, index) => ({ ...login, asWritten: written[index] })) };
}

function plain(value: unknown): unknown {
  return value === undefined ? null : (JSON.parse(JSON.stringify(value)) as unknown);
}

describe('the adapter in front of what today’s bridge answers', () => {
  it.each(exchanges.map((exchange) => [title(exchange), exchange] as const))('%s', async (_title, exchange) => {
    const heard: HeardRequest[] = [];
    const server = await startHttpListener((request, response) => {
      heard.push(request);
      answerJson(response, exchange.status, exchange.body);
    });
    const values = { process: 'dc5d', transaction: 'bls_1', session: '{"dc_id":2}' };
    try {
      const outcome = await outcomeOf(perform(exchange, bridgeAt({ url: server.url, sharedSecret: secret }), values));
      const expected = 'result' in exchange ? { result: resultOf(exchange) } : { fault: exchange.fault };
      expect(outcome).toEqual(expected);
    } finally {
      await server.stop();
    }
    expect(heard).toHaveLength(1);
    const { method, uri = '', headers, body } = heard[0] ?? {};
    const url = new URL(uri, 'http://bridge');
    const { request, given } = exchange;
    expect(method).toBe(request.method);
    expect(url.pathname).toBe(`/_matrix/provision/v3/${filled(request.path, values)}`);
    const query = Object.entries(request.query).map(([name, value]) => [name, filled(value, values)]);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      user_id: userOf(given),
      ...(Object.fromEntries(query) as object),
    });
    expect(headers?.authorization).toBe(`Bearer ${secret}`);
    if (!request.body) return expect(body).toBe('');
    expect(JSON.parse(body ?? '')).toEqual(filledBody(request.body, values));
  });
});

/** The members of a value and the types of what they hold; of a list, its first item. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shapeOf(member)]));
}

/** Whether the texts of errors are the same, but for what was not recorded. */
function matches(expected: unknown, actual: unknown): boolean {
  const parts = String(expected).split('{any}');
  const text = String(actual);
  return text.startsWith(parts[0] ?? '') && text.endsWith(parts.at(-1) ?? '');
}

/** What depends on Telegram rather than on the bridge. */
const beyondTheStandIn: readonly Exchange['given'][] = [
  'bot',
  'connecting',
  'restarted',
  'ended_session',
  'flood_wait',
];
const standInExchanges = exchanges.filter(({ given }) => given === undefined || !beyondTheStandIn.includes(given));

describe('the stand-in answers as today’s bridge', () => {
  let sandbox: Sandbox;
  let session: Secret | undefined;
  let standIn: StandInBridge;
  beforeAll(async () => {
    sandbox = await startStrictSandbox();
  });
  beforeEach(async () => {
    session ??= await makeBridgeSession(sandbox, '+9996620123');
    standIn = await startStandInBridge({ sandbox, sharedSecret: secret });
    const bridge = bridgeAt(standIn);
    await bridge.submitSession(alice, await bridge.startHandOver(alice), session);
    await bridge.resolveIdentifier(alice, loginId, 'sandbox_20124');
  });
  afterEach(async () => {
    // A logout ends the session at Telegram too.
    if (!standIn.logins.has(loginId)) session = undefined;
    await standIn.stop();
  });
  afterAll(() => sandbox.stop());

  const ask = async ({ request, given }: Exchange, values: Values) => {
    const query = Object.entries(request.query).map(([name, value]): [string, string] => [name, filled(value, values)]);
    const parameters = new URLSearchParams([['user_id', userOf(given)], ...query]);
    return fetch(`${standIn.url}/_matrix/provision/v3/${filled(request.path, values)}?${parameters.toString()}`, {
      method: request.method,
      headers: { Authorization: `Bearer ${given === 'wrong_secret' ? 'another-secret' : secret}` },
      ...(request.body ? { body: JSON.stringify(filledBody(request.body, values)) } : {}),
    });
  };

  it.each(standInExchanges.map((exchange) => [title(exchange), exchange] as const))('%s', async (_title, exchange) => {
    const { loginId: process, transactionId = '' } = await bridgeAt(standIn).startHandOver(alice);
    if (exchange.call === 'createDm' && exchange.given === undefined) {
      await bridgeAt(standIn).createDm(alice, loginId, 'sandbox_20124');
    }
    const answer = await ask(exchange, {
      process: exchange.given === 'ended_process' ? 'ended' : process,
      transaction: exchange.given === 'other_transaction' ? 'bls_other' : transactionId,
      session: exchange.given === 'incomplete_session' ? '{"dc_id":2}' : (session?.reveal() ?? ''),
    });
    expect(answer.status).toBe(exchange.status);
    const body = z.record(z.string(), z.unknown()).parse(await answer.json());
    // What the bridge answers of a user depends on what it has met before.
    if (['resolveIdentifier', 'createDm'].includes(exchange.call) && exchange.status < 300) {
      expect(shapeOf(body)).toMatchObject(shapeOf(exchange.body) as object);
    } else {
      expect(shapeOf(body)).toEqual(shapeOf(exchange.body));
    }
    for (const name of ['errcode', 'error', 'fi.mau.internal_error'].filter((member) => member in exchange.body)) {
      expect({ [name]: body[name], isSame: matches(exchange.body[name], body[name]) }).toMatchObject({ isSame: true });
    }
  });
});
