import { afterEach, beforeEach, expect, it } from 'vitest';
import { PhoneNumber } from '../../src/base/phone.js';
import { Secret } from '../../src/base/secret.js';
import type { TelegramUser } from '../../src/telegram/shapes.js';
import { accountOfPhone, botOfToken } from '../support/fake-telegram-accounts.js';
import { openSocket } from '../support/message-socket.js';
import { authorization, prefix, startProvisioning, type Provisioning } from '../support/provisioning.js';
import type { Body, CaseRequest, Given, ReplayCase } from './scenario.js';

/** What the original server answered: JSON, or a page of its framework. */
export interface Reference {
  readonly case: string;
  readonly status: number;
  readonly body?: Body;
}

/** A transcript of a server of some version, and how to play it again. */
export interface Replay {
  readonly transcript: readonly Reference[];
  /** By the names of the transcript. */
  readonly cases: Readonly<Record<string, ReplayCase>>;
  /** The document with the rulings, which has a heading `### <number>. ` for each. */
  readonly rulings: string;
  /** The phone number or bot token whose account a case is about that does not say it. */
  readonly accountOf: (played: ReplayCase) => string;
  /** Whether the very text of an answer counts, the order of its members too. */
  readonly isExact: boolean;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

const json = 'application/json; charset=utf-8';

/** Declares tests that replay a transcript and compare each answer with it or with its ruling. */
export function playAgain({ transcript, cases, rulings, accountOf, isExact }: Replay): void {
  let api: Provisioning;
  /** Members of answers that later requests name. */
  let told = new Map<string, string>();
  let qrCode = '';

  beforeEach(async () => {
    api = await startProvisioning();
    told = new Map();
  });

  afterEach(() => api.close());

  async function send(request: CaseRequest): Promise<Answer> {
    const { method, path: template, authorization: header, contentType, body, webSocket } = request;
    const path = template.replaceAll(/\{(\w+)\}/g, (whole, name: string) => told.get(name) ?? whole);
    const headers = {
      ...(header === null ? {} : { authorization: header ?? authorization }),
      ...(contentType === undefined ? {} : { 'content-type': contentType }),
    };
    if (webSocket) return converse(path, headers, webSocket);
    const reply = await api.send({ method, path, headers, ...(body === undefined ? {} : { body: bytesOf(body) }) });
    expect(reply.headers['content-type']).toBe(json);
    takeNote(reply.text);
    return reply;
  }

  /** All that is said on a WebSocket until it closes, or the answer in its place. */
  async function converse(
    path: string,
    headers: Record<string, string>,
    { protocols = [], meanwhile }: NonNullable<CaseRequest['webSocket']>,
  ): Promise<Answer> {
    const opened = await openSocket(api.port, `${prefix}${path}`, { headers, protocols: [...protocols] });
    if (!('socket' in opened)) {
      expect(opened.headers['content-type']).toBe(json);
      return opened;
    }
    const said = [];
    for (const given of meanwhile) {
      said.push(await opened.socket.next());
      takeNote(JSON.stringify(said.at(-1)));
      await api.telegram.untilListening(1);
      await arrange(given);
    }
    said.push(await opened.socket.next());
    expect(await opened.socket.closed).toBe(1000);
    return { status: 101, text: JSON.stringify(said) };
  }

  function takeNote(text: string): void {
    const members: Readonly<Record<string, unknown>> = { ...(JSON.parse(text) as object) };
    for (const name of ['login_id', 'txn_id']) {
      const value = members[name];
      if (typeof value === 'string') told.set(name, value);
    }
    const { display_and_wait: shown, code } = members;
    if (typeof shown === 'object' && shown !== null && 'data' in shown) qrCode = String(shown.data);
    if (typeof code === 'string') qrCode = code;
  }

  async function arrange(given: Given): Promise<void> {
    if ('asked' in given) expect((await send(given.asked)).status).toBe(given.status);
    else if ('telegramFails' in given) api.telegram.fail(given.telegramFails, given.fault);
    else if ('scannedBy' in given) {
      api.telegram.acceptLoginToken(new Secret(qrCode), PhoneNumber.parse(given.scannedBy) ?? expect.fail());
    } else if ('passesMs' in given) await api.clock.advance(given.passesMs);
    else api.telegram.endSessions(given.sessionsEnd);
  }

  /** The body of the data, with the account of the case in it. */
  function expectedBody(body: Body, played: ReplayCase): unknown {
    const { username, firstName, lastName, phone, id } = userOf(played.accountOf ?? accountOf(played));
    const values: Readonly<Record<string, unknown>> = {
      '{username}': username,
      '{first_name}': firstName,
      '{last_name}': lastName,
      '{phone}': phone?.reveal().slice(1),
      '{+phone}': phone?.reveal(),
      '{id}': id,
      '{id as a number}': Number(id),
      '{login_id}': told.get('login_id'),
      '{now in seconds}': Math.floor(api.clock.now() / 1000),
      '{any}': expect.any(String),
      '{number}': expect.any(Number),
      '{anything}': expect.anything(),
    };
    const fill = (value: unknown): unknown => {
      if (typeof value === 'string' && value in values) return values[value];
      if (typeof value === 'string') {
        return value.replaceAll(/\{[^}]+\}/g, (name) => (typeof values[name] === 'string' ? values[name] : name));
      }
      if (Array.isArray(value)) return value.map(fill);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([name, member]) => [String(fill(name)), fill(member)]));
    };
    return fill(body);
  }

  it('are all played again, and nothing else', () => {
    expect(Object.keys(cases).toSorted()).toEqual(transcript.map((reference) => reference.case).toSorted());
  });

  it.each(transcript)('$case', async (reference) => {
    const played = cases[reference.case] ?? expect.fail('no such case');
    for (const step of played.given ?? []) await arrange(step);

    const reply = await send(played.request);

    const comparable = ({ status, body = {} }: Pick<Reference, 'status' | 'body'>) => {
      const expected = expectedBody(body, played);
      return isExact ? `${status} ${JSON.stringify(expected)}` : { status, body: expected };
    };
    const { status, text } = reply;
    const answer = isExact ? `${status} ${text}` : { status, body: JSON.parse(text) as unknown };
    expect(answer).toEqual(comparable(played.deviation ?? reference));
    if (!played.deviation) return;
    // What is listed as a difference must be one.
    expect(answer).not.toEqual(comparable(reference));
    expect(rulings).toContain(`\n### ${played.deviation.ruling}. `);
  });
}

function bytesOf(body: NonNullable<CaseRequest['body']>): string | Buffer {
  if (typeof body === 'string') return body;
  return 'base64' in body ? Buffer.from(body.base64, 'base64') : body.repeat.repeat(body.times);
}

function userOf(phoneOrToken: string): TelegramUser {
  const bot = botOfToken(phoneOrToken);
  if (!('kind' in bot)) return bot;
  const phone = PhoneNumber.parse(phoneOrToken);
  const user = phone && accountOfPhone(phone)?.user;
  if (!user) throw new Error('the fake of Telegram does not know the account');
  return user;
}
