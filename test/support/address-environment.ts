import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { install, type ConfigOverrides, type Installation } from './daemon.js';
import { startGatewayApi, type GatewayApi } from './gateway-api.js';
import { startHttpFront } from './http-front.js';
import { policyUrl } from './identity-environment.js';
import { startMailServer, type MailServer } from './mail-server.js';

/**
 * The running daemon with accounts of its own, an identity service, a mail server and a Telegram
 * Gateway.
 */
export interface AddressEnvironment {
  readonly gangway: Installation;
  readonly mails: MailServer;
  readonly gateway: GatewayApi;
  /** The base URLs of the homeserver and the identity server. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts all of it, with accounts of these localparts, whose passwords are `the password of
 * <localpart>`. The caller closes it.
 */
export async function startAddressEnvironment(
  sandbox: Pick<Sandbox, 'dataCentres' | 'publicKeyPem'>,
  localparts: readonly string[],
  overrides: ConfigOverrides = {},
): Promise<AddressEnvironment> {
  const front = await startHttpFront();
  const [mails, gateway] = await Promise.all([startMailServer(), startGatewayApi()]);
  const gangway = await install(sandbox, {
    accounts: { public_url: front.url },
    identity: {
      enabled: true,
      public_url: front.url,
      terms: { privacy: { version: '1', en: { name: 'Privacy', url: policyUrl } } },
    },
    delivery: {
      email: [
        { type: 'smtp', host: '127.0.0.1', port: mails.port, security: 'none', from: 'Gangway <id@gangway.test>' },
      ],
      phone: [{ type: 'telegram_gateway', token: gateway.token, address: gateway.url }],
    },
    threepids: { allowed_countries: ['GB'] },
    web: { enabled: true, public_url: front.url },
    ...overrides,
  });
  await gangway.start();
  front.leadTo(gangway.url());
  for (const localpart of localparts) {
    await gangway.addUser(`@${localpart}:example.test`, `the password of ${localpart}`);
  }
  return {
    gangway,
    mails,
    gateway,
    url: front.url,
    async close() {
      await gangway.remove();
      await Promise.all([front.close(), mails.stop(), gateway.stop()]);
    },
  };
}

/** Returns the link in the `count`th validation mail to this recipient. */
export async function provingLink(mails: MailServer, address: string, count = 1): Promise<string> {
  const { mail } = await mails.next(({ to, raw }) => to.includes(address) && raw.includes('submit_token'), count);
  const link = /https?:\S+submit_token\S+/.exec(mail.text ?? '')?.[0];
  if (link === undefined) throw new Error('there is no link in the mail');
  return link;
}

/** Opens a link and presses the button, as a browser does. Returns the page after that. */
export async function pressButton(link: string): Promise<{ readonly status: number; readonly page: string }> {
  const page = await (await fetch(link)).text();
  const action = /<form[^>]* action="([^"]+)"/.exec(page)?.[1] ?? '';
  const fields = [...page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
  const body = new URLSearchParams(fields.map(([, name = '', value = '']): [string, string] => [name, value]));
  const confirmed = await fetch(new URL(action, link), { method: 'POST', body });
  return { status: confirmed.status, page: await confirmed.text() };
}
