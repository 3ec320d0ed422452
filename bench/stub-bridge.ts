import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** A bridge that takes every session after a fixed time, without a look at it. */
export interface StubBridge {
  readonly url: string;
  readonly sharedSecret: string;
  /** How long it takes for a session, in ms. */
  takesMs: number;
  /** When (performance.now) it had the session of each Matrix user. */
  readonly hasSince: ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

const stepId = 'fi.mau.telegram.login.manual_session';

/** Starts one on loopback. `telegramIdOf` is the Telegram user ID of each Matrix user. */
export async function startStubBridge(telegramIdOf: (mxid: string) => string): Promise<StubBridge> {
  const sharedSecret = 'the-secret-of-the-stub-bridge';
  const hasSince = new Map<string, number>();
  const bridge = { takesMs: 0 };

  async function answer(path: string, mxid: string): Promise<object> {
    const id = telegramIdOf(mxid);
    const state = { state_event: 'CONNECTED', timestamp: 1 };
    const contact = { id: '1', name: 'Some Contact', identifiers: ['telegram:some'], mxid: '@telegram_1:example.test' };
    const [what = '', action = ''] = path.split('/');
    switch (what === 'login' ? action : what) {
      case 'whoami':
        return {
          network: { network_id: 'telegram', beeper_bridge_type: 'telegram' },
          login_flows: [{ id: 'manual', name: '', description: '' }],
          homeserver: 'example.test',
          bridge_bot: '@telegrambot:example.test',
          command_prefix: '!tg',
          logins: hasSince.has(mxid)
            ? [{ state_event: 'CONNECTED', state_ts: 1, state, id, name: id, profile: { phone: `+${id}` } }]
            : [],
        };
      case 'start':
        return { login_id: mxid.slice(1, 8), type: 'user_input', step_id: stepId, txn_id: 'bls_1', instructions: '' };
      case 'step':
        await delay(bridge.takesMs);
        hasSince.set(mxid, performance.now());
        return {
          login_id: mxid.slice(1, 8),
          type: 'complete',
          step_id: 'fi.mau.telegram.login.complete',
          txn_id: 'bls_2',
          instructions: '',
          complete: { user_login_id: id },
        };
      case 'contacts':
        return { contacts: Array.from({ length: 100 }, () => contact) };
      default:
        return {};
    }
  }

  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://bridge');
    request.resume().once('end', () => {
      void answer(pathname.split('/v3/')[1] ?? '', searchParams.get('user_id') ?? '').then((body) => {
        response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('there is no port');
  return Object.assign(bridge, {
    url: `http://127.0.0.1:${address.port}`,
    sharedSecret,
    hasSince,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}
