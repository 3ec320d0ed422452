import type { DemoRun } from './demo-run.js';

/** The dependencies of this part of the demo. */
export interface JoinStepsDeps {
  readonly demoRun: DemoRun;
  readonly print: (text: string) => void;
  /** The user who is logged in to Telegram with that phone number, digits only. */
  readonly mxid: string;
  readonly phone: string;
  readonly password: string;
  /** The control API of the simulated Telegram. */
  readonly controlUrl: string | undefined;
}

/**
 * Returns the steps in which a Telegram login validates a phone number, and later ends. Each step
 * returns whether its reply is the expected one.
 */
export function joinSteps({
  demoRun,
  print,
  mxid,
  phone,
  password,
  controlUrl,
}: JoinStepsDeps): readonly (() => Promise<boolean>)[] {
  const provisioning = '/_matrix/provision';
  const loginByPhone = {
    method: 'POST',
    path: '/_matrix/client/v3/login',
    as: 'anonymous',
    body: { type: 'm.login.password', identifier: { type: 'm.id.phone', country: 'GB', phone: `+${phone}` }, password },
  } as const;

  return [
    () =>
      demoRun.step({
        title: 'A Telegram login validates a phone number. It can be added to her Matrix account:',
        method: 'GET',
        path: `${provisioning}/${mxid}/get_me`,
        as: 'manager',
        status: 200,
        reply: { phone, add_phone: 'offered' },
      }),
    () =>
      demoRun.step({
        title: 'she accepts the offer. No code is required, since the number is already validated.',
        method: 'POST',
        path: `${provisioning}/login/${mxid}/add_phone`,
        as: 'manager',
        status: 200,
        reply: { phone, add_phone: 'added' },
      }),
    () =>
      demoRun.step({
        ...loginByPhone,
        title: 'Now she can log in to Matrix with her phone number.',
        status: 200,
        reply: { user_id: mxid },
      }),
    () => revoke({ demoRun, print, phone, controlUrl }),
    () =>
      demoRun.step({
        title: 'Gangway notices on the next request, and checks regularly.',
        method: 'GET',
        path: `${provisioning}/${mxid}/get_me`,
        as: 'manager',
        status: 403,
        reply: { errcode: 'not_logged_in' },
      }),
    () =>
      demoRun.step({
        ...loginByPhone,
        title: 'The number is not validated any more, so it cannot be used to log in.',
        status: 403,
        reply: { errcode: 'M_FORBIDDEN' },
      }),
  ];
}

async function revoke({
  demoRun,
  print,
  phone,
  controlUrl,
}: Pick<JoinStepsDeps, 'demoRun' | 'print' | 'phone' | 'controlUrl'>) {
  const body = JSON.stringify({ account: `+${phone}`, error: 'SESSION_REVOKED' });
  demoRun.announce('She ends that session on her phone. (Here, a request to the simulated Telegram does.)');
  print(`  $ curl -sS -d '${body}' ${controlUrl}/revoke\n`);
  const response = await fetch(`${controlUrl}/revoke`, { method: 'POST', body, signal: AbortSignal.timeout(10_000) });
  print(`  ${response.status} ${await response.text()}\n`);
  return response.ok;
}
