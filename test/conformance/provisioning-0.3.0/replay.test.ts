import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PhoneNumber } from '../../../src/base/phone.js';
import { accountOfPhone, botOfToken } from '../../support/fake-telegram-accounts.js';
import { authorization, startProvisioning, type Provisioning } from '../../support/provisioning.js';
import type { RawReply } from '../../support/raw-http.js';
import { accounts, cases } from './cases.js';
import type { CaseRequest, Given, ReplayCase } from './scenario.js';

/** What the original server answered: JSON, or a page of its framework. */
interface Reference {
  readonly case: string;
  readonly status: number;
  readonly contentType: string;
  readonly body?: Readonly<Record<string, unknown>>;
}

const here = (name: string) => new URL(name, import.meta.url);
const transcript = JSON.parse(readFileSync(here('replay.json'), 'utf8')) as readonly Reference[];
const rulings = readFileSync(here('../../../docs/decisions/0001-provisioning-0.3.0-wire.md'), 'utf8');

let api: Provisioning;

beforeEach(async () => {
  api = await startProvisioning();
});

afterEach(() => api.close());

function send({ method, path, authorization: header, contentType, body }: CaseRequest): Promise<RawReply> {
  return api.send({
    method,
    path,
    headers: {
      ...(header === null ? {} : { authorization: header ?? authorization }),
      ...(contentType === undefined ? {} : { 'content-type': contentType }),
    },
    ...(body === undefined ? {} : { body: bytesOf(body) }),
  });
}

function bytesOf(body: NonNullable<CaseRequest['body']>): string | Buffer {
  if (typeof body === 'string') return body;
  return 'base64' in body ? Buffer.from(body.base64, 'base64') : body.repeat.repeat(body.times);
}

async function arrange(given: Given): Promise<void> {
  if ('asked' in given) expect((await send(given.asked)).status).toBe(given.status);
  else if ('telegramFails' in given) api.telegram.fail(given.telegramFails, given.fault);
  else api.telegram.endSessions(given.sessionsEnd);
}

/** The text of a body of the data, with the account of this case in it. */
function textOf(body: Readonly<Record<string, unknown>>, played: ReplayCase): string {
  const user = userOf(played);
  const values: Readonly<Record<string, unknown>> = {
    '{username}': user.username,
    '{first_name}': user.firstName,
    '{last_name}': user.lastName,
    '{phone}': user.phone?.reveal().slice(1),
    '{id}': user.id,
  };
  return JSON.stringify(body, (_, value: unknown) =>
    typeof value === 'string' && value in values ? values[value] : value,
  );
}

function userOf({ request, accountOf }: ReplayCase) {
  const { path } = request;
  if (path.endsWith('/bot_token')) {
    const bot = botOfToken(accounts.botToken);
    if (!('kind' in bot)) return bot;
  }
  const phone = PhoneNumber.parse(
    accountOf ?? (path.endsWith('/send_password') ? accounts.phoneWithPassword : accounts.phone),
  );
  const user = phone && accountOfPhone(phone)?.user;
  if (!user) throw new Error('the fake of Telegram does not know the account');
  return user;
}

describe('the answers of the original server', () => {
  it('are all played again, and nothing else', () => {
    expect(Object.keys(cases).toSorted()).toEqual(transcript.map((reference) => reference.case).toSorted());
  });

  it.each(transcript)('$case', async (reference) => {
    const played = cases[reference.case] ?? expect.fail('no such case');
    const { given = [], request, deviation } = played;
    for (const step of given) await arrange(step);

    const reply = await send(request);

    expect(reply.headers['content-type']).toBe('application/json; charset=utf-8');
    const expected = deviation ?? reference;
    expect(`${reply.status} ${reply.text}`).toBe(`${expected.status} ${textOf(expected.body ?? {}, played)}`);
  });

  it.each(transcript.filter((reference) => cases[reference.case]?.deviation))(
    '$case: differs by a ruling',
    (reference) => {
      const { deviation } = cases[reference.case] ?? {};
      expect({ status: deviation?.status, body: deviation?.body }).not.toEqual({
        status: reference.status,
        body: reference.body,
      });
      expect(rulings).toContain(`\n### ${deviation?.ruling}. `);
    },
  );
});
