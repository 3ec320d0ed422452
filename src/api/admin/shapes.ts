import { z } from 'zod';
import type { ThreepidView } from '../../admin/administration.js';
import type { HandOverView, ProcessView, SessionView } from '../../admin/views.js';

const time = (about: string) => z.int().meta({ description: `${about}, in milliseconds since 1970.` });
const telegramUserId = z.string().meta({ example: '700020123' });
const userId = z.string().meta({ description: 'The Matrix ID.', example: '@alice:example.com' });

/** A hand-over. */
export const handOverShape = z
  .object({
    telegram_user_id: telegramUserId,
    user_id: userId,
    state: z.enum(['pending', 'refused', 'ending']).meta({
      description:
        '`pending`: the bridge is to receive the session. `refused`: the bridge rejected it. `ending`: the bridge is ' +
        'to log out.',
    }),
    reason: z.string().nullable().meta({ description: 'The last answer of the bridge.' }),
    attempts: z.int(),
    created_at: time('When it was created'),
    next_attempt_at: time('When the bridge is asked next').nullable(),
  })
  .meta({ title: 'HandOver' });

/** A login to Telegram. */
export const sessionShape = z
  .object({
    telegram_user_id: telegramUserId,
    user_id: userId,
    username: z.string().nullable(),
    name: z.string().nullable().meta({ description: 'First and last name of the Telegram account.' }),
    is_bot: z.boolean(),
    held_by: z
      .enum(['gangway', 'hand_over', 'bridge', 'lease', 'export'])
      .meta({ description: 'The program that has the session.' }),
    logged_in_at: time('When the user logged in'),
    hand_over: handOverShape.optional(),
    lease: z
      .object({ consumer: z.string(), taken_at: time('When it began'), expires_at: time('When it ends') })
      .optional(),
  })
  .meta({ title: 'TelegramSession' });

/** A login process. */
export const processShape = z
  .object({
    login_id: z.string(),
    user_id: userId,
    flow: z.enum(['phone', 'qr', 'bot']).nullable().meta({ description: 'Null in the dialect 0.3.0.' }),
    step: z.enum(['phone', 'bot_token', 'qr', 'code', 'password', 'ending']).meta({
      description: 'What it waits for. `ending`: it is over, and its session is still to be ended at Telegram.',
    }),
    started_at: time('When it was started'),
    expires_at: time('When it is cancelled if it stays idle'),
  })
  .meta({ title: 'LoginProcess' });

/** A 3PID. */
export const threepidShape = z
  .object({
    medium: z.enum(['email', 'msisdn']),
    address: z.string(),
    use: z.enum(['account', 'binding']).meta({
      description: '`account`: a 3PID of the Matrix account. `binding`: published by the identity service.',
    }),
    added_at: time('When it was added'),
  })
  .meta({ title: 'Threepid' });

/** Returns the hand-over as it is on the wire. */
export function handOverOnWire(view: HandOverView) {
  return {
    telegram_user_id: view.telegramUserId,
    user_id: view.owner,
    state: view.state,
    reason: view.reason,
    attempts: view.attempts,
    created_at: view.createdAt,
    next_attempt_at: view.nextAttemptAt,
  };
}

/** Returns the session as it is on the wire. */
export function sessionOnWire({ handOver, lease, ...view }: SessionView) {
  return {
    telegram_user_id: view.telegramUserId,
    user_id: view.owner,
    username: view.username,
    name: view.name,
    is_bot: view.isBot,
    held_by: view.heldBy,
    logged_in_at: view.loggedInAt,
    ...(handOver ? { hand_over: handOverOnWire(handOver) } : {}),
    ...(lease ? { lease: { consumer: lease.consumer, taken_at: lease.takenAt, expires_at: lease.expiresAt } } : {}),
  };
}

/** Returns the login process as it is on the wire. */
export function processOnWire(view: ProcessView) {
  return {
    login_id: view.id,
    user_id: view.owner,
    flow: view.flow,
    step: view.step,
    started_at: view.startedAt,
    expires_at: view.expiresAt,
  };
}

/** Returns the 3PID as it is on the wire. */
export function threepidOnWire({ medium, address, use, addedAt }: ThreepidView) {
  return { medium, address, use, added_at: addedAt };
}
