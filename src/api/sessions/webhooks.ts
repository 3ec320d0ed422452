import { z } from 'zod';
import type { WebhookSubject } from '../../http/openapi.js';

const headers = {
  'Gangway-Timestamp':
    'When the request was sent, in seconds since 1970. Reject requests that are older than five minutes.',
  'Gangway-Signature':
    '`v1=` and the HMAC-SHA256, in hexadecimal, of the timestamp, a full stop and the body, under the secret of the webhook.',
};

const user = {
  user_id: z.string().meta({ description: 'The Matrix ID of the user.', example: '@alice:example.com' }),
  telegram_user_id: z.string().meta({ example: '700020123' }),
};

const phone = z.string().meta({ example: '+441632960123' });

/** The requests that are sent to `sessions.webhooks`. */
export const webhookSubjects: Readonly<Record<string, WebhookSubject>> = {
  'login.completed': subject('A user has logged in to Telegram', 'login.completed', { is_bot: z.boolean() }),
  'session.handed_over': subject('The bridge has accepted the session', 'session.handed_over', {}),
  'session.ended': subject('A login has ended', 'session.ended', {
    reason: z
      .enum(['logout', 'replaced', 'bridge', 'revoked', 'expired', 'deactivated', 'duplicated', 'auth_key_forgotten'])
      .meta({
        description:
          'logout: by the user. replaced: by a new login to the same account. bridge: the login is gone from ' +
          "the bridge. All others: Telegram's answer.",
      }),
  }),
  'lease.taken': subject('A program has leased the session', 'lease.taken', {
    consumer: z.string(),
    fencing: z.int(),
    expires_at: z.int().meta({ description: 'Milliseconds since 1970.' }),
  }),
  'lease.ended': subject('A lease has ended and Gangway holds the session again', 'lease.ended', {
    consumer: z.string(),
    reason: z.enum(['released', 'expired']),
  }),
  'phone.added': subject('A login has validated a phone number of the Matrix account', 'phone.added', { phone }),
  'phone.removed': subject('The phone number was removed from the Matrix account', 'phone.removed', { phone }),
};

function subject(summary: string, type: string, data: z.ZodRawShape): WebhookSubject {
  const body = z.object({
    id: z.string().meta({ description: 'The ID of the event. An event can be sent more than once.' }),
    type: z.literal(type),
    occurred_at: z.int().meta({ description: 'Milliseconds since 1970.' }),
    data: z.object({ ...user, ...data }),
  });
  return { summary, body, headers };
}
