import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLoginLimits } from '../../../src/accounts/login-limits.js';
import { composeWeb, type WebParts } from '../../../src/app/web.js';
import { systemClock } from '../../../src/base/clock.js';
import type { ServerName } from '../../../src/base/mxid.js';
import { systemRandom } from '../../../src/base/random.js';
import { allowAnonymous } from '../../../src/http/bearer-auth.js';
import { createHttpHomeserver } from '../../../src/matrix/http-homeserver.js';
import { openTestDatabase } from '../../support/database.js';
import { startFakeHomeserver, type FakeHomeserver } from '../../support/fake-homeserver.js';
import { startServer } from '../../support/http-server.js';
import { sendRaw } from '../../support/raw-http.js';
import { createTestRelay } from '../../support/relay-accounts.js';
import { silentLogger } from '../../support/silent-logger.js';
import { load, written } from '../config/written-config.js';

const serverName = 'matrix.test' as ServerName;
const path = '/_gangway';

let homeserver: FakeHomeserver;

beforeEach(async () => {
  homeserver = await startFakeHomeserver(serverName);
  homeserver.offerSso('@alice:matrix.test');
});

afterEach(() => homeserver.close());

/** Starts the pages with this configuration, in front of the homeserver. */
async function startPages(changes: Readonly<Record<string, unknown>>) {
  const { config } = load(written(changes));
  const runtime = { clock: systemClock, random: systemRandom, logger: silentLogger };
  const database = await openTestDatabase({});
  const { authority } = createTestRelay(homeserver.url, serverName);
  const parts: Pick<WebParts, 'accounts' | 'limits'> = {
    accounts: {
      kind: 'relay',
      authority,
      homeserver: createHttpHomeserver({ address: homeserver.url, deadlineMs: 5_000, clock: systemClock }),
      upstreamProofs: {} as never,
      homeserverThreepids: undefined,
      sweep: () => Promise.resolve(),
    },
    limits: createLoginLimits({
      allowances: config.accounts.limits,
      serverName,
      limiter: database.limiter,
      clock: systemClock,
    }),
  };
  const unused = {
    login: {} as never,
    contacts: undefined,
    phoneProofs: undefined,
    handOver: undefined,
    findOpenIdUser: undefined,
    mayLogIn: () => true,
  };
  const web = composeWeb(config, { service: () => allowAnonymous }, { ...parts, ...unused }, { ...runtime, database });
  const server = await startServer(web?.apis ?? []);
  return {
    open: (at: string) => sendRaw(server.port, { method: 'GET', path: at }),
    async close() {
      await server.stop(0);
      await database.close();
    },
  };
}

describe('SSO on the web page', () => {
  const web = { enabled: true, public_url: 'https://pages.matrix.test' };

  it.each([
    { address: 'http://synapse:8008', url: undefined, leadsTo: undefined },
    { address: 'http://10.0.0.5:8008', url: undefined, leadsTo: undefined },
    { address: 'http://synapse:8008', url: 'https://hs.matrix.test', leadsTo: 'https://hs.matrix.test' },
    { address: 'https://hs.matrix.test', url: undefined, leadsTo: 'https://hs.matrix.test' },
    { address: 'http://localhost:8008', url: undefined, leadsTo: 'http://localhost:8008' },
    { address: 'http://127.0.0.1:8008', url: undefined, leadsTo: 'http://127.0.0.1:8008' },
  ])('with the homeserver at $address, and $url for browsers, leads to $leadsTo', async ({ address, url, leadsTo }) => {
    const signIn = url === undefined ? {} : { sign_in: { homeserver_url: url } };
    const pages = await startPages({ homeserver: { address }, web: { ...web, ...signIn } });
    const shown = await pages.open(`${path}/`);
    expect(shown.text.includes(`href="${path}/sso"`)).toBe(leadsTo !== undefined);
    expect(shown.text).toContain('type="password"');
    const { status, headers } = await pages.open(`${path}/sso`);
    const target = headers['location'];
    expect({ status, at: typeof target === 'string' ? new URL(target).origin : undefined }).toEqual({
      status: leadsTo === undefined ? 404 : 303,
      at: leadsTo,
    });
    await pages.close();
  });
});
