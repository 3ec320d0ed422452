import type { Walk } from './demo-walk.js';

/** What the part of the demo about the phone number needs. */
export interface JoinStopsDeps {
  readonly walk: Walk;
  readonly print: (text: string) => void;
  /** Who is logged in to Telegram with that phone number, digits only. */
  readonly mxid: string;
  readonly phone: string;
  readonly password: string;
  /** Where the simulated Telegram takes orders. */
  readonly controlUrl: string | undefined;
}

/**
 * Returns a login to Telegram proves a phone number, until it ends. Each stop says whether it went
 * as it must.
 */
export function joinStops({
  walk,
  print,
  mxid,
  phone,
  password,
  controlUrl,
}: JoinStopsDeps): readonly (() => Promise<boolean>)[] {
  const provisioning = '/_matrix/provision';
  const loginByPhone = {
    method: 'POST',
    path: '/_matrix/client/v3/login',
    as: 'stranger',
    body: { type: 'm.login.password', identifier: { type: 'm.id.phone', country: 'GB', phone: `+${phone}` }, password },
  } as const;

  return [
    () =>
      walk.step({
        title:
          'Whoever is logged in to Telegram has proven a phone number. It may become an address of her Matrix account:',
        method: 'GET',
        path: `${provisioning}/${mxid}/get_me`,
        as: 'manager',
        status: 200,
        reply: { phone, add_phone: 'offered' },
      }),
    () =>
      walk.step({
        title: 'she takes the offer. No code is sent, for there is nothing left to prove.',
        method: 'POST',
        path: `${provisioning}/login/${mxid}/add_phone`,
        as: 'manager',
        status: 200,
        reply: { phone, add_phone: 'added' },
      }),
    () =>
      walk.step({
        ...loginByPhone,
        title: 'Now she can log in to Matrix by her phone number.',
        status: 200,
        reply: { user_id: mxid },
      }),
    () => revoke({ walk, print, phone, controlUrl }),
    () =>
      walk.step({
        title: 'Gangway sees it when it is asked, and looks by itself every now and then.',
        method: 'GET',
        path: `${provisioning}/${mxid}/get_me`,
        as: 'manager',
        status: 403,
        reply: { errcode: 'not_logged_in' },
      }),
    () =>
      walk.step({
        ...loginByPhone,
        title: 'The number is proven no more, so nobody logs in by it.',
        status: 403,
        reply: { errcode: 'M_FORBIDDEN' },
      }),
  ];
}

async function revoke({
  walk,
  print,
  phone,
  controlUrl,
}: Pick<JoinStopsDeps, 'walk' | 'print' | 'phone' | 'controlUrl'>) {
  const body = JSON.stringify({ account: `+${phone}`, error: 'SESSION_REVOKED' });
  walk.announce('On her phone she ends that session. (Here, the simulated Telegram is told so.)');
  print(`  $ curl -sS -d '${body}' ${controlUrl}/revoke\n`);
  const response = await fetch(`${controlUrl}/revoke`, { method: 'POST', body, signal: AbortSignal.timeout(10_000) });
  print(`  ${response.status} ${await response.text()}\n`);
  return response.ok;
}
