// Leases the session of a Telegram account, renews the lease, and releases it.
//
// Usage: GANGWAY_URL=http://127.0.0.1:28917 GANGWAY_CONSUMER_SECRET=… npx tsx lease-session.ts 700021234 mtcute
import { randomUUID } from 'node:crypto';
// In a project of your own: '@gangway/client'.
import { ApiError, createClient, sessionsV1 } from '../../clients/typescript/src/index.js';

const { GANGWAY_URL: url = 'http://127.0.0.1:28917', GANGWAY_CONSUMER_SECRET: token } = process.env;
const [, , telegramUserId = '', format = 'mtcute'] = process.argv;
const client = createClient(sessionsV1.api, { url, token });
try {
  const lease = await client.call('POST /acquire', {
    body: {
      telegram_user_id: telegramUserId,
      format: format as sessionsV1.AcquireSessionRequest['format'],
      lifetime_seconds: 60,
      // With the same ID, a request whose reply was lost returns the same lease.
      request_id: randomUUID(),
    },
  });
  try {
    console.log(`Leased the session of ${lease.user_id} until ${new Date(lease.expires_at).toISOString()}.`);
    // Connect to Telegram with lease.session here. Never log out with it. To keep it for longer:
    await client.call('POST /renew', { body: { lease_id: lease.lease_id, lifetime_seconds: 60 } });
    // Close the connection to Telegram before the release.
  } finally {
    await client.call('POST /release', { body: { lease_id: lease.lease_id } });
  }
  console.log('Released it.');
} catch (error) {
  if (!(error instanceof ApiError)) throw error;
  console.error(`${error.status} ${error.code}: ${error.message}`);
  process.exitCode = 1;
}
