import type { Mxid } from '../../src/base/mxid.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { install, type ConfigOverrides, type Installation } from './daemon.js';
import { startHttpFront } from './http-front.js';

/** An installation with the web page, behind a proxy. */
export interface WebEnvironment {
  readonly gangway: Installation;
  /** The URL of the page, without a slash at its end. */
  readonly url: string;
  /** Creates a one-time link for the user. */
  createLink(mxid: Mxid): Promise<string>;
  /** Ends all sessions of the page, as their timeout does. */
  expireSessions(): Promise<void>;
  /** Kills the daemon and starts it again. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Starts the daemon with the web page. The caller closes it. */
export async function startWebEnvironment(
  sandbox: Pick<Sandbox, 'dataCentres' | 'publicKeyPem'>,
  { web = {}, ...overrides }: ConfigOverrides = {},
): Promise<WebEnvironment> {
  const front = await startHttpFront();
  const gangway = await install(sandbox, {
    http: { port: 0, trusted_proxies: ['127.0.0.1'] },
    web: { enabled: true, public_url: front.url, ...web },
    ...overrides,
  });
  const start = async () => {
    await gangway.start();
    front.leadTo(gangway.url());
  };
  await start();
  return {
    gangway,
    url: `${front.url}/_gangway`,
    async createLink(mxid) {
      const path = '/_gangway/v1/links';
      const { status, body, text } = await gangway.request('POST', path, { user_id: mxid }, gangway.sharedSecret);
      if (status !== 200) throw new Error(`no link: ${status} ${text}`);
      return String(body['url']);
    },
    async expireSessions() {
      const database = await gangway.openDatabase();
      await database.transaction((tx) => tx.webGrants.deleteExpired(Number.MAX_SAFE_INTEGER));
      await database.close();
    },
    async restart() {
      await gangway.kill();
      await start();
    },
    async close() {
      await front.close();
      await gangway.remove();
    },
  };
}
