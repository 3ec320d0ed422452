import type { Answer } from '../../test/support/daemon.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { magicBotSecret, magicPasswords } from '../../src/sandbox/world/magic.js';
import type { Chance } from './chance.js';
import type { Requests } from './requests.js';

/** A Matrix user, with a Telegram account and a bot of its own. */
export interface Person {
  readonly mxid: string;
  /** With a plus. */
  readonly phone: string;
  readonly code: string;
  readonly botToken: string;
}

/** Returns the user of that number, below 800. Every second one has a cloud password. */
export function personOf(index: number): Person {
  const dataCentre = (index % 3) + 1;
  const digits = String((index % 2) * 1000 + index).padStart(4, '0');
  return {
    mxid: `@user${index}:example.test`,
    phone: `+99966${dataCentre}${digits}`,
    code: String(dataCentre).repeat(5),
    botToken: `20000${dataCentre}${String(index).padStart(4, '0')}:${magicBotSecret}`,
  };
}

/** The outcome of one attempt to log in. */
export type Outcome =
  | { readonly kind: 'complete' }
  | { readonly kind: 'abandoned' }
  /** `errcode` and status of the answer, or the unexpected state. */
  | { readonly kind: 'failed'; readonly reason: string };

export interface FlowDeps {
  readonly requests: Requests;
  readonly sandbox: Sandbox;
  readonly chance: Chance;
}

export type Flow = (person: Person, deps: FlowDeps) => Promise<Outcome>;

const { password } = magicPasswords.password;
const wrongCode = '98765';
const maxQrCodes = 6;
const probabilityOfMistake = 0.15;
const probabilityOfAbandoning = 0.1;
const steps = 'fi.mau.telegram.login';

const failed = ({ status, body }: Answer): Outcome => ({
  kind: 'failed',
  reason: `${status} ${String(body['errcode'] ?? body['error'] ?? body['type'] ?? body['state'])}`,
});

/** A login by phone number through a dialect whose steps are requests with names. */
function namedSteps(prefix: (mxid: string) => string): Flow {
  return async ({ mxid, phone, code }, { requests, chance }) => {
    const step = (name: string, body: unknown) => requests.send('POST', `${prefix(mxid)}/${name}`, body);
    const requested = await step('request_code', { phone });
    if (requested.status !== 200) return failed(requested);
    if (chance.happens(probabilityOfAbandoning)) return { kind: 'abandoned' };
    if (chance.happens(probabilityOfMistake)) await step('send_code', { code: wrongCode });
    let answer = await step('send_code', { code });
    if (answer.status === 202 || answer.body['state'] === 'password') {
      if (chance.happens(probabilityOfAbandoning)) return { kind: 'abandoned' };
      if (chance.happens(probabilityOfMistake)) await step('send_password', { password: 'not the password' });
      answer = await step('send_password', { password });
    }
    return answer.body['state'] === 'logged-in' ? { kind: 'complete' } : failed(answer);
  };
}

/** Sends a step of version 3. */
function stepOf(requests: Requests, mxid: string, process: unknown) {
  return (name: string, type: string, value?: string) => {
    const id = `${steps}.${name}`;
    const path = `/v3/login/step/${String(process)}/${id}/${type}?user_id=${mxid}`;
    return requests.send('POST', path, value === undefined ? {} : { [id]: value });
  };
}

const phoneOfVersion3: Flow = async ({ mxid, phone, code }, { requests, chance }) => {
  const begun = await requests.send('POST', `/v3/login/start/phone?user_id=${mxid}`, {});
  if (begun.status !== 200) return failed(begun);
  const step = stepOf(requests, mxid, begun.body['login_id']);
  const requested = await step('phone_number', 'user_input', phone);
  if (requested.body['step_id'] !== `${steps}.code`) return failed(requested);
  if (chance.happens(probabilityOfAbandoning)) {
    await requests.send('POST', `/v3/login/cancel/${String(begun.body['login_id'])}?user_id=${mxid}`, {});
    return { kind: 'abandoned' };
  }
  let answer = await step('code', 'user_input', code);
  if (answer.body['step_id'] === `${steps}.password`) answer = await step('password', 'user_input', password);
  return answer.body['type'] === 'complete' ? { kind: 'complete' } : failed(answer);
};

const qrOfVersion3: Flow = async ({ mxid, phone }, { requests, sandbox, chance }) => {
  const begun = await requests.send('POST', `/v3/login/start/qr?user_id=${mxid}`, {});
  if (begun.status !== 200) return failed(begun);
  if (chance.happens(probabilityOfAbandoning)) return { kind: 'abandoned' };
  const step = stepOf(requests, mxid, begun.body['login_id']);
  let answer = begun;
  for (let codes = 0; codes < maxQrCodes; codes += 1) {
    if (answer.body['type'] !== 'display_and_wait') break;
    const { data } = answer.body['display_and_wait'] as { readonly data: string };
    try {
      const token = new URL(data).searchParams.get('token') ?? '';
      sandbox.control.acceptLoginToken(Buffer.from(token, 'base64url'), phone);
    } catch {
      // The code has expired or was scanned before. The next wait returns the next one.
    }
    answer = await step('show_qr', 'display_and_wait');
  }
  if (answer.body['step_id'] === `${steps}.password`) answer = await step('password', 'user_input', password);
  return answer.body['type'] === 'complete' ? { kind: 'complete' } : failed(answer);
};

const botOfVersion030: Flow = async ({ mxid, botToken }, { requests }) => {
  const answer = await requests.send('POST', `/login/${mxid}/bot_token`, { token: botToken });
  return answer.body['state'] === 'logged-in' ? { kind: 'complete' } : failed(answer);
};

/** By the name in the table of a run. */
export const flows: ReadonlyMap<string, Flow> = new Map([
  ['0.3.0, phone number', namedSteps((mxid) => `/login/${mxid}`)],
  ['v1, phone number', namedSteps((mxid) => `/v1/user/${mxid}/login`)],
  ['v3, phone number', phoneOfVersion3],
  ['v3, QR code', qrOfVersion3],
  ['0.3.0, bot token', botOfVersion030],
]);
