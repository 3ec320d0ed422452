import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import type { Answer } from './daemon.js';
import {
  delegateSecret,
  openIdTokenOf,
  policyUrl,
  publicUrl,
  type IdentityEnvironment,
} from './identity-environment.js';

const v2 = '/_matrix/identity/v2';
const delegate = `/_gangway/delegate/${delegateSecret}/_matrix/identity/api/v1`;

export const emails = { alice: 'alice@mail.example.test', bob: 'bob@mail.example.test' } as const;
const phone = '447400123456';
export const clientSecrets = {
  alice: 'client-secret-of-alice',
  bob: 'client-secret-of-bob',
  phone: 'client-secret-of-a-phone',
};

/** A record of all requests of users to the identity service. */
export interface IdentityUsage {
  /** All responses, in order. */
  readonly answers: readonly Answer[];
  /** The values that must be in no log, file or error, by their names. */
  readonly secrets: Readonly<Record<string, string>>;
  /** The code that was sent to the phone. */
  readonly code: string;
}

/** The page of a link, as a browser gets it. */
async function openPage({ gangway }: IdentityEnvironment, link: string): Promise<{ status: number; text: string }> {
  const response = await fetch(link.replace(publicUrl, gangway.url()), { redirect: 'manual' });
  return { status: response.status, text: await response.text() };
}

/** Registers with a token of the homeserver, and accepts the terms. */
export async function enter({ gangway }: IdentityEnvironment, mxid: string): Promise<string> {
  const answer = await gangway.request('POST', `${v2}/account/register`, {
    access_token: openIdTokenOf(mxid),
    token_type: 'Bearer',
    matrix_server_name: 'example.test',
    expires_in: 3600,
  });
  expect(answer).toMatchObject({ status: 200 });
  const token = String(answer.body['token']);
  const accepted = await gangway.request('POST', `${v2}/terms`, { user_accepts: [policyUrl] }, token);
  expect(accepted).toMatchObject({ status: 200, body: {} });
  return token;
}

/**
 * Validates a 3PID by the link in the mail and its button. Returns the session and the content of
 * the mail.
 */
export async function proveEmail(environment: IdentityEnvironment, token: string, email: string, clientSecret: string) {
  const { gangway, mails } = environment;
  const asked = await gangway.request(
    'POST',
    `${v2}/validate/email/requestToken`,
    { client_secret: clientSecret, email, send_attempt: 1 },
    token,
  );
  expect(asked).toMatchObject({ status: 200 });
  const sid = String(asked.body['sid']);
  const { mail } = await mails.next(({ to, raw }) => to[0] === email.toLowerCase() && raw.includes('submitToken'));
  const link = linkIn(mail.text ?? '', 'submitToken');
  const page = await openPage(environment, link);
  expect(page).toMatchObject({ status: 200 });
  const form = /<form method="post" action="([^"]+)">/.exec(page.text)?.[1] ?? '';
  const fields = [...page.text.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
    name,
    value,
  ]) as [string, string][];
  const action = new URL(form, link.replace(publicUrl, gangway.url()));
  const confirmed = await fetch(action, { method: 'POST', body: new URLSearchParams(fields) });
  expect(confirmed.status).toBe(200);
  return { sid, client_secret: clientSecret, mailed: new URL(link).searchParams.get('token') ?? '' };
}

/**
 * Uses every feature: validations, a publication, lookups, an invite, a phone number for a
 * homeserver; and mistakes in between.
 */
export async function useIdentityService(environment: IdentityEnvironment): Promise<IdentityUsage> {
  const { gangway, mails, gateway, homeserver } = environment;
  const answers: Answer[] = [];
  const ask = async (status: number, ...request: Parameters<typeof gangway.request>): Promise<Answer['body']> => {
    const answer = await gangway.request(...request);
    answers.push(answer);
    expect(`${request[1]}: ${answer.status} ${answer.text}`).toContain(`: ${status} `);
    return answer.body;
  };
  const [alice, bob] = ['@alice:example.test', '@bob:example.test'] as const;

  expect(await ask(200, 'GET', v2)).toEqual({});
  await ask(401, 'GET', `${v2}/account`);
  await ask(401, 'GET', `${v2}/account`, undefined, 'a-token-without-an-owner');
  const wrongOpenId = { access_token: 'an-open-id-token-without-an-owner', matrix_server_name: 'example.test' };
  await ask(403, 'POST', `${v2}/account/register`, wrongOpenId);
  const aliceToken = await enter(environment, alice);
  const bobToken = await enter(environment, bob);

  // Alice validates her e-mail address and publishes it.
  const { mailed, ...session } = await proveEmail(environment, aliceToken, emails.alice, clientSecrets.alice);
  await ask(400, 'POST', `${v2}/validate/email/submitToken`, { ...session, token: 'a-wrong-token' }, aliceToken);
  await ask(403, 'POST', `${v2}/3pid/bind`, { ...session, mxid: bob }, aliceToken);
  const association = await ask(200, 'POST', `${v2}/3pid/bind`, { ...session, mxid: alice }, aliceToken);
  expect(association).toMatchObject({ medium: 'email', address: emails.alice, mxid: alice });
  expect(Object.keys(association['signatures'] as object)).toEqual(['id.example.test']);

  // Bob finds her, by a hash and in clear.
  const { lookup_pepper: pepper } = await ask(200, 'GET', `${v2}/hash_details`, undefined, bobToken);
  const hash = createHash('sha256')
    .update(`${emails.alice} email ${String(pepper)}`)
    .digest('base64url');
  const inClear = `${emails.alice} email`;
  const lookUp = (algorithm: string, address: string) => ({ algorithm, pepper, addresses: [address] });
  expect(await ask(200, 'POST', `${v2}/lookup`, lookUp('sha256', hash), bobToken)).toEqual({
    mappings: { [hash]: alice },
  });
  expect(await ask(200, 'POST', `${v2}/lookup`, lookUp('none', inClear), bobToken)).toEqual({
    mappings: { [inClear]: alice },
  });
  await ask(400, 'POST', `${v2}/lookup`, { ...lookUp('sha256', hash), pepper: 'old' }, bobToken);

  // Alice invites Bob by e-mail; when he has validated his address, his homeserver is notified.
  const invite = { medium: 'email', address: emails.bob, room_id: '!room:example.test', sender: alice };
  const stored = await ask(200, 'POST', `${v2}/store-invite`, { ...invite, room_name: 'The garden' }, aliceToken);
  await ask(400, 'POST', `${v2}/store-invite`, { ...invite, address: emails.alice }, aliceToken);
  const { mail } = await mails.next(({ to, raw }) => to[0] === emails.bob && raw.includes('The garden'));
  const inviteLink = linkIn(mail.text ?? '', 'https://chat.example.test');
  const signUrl = new URL(new URLSearchParams(inviteLink.split('?').slice(1).join('?')).get('signurl') ?? '');
  const signed = await ask(200, 'POST', `${signUrl.pathname}${signUrl.search}&mxid=${encodeURIComponent(bob)}`);
  expect(signed).toMatchObject({ mxid: bob, sender: alice, token: stored['token'] });
  const bobs = await proveEmail(environment, bobToken, emails.bob, clientSecrets.bob);
  await ask(200, 'POST', `${v2}/3pid/bind`, { sid: bobs.sid, client_secret: bobs.client_secret, mxid: bob }, bobToken);
  expect(await told(homeserver)).toMatchObject({ mxid: bob, invites: [{ token: stored['token'], mxid: bob }] });

  // The homeserver has a phone number validated.
  const number = {
    country: 'GB',
    phone_number: `0${phone.slice(2)}`,
    client_secret: clientSecrets.phone,
    send_attempt: 1,
  };
  const json = (path: string, body: unknown) => askDelegate(environment, path, body, answers);
  const ticket = await json('validate/msisdn/requestToken', number);
  const phoneSession = { sid: ticket['sid'], client_secret: clientSecrets.phone };
  const sent = await gateway.next(`+${phone}`);
  const { code } = sent;
  const callbackUrl = sent.callbackUrl?.replace(publicUrl, gangway.url());
  const at = Math.floor(systemClock.now() / 1000);
  const reported = await gateway.report({ ...sent, callbackUrl }, { delivery: 'delivered', at });
  expect(reported.status).toBe(200);
  const wrong = await json('validate/msisdn/submitToken', {
    ...phoneSession,
    token: code === '271828' ? '314159' : '271828',
  });
  expect(wrong).toMatchObject({ success: false, errcode: 'M_TOKEN_INCORRECT' });
  expect(await json('validate/msisdn/submitToken', { ...phoneSession, token: code })).toEqual({ success: true });
  const query = new URLSearchParams({ sid: String(ticket['sid']), client_secret: clientSecrets.phone }).toString();
  const validated = await ask(200, 'GET', `${delegate}/3pid/getValidated3pid?${query}`);
  expect(validated).toMatchObject({ medium: 'msisdn', address: phone });

  // Alice unbinds her address, and logs out.
  const threepid = { medium: 'email', address: emails.alice };
  await ask(200, 'POST', `${v2}/3pid/unbind`, { mxid: alice, threepid, ...session });
  expect(await ask(200, 'POST', `${v2}/lookup`, lookUp('sha256', hash), bobToken)).toEqual({ mappings: {} });
  await ask(200, 'POST', `${v2}/account/logout`, {}, aliceToken);
  await ask(401, 'GET', `${v2}/account`, undefined, aliceToken);

  return {
    answers,
    code,
    secrets: {
      'token of alice': aliceToken,
      'token of bob': bobToken,
      'unknown token': 'a-token-without-an-owner',
      'OpenID token': openIdTokenOf(alice),
      'unknown OpenID token': 'an-open-id-token-without-an-owner',
      'address of alice': emails.alice,
      'address of bob': emails.bob,
      'phone number': phone,
      'phone number as it was typed': number.phone_number,
      'mailed token': mailed,
      'mailed token of bob': bobs.mailed,
      'wrong token': 'a-wrong-token',
      'invite token': String(stored['token']),
      'private key of the invite': signUrl.searchParams.get('private_key') ?? '',
      'secret of the delegate': delegateSecret,
      'token of the Telegram Gateway': gateway.token,
      ...clientSecrets,
    },
  };
}

async function askDelegate({ gangway }: IdentityEnvironment, path: string, body: unknown, answers: Answer[]) {
  const response = await fetch(`${gangway.url()}${delegate}/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  const answer = { status: response.status, body: JSON.parse(text) as Answer['body'], headers: response.headers, text };
  answers.push(answer);
  expect(`${answer.status} ${text}`).toMatch(/^200 /);
  return answer.body;
}

/** Returns the last notification of the homeserver about invites; waits for it. */
export async function told(homeserver: IdentityEnvironment['homeserver']): Promise<unknown> {
  const find = () => homeserver.requests.filter(({ path }) => path === '/_matrix/federation/v1/3pid/onbind').at(-1);
  await expect.poll(find, { timeout: 10_000 }).toBeDefined();
  return JSON.parse(find()?.body ?? '');
}

function linkIn(text: string, part: string): string {
  const link = [...text.matchAll(/https:\/\/\S+/g)].map(([found]) => found).find((found) => found.includes(part));
  if (link === undefined) throw new Error(`no link with ${part} in the mail`);
  return link;
}
