import type { Sandbox } from '../sandbox/sandbox.js';
import { provision, type Walk, type WalkStep } from './demo-walk.js';

/** What the part of the demo about logins to Telegram needs. */
export interface TelegramStopsDeps {
  readonly walk: Walk;
  readonly print: (text: string) => void;
  readonly domain: string;
  /** Who logs in with the phone number, digits only, that has that password. */
  readonly mxid: string;
  readonly phone: string;
  readonly password: string;
  /** Who logs in as a bot, and the secret half of its token. */
  readonly bot: string;
  readonly botSecret: string;
  readonly sandbox: Pick<Sandbox, 'control'>;
}

/**
 * Logins to Telegram of all kinds, by two versions of the API. Each stop says whether it went as it
 * must.
 */
export function telegramStops(deps: TelegramStopsDeps): readonly (() => Promise<boolean>)[] {
  const { walk, domain } = deps;
  const qr = qrSteps(`@dave:${domain}`);
  return [
    ...[...oldSteps(deps), ...managerSteps(`@carol:${domain}`), qr.start].map((step) => () => walk.step(step)),
    () => scan(deps),
    () => walk.step(qr.end),
  ];
}

/** What integration managers of old do: version 0.3.0. */
function oldSteps({ mxid, bot, phone, password, botSecret }: TelegramStopsDeps): readonly WalkStep[] {
  return [
    {
      title: `${mxid} asks for a login code. (99966XYYYY are magic numbers: X is the data centre.)`,
      ...provision(`/login/${mxid}/request_code`, { phone: `+${phone}` }),
      status: 200,
      reply: { state: 'code' },
    },
    {
      title: 'The code is X five times. This account has two-factor authentication, so the password is next.',
      ...provision(`/login/${mxid}/send_code`, { code: '22222' }),
      status: 202,
      reply: { state: 'password' },
    },
    {
      title: 'The password completes the login.',
      ...provision(`/login/${mxid}/send_password`, { password: password }),
      status: 200,
      reply: { state: 'logged-in' },
    },
    {
      title: 'Telegram says who that is.',
      ...provision(`/${mxid}/get_me`),
      status: 200,
      reply: { phone, is_bot: false },
    },
    {
      title: 'A bot logs in with its token.',
      ...provision(`/login/${bot}/bot_token`, { token: `2000020001:${botSecret}` }),
      status: 200,
      reply: { state: 'logged-in' },
    },
    {
      title: 'And it is a bot.',
      ...provision(`/${bot}/get_me`),
      status: 200,
      reply: { phone: null, is_bot: true },
    },
  ];
}

/** What today's mautrix-manager and its like do: version 3, step by step. */
function managerSteps(carol: string): readonly WalkStep[] {
  return [
    {
      title: `${carol} logs in as today's mautrix-manager does it: a login of version 3 asks for one thing after the other.`,
      ...manage('/login/start/phone', carol, {}),
      status: 200,
      reply: { type: 'user_input', step_id: stepIds.phone },
    },
    {
      title: 'The step says what to ask for, and is answered under its own name.',
      ...manage(`/login/step/{login_id}/${stepIds.phone}/user_input`, carol, { [stepIds.phone]: '+9996610123' }),
      status: 200,
      reply: { type: 'user_input', step_id: stepIds.code },
    },
    {
      title: 'A wrong code is no error: the step is shown again.',
      ...manage(`/login/step/{login_id}/${stepIds.code}/user_input`, carol, { [stepIds.code]: '54321' }),
      status: 200,
      reply: { step_id: `${stepIds.code}.incorrect`, instructions: 'Incorrect code' },
    },
    {
      title: 'The right one completes the login.',
      ...manage(`/login/step/{login_id}/${stepIds.code}.incorrect/user_input`, carol, { [stepIds.code]: '11111' }),
      status: 200,
      reply: { type: 'complete' },
    },
  ];
}

const stepIds = {
  phone: 'fi.mau.telegram.login.phone_number',
  code: 'fi.mau.telegram.login.code',
  qr: 'fi.mau.telegram.login.show_qr',
} as const;

function manage(path: string, user: string, body: Readonly<Record<string, string>>) {
  return provision(`/v3${path}?user_id=${user}`, body);
}

/** Returns the login by QR code, before and after it is scanned. */
function qrSteps(dave: string): Readonly<Record<'start' | 'end', WalkStep>> {
  return {
    start: {
      title: `${dave} would rather scan a QR code.`,
      ...manage('/login/start/qr', dave, {}),
      status: 200,
      reply: { type: 'display_and_wait', step_id: stepIds.qr },
    },
    end: {
      title: 'Whoever waits for that is told at once.',
      ...manage(`/login/step/{login_id}/${stepIds.qr}/display_and_wait`, dave, {}),
      status: 200,
      reply: { type: 'complete' },
    },
  };
}

/** Draws the QR code, and has an account of the sandbox scan it. */
async function scan({ walk, print, sandbox }: TelegramStopsDeps): Promise<boolean> {
  const text = walk.qrText();
  const token = text === undefined ? null : new URL(text).searchParams.get('token');
  if (text === undefined || token === null) return false;
  const { renderUnicodeCompact } = await import('uqr');
  const drawn = renderUnicodeCompact(text, { border: 2 }).replaceAll(/^/gm, '  ');
  walk.announce('That is this code. The account +9996630123 of the simulated Telegram scans it on its phone.');
  print(`${drawn}\n`);
  sandbox.control.acceptLoginToken(Buffer.from(token, 'base64url'), '+9996630123');
  return true;
}
