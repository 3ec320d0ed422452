import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { install, type ConfigOverrides, type Installation } from './daemon.js';
import { startFederatingHomeserver, type FederatingHomeserver } from './federating-homeserver.js';
import { startGatewayApi, type GatewayApi } from './gateway-api.js';
import { startMailServer, type MailServer } from './mail-server.js';

/**
 * The daemon as an identity service, with a homeserver that vouches for users of example.test, a
 * mail server, and a Telegram Gateway.
 */
export interface IdentityEnvironment {
  readonly gangway: Installation;
  readonly homeserver: FederatingHomeserver;
  readonly mails: MailServer;
  readonly gateway: GatewayApi;
  close(): Promise<void>;
}

/** The base URL in mails and rooms; no server listens there. */
export const publicUrl = 'https://id.example.test';
/** The secret part of the path for a homeserver that delegates. */
export const delegateSecret = 'a-secret-in-the-path-of-the-delegate';
/** The URL of a policy. */
export const policyUrl = 'https://example.test/privacy';

/** Returns an OpenID token of the user, which the homeserver confirms. */
export function openIdTokenOf(mxid: string): string {
  return `open-id-token-of-${mxid}`;
}

/** Starts all of it. The caller closes it. */
export async function startIdentityEnvironment(
  sandbox: Sandbox,
  overrides: ConfigOverrides = {},
): Promise<IdentityEnvironment> {
  const homeserver = await startFederatingHomeserver({ certificate: 'none' });
  for (const user of ['alice', 'bob', 'carol']) {
    const mxid = `@${user}:example.test`;
    homeserver.subjects.set(openIdTokenOf(mxid), mxid);
  }
  const mails = await startMailServer();
  const gateway = await startGatewayApi();
  const smtp = {
    type: 'smtp',
    host: '127.0.0.1',
    port: mails.port,
    security: 'none',
    from: 'Gangway <id@example.test>',
  };
  const gangway = await install(sandbox, {
    identity: {
      enabled: true,
      public_url: publicUrl,
      web_client: 'https://chat.example.test',
      terms: { privacy: { version: '1', en: { name: 'Privacy', url: policyUrl } } },
      delegate: { secret: delegateSecret },
    },
    delivery: { email: [smtp], phone: [{ type: 'telegram_gateway', token: gateway.token, address: gateway.url }] },
    threepids: { allowed_countries: ['GB'] },
    outgoing: { servers: { 'example.test': `http://127.0.0.1:${homeserver.port}` } },
    ...overrides,
  });
  return {
    gangway,
    homeserver,
    mails,
    gateway,
    async close() {
      await gangway.remove();
      await Promise.all([homeserver.close(), mails.stop(), gateway.stop()]);
    },
  };
}
