import { readStringSession } from '@mtcute/node/utils.js';
import { Secret } from '../../src/base/secret.js';
import { enterCode, withIndependentClient, type KnownSandbox } from './mtcute-on-sandbox.js';

/** The public addresses of Telegram's data centres, as sessions contain them. */
const publicAddresses: Readonly<Record<number, string>> = {
  1: '149.154.175.53:443',
  2: '149.154.167.51:443',
  3: '149.154.175.100:443',
};

/**
 * Logs in on the sandbox, closes the connection, and returns the session in the format of the
 * bridge.
 */
export async function makeBridgeSession(sandbox: KnownSandbox, phone: string): Promise<Secret> {
  const dc = Number(phone['+99966'.length]);
  return withIndependentClient(sandbox, { dc }, async (client) => {
    await enterCode(client, phone, String(dc).repeat(5));
    const { authKey } = readStringSession(await client.exportSession());
    return bridgeSessionOf(authKey, dc);
  });
}

/** A session in the format of the bridge. */
export function bridgeSessionOf(key: Uint8Array, dc: number): Secret {
  const auth_key = Buffer.from(key).toString('base64');
  return new Secret(JSON.stringify({ auth_key, dc_id: dc, server_address: publicAddresses[dc] }));
}
