import type { DomainEvent } from './event-store.js';

/**
 * Returns the event as webhooks get it, but for its ID: `type`, `occurred_at` and `data`, as JSON.
 */
export function writeEvent({ owner, telegramUserId, at, what }: DomainEvent): string {
  const data = { user_id: owner, telegram_user_id: telegramUserId, ...details(what) };
  return JSON.stringify({ type: what.type, occurred_at: at, data });
}

function details(what: DomainEvent['what']): Readonly<Record<string, unknown>> {
  switch (what.type) {
    case 'login.completed':
      return { is_bot: what.isBot };
    case 'session.handed_over':
      return {};
    case 'session.ended':
      return { reason: what.reason };
    case 'lease.taken':
      return { consumer: what.consumer, fencing: what.fencing, expires_at: what.expiresAt };
    case 'lease.ended':
      return { consumer: what.consumer, reason: what.reason };
    case 'phone.added':
    case 'phone.removed':
      return { phone: what.phone };
  }
}
