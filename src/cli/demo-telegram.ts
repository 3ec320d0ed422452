import type { Sandbox } from '../sandbox/sandbox.js';
import { provision, type DemoRun, type DemoStep } from './demo-run.js';

/** The dependencies of this part of the demo. */
export interface TelegramStepsDeps {
  readonly demoRun: DemoRun;
  readonly print: (text: string) => void;
  readonly domain: string;
  /** The user who logs in with the phone number, digits only, with that password. */
  readonly mxid: string;
  readonly phone: string;
  readonly password: string;
  /** The user who logs in as a bot, and the secret half of the bot token. */
  readonly bot: string;
  readonly botSecret: string;
  readonly sandbox: Pick<Sandbox, 'control'>;
}

/**
 * Returns the steps with logins to Telegram of all kinds, through two versions of the API. Each
 * step returns whether its reply is the expected one.
 */
export function telegramSteps(deps: TelegramStepsDeps): readonly (() => Promise<boolean>)[] {
  const { demoRun, domain } = deps;
  const qr = qrSteps(`@dave:${domain}`);
  return [
    ...[...oldSteps(deps), ...managerSteps(`@carol:${domain}`), qr.start].map((step) => () => demoRun.step(step)),
    () => scan(deps),
    () => demoRun.step(qr.end),
  ];
}

/** The requests of older integration managers: version 0.3.0. */
function oldSteps({ mxid, bot, phone, password, botSecret }: TelegramStepsDeps): readonly DemoStep[] {
  return [
    {
      title: `${mxid} requests a login code. (99966XYYYY are magic numbers: X is the data centre.)`,
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
      ...provision(`/login/${mxid}/send_password`, { password }),
      status: 200,
      reply: { state: 'logged-in' },
    },
    {
      title: 'Telegram returns the account.',
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
      title: 'It is a bot account.',
      ...provision(`/${bot}/get_me`),
      status: 200,
      reply: { phone: null, is_bot: true },
    },
  ];
}

/** The requests of mautrix-manager: version 3, step by step. */
function managerSteps(carol: string): readonly DemoStep[] {
  return [
    {
      title: `${carol} logs in as mautrix-manager does: a login in version 3 has one step after another.`,
      ...manage('/login/start/phone', carol, {}),
      status: 200,
      reply: { type: 'user_input', step_id: stepIds.phone },
    },
    {
      title: 'Each step describes its input, and is submitted by its ID.',
      ...manage(`/login/step/{login_id}/${stepIds.phone}/user_input`, carol, { [stepIds.phone]: '+9996610123' }),
      status: 200,
      reply: { type: 'user_input', step_id: stepIds.code },
    },
    {
      title: 'A wrong code is not an error: the step is returned again.',
      ...manage(`/login/step/{login_id}/${stepIds.code}/user_input`, carol, { [stepIds.code]: '54321' }),
      status: 200,
      reply: { step_id: `${stepIds.code}.incorrect`, instructions: 'Incorrect code' },
    },
    {
      title: 'The right code completes the login.',
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

/** The login by QR code, before and after it is scanned. */
function qrSteps(dave: string): Readonly<Record<'start' | 'end', DemoStep>> {
  return {
    start: {
      title: `${dave} scans a QR code instead.`,
      ...manage('/login/start/qr', dave, {}),
      status: 200,
      reply: { type: 'display_and_wait', step_id: stepIds.qr },
    },
    end: {
      title: 'A waiting request returns at once.',
      ...manage(`/login/step/{login_id}/${stepIds.qr}/display_and_wait`, dave, {}),
      status: 200,
      reply: { type: 'complete' },
    },
  };
}

/** Draws the QR code, and has an account of the sandbox scan it. */
async function scan({ demoRun, print, sandbox }: TelegramStepsDeps): Promise<boolean> {
  const text = demoRun.qrText();
  const token = text === undefined ? null : new URL(text).searchParams.get('token');
  if (text === undefined || token === null) return false;
  const { renderUnicodeCompact } = await import('uqr');
  const drawn = renderUnicodeCompact(text, { border: 2 }).replaceAll(/^/gm, '  ');
  demoRun.announce('This is the code. The account +9996630123 of the simulated Telegram scans it on its phone.');
  print(`${drawn}\n`);
  sandbox.control.acceptLoginToken(Buffer.from(token, 'base64url'), '+9996630123');
  return true;
}
