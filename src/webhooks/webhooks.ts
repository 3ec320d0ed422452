import { createHash, createHmac } from 'node:crypto';
import { withDeadline } from '../base/deadline.js';
import { jitter } from '../base/jitter.js';
import { createPoller } from '../base/poller.js';
import type { Runtime } from '../base/runtime.js';
import type { Secret } from '../base/secret.js';
import type { Database } from '../database/database.js';
import type { EventDelivery, EventType } from '../database/tables/events.js';
import { post } from '../delivery/post.js';

/** A server that receives events. */
export interface Webhook {
  readonly url: string;
  readonly secret: Secret;
  readonly events: readonly EventType[];
}

export interface WebhooksDeps extends Runtime {
  readonly webhooks: readonly Webhook[];
  readonly database: Database;
}

/** Sends events from the outbox, at least once each. */
export interface Webhooks {
  start(): void;
  /** Resolves soon: interrupted requests are repeated after the next start. */
  stop(): Promise<void>;
  /**
   * Deletes what was given up long ago, and what was for webhooks that are not configured any more.
   */
  sweep(): Promise<void>;
}

const newAtOnce = 100;
const lookEveryMs = 2_000;
/** How often the outbox is emptied if no webhook is configured. */
const idleLookEveryMs = 60_000;
const attemptMs = 10_000;
const firstRetryMs = 5_000;
const maxRetryMs = 3_600_000;
const abandonAfterMs = 86_400_000;
const failedKeptMs = 30 * 86_400_000;
const stopMs = 2_000;

/**
 * An event becomes one delivery for each webhook that is to get it. Deliveries to one webhook are
 * made one after another, to several at once; after a failure a webhook is left alone until the
 * next attempt is due.
 */
export function createWebhooks({ webhooks, database, clock, random, logger }: WebhooksDeps): Webhooks {
  const pausedUntil = new Map<string, number>();
  const stopping = new AbortController();

  /** Returns whether there may be more. */
  async function distribute(): Promise<boolean> {
    return database.transaction(async (tx) => {
      const found = await tx.events.listNew(newAtOnce);
      for (const event of found) {
        for (const { url } of webhooks.filter(({ events }) => events.includes(event.type))) {
          const open = { attempts: 0, reason: null, dueAt: event.createdAt, failedAt: null };
          await tx.events.insertDelivery({ ...event, ...open, id: deliveryId(event.id, url), webhook: url });
        }
        await tx.events.delete(event.id);
      }
      return found.length === newAtOnce;
    });
  }

  /** Returns undefined if the server has accepted it, else the reason. */
  async function send({ url, secret }: Webhook, { body }: EventDelivery): Promise<string | undefined> {
    const timestamp = String(Math.floor(clock.now() / 1000));
    const deadline = new AbortController();
    const cancel = clock.after(attemptMs, () => deadline.abort());
    try {
      const { status } = await post({
        url,
        headers: {
          'Content-Type': 'application/json',
          'Gangway-Timestamp': timestamp,
          'Gangway-Signature': `v1=${sign(secret, timestamp, body)}`,
        },
        body,
        signal: AbortSignal.any([deadline.signal, stopping.signal]),
        handOver: () => undefined,
      });
      return status >= 200 && status < 300 ? undefined : `status ${status}`;
    } catch (error) {
      if (stopping.signal.aborted) throw error;
      logger.debug('webhook request failed', { url, error });
      return deadline.signal.aborted ? 'no answer' : 'no connection';
    } finally {
      cancel();
    }
  }

  async function fail(webhook: Webhook, delivery: EventDelivery, reason: string): Promise<void> {
    const { url } = webhook;
    const now = clock.now();
    const attempts = delivery.attempts + 1;
    const isOver = now - delivery.createdAt >= abandonAfterMs;
    const waitMs = Math.min(firstRetryMs * 2 ** Math.min(delivery.attempts, 20), maxRetryMs) * jitter(random);
    const dueAt = Math.ceil(now + waitMs);
    const failedAt = isOver ? now : null;
    await database.transaction((tx) => tx.events.updateDelivery({ ...delivery, attempts, reason, dueAt, failedAt }));
    if (isOver) return logger.error('webhook delivery given up', { url, type: delivery.type, reason });
    pausedUntil.set(url, dueAt);
    logger.warn('webhook delivery failed', { url, type: delivery.type, reason, attempts });
  }

  async function serve(webhook: Webhook): Promise<void> {
    const { url } = webhook;
    while (!stopping.signal.aborted && (pausedUntil.get(url) ?? 0) <= clock.now()) {
      const isLast = await database.locks.run(`webhook:${url}`, async () => {
        const delivery = await database.transaction((tx) => tx.events.findDue(url, clock.now()));
        if (delivery === undefined) return true;
        const reason = await send(webhook, delivery);
        if (reason !== undefined) await fail(webhook, delivery, reason);
        else await database.transaction((tx) => tx.events.delete(delivery.id));
        return false;
      });
      if (isLast) return;
    }
  }

  const lanes = new Map<string, Promise<void>>();
  function serveInBackground(webhook: Webhook): void {
    if (lanes.has(webhook.url)) return;
    const lane = serve(webhook)
      .catch((error: unknown) => {
        if (!stopping.signal.aborted) logger.error('webhook sending failed', { url: webhook.url, error });
      })
      .finally(() => lanes.delete(webhook.url));
    lanes.set(webhook.url, lane);
  }

  const poller = createPoller({
    clock,
    afterFailureMs: lookEveryMs,
    failed: (error) => logger.error('event polling failed', { error }),
    async poll() {
      const hasMore = await distribute();
      webhooks.forEach(serveInBackground);
      return hasMore ? 0 : webhooks.length === 0 ? idleLookEveryMs : lookEveryMs;
    },
  });

  return {
    start: () => poller.start(),

    async stop() {
      stopping.abort();
      const over = Promise.all([poller.stop(), ...lanes.values()]);
      await withDeadline(clock, stopMs, over).catch((error: unknown) =>
        logger.info('webhooks still running', { error }),
      );
    },

    async sweep() {
      await database.transaction(async (tx) => {
        await tx.events.deleteFailed(clock.now() - failedKeptMs);
        // Webhooks of an earlier configuration.
        await tx.events.deleteUnsent(webhooks.map(({ url }) => url));
      });
    },
  };
}

function sign(secret: Secret, timestamp: string, body: string): string {
  return createHmac('sha256', secret.reveal()).update(`${timestamp}.${body}`).digest('hex');
}

/**
 * The same for the same event and webhook, so that an event that is distributed twice is delivered
 * once.
 */
function deliveryId(eventId: string, url: string): string {
  return createHash('sha256').update(`${eventId} ${url}`).digest('base64url').slice(0, 22);
}
