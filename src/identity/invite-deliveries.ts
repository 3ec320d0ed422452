import { withDeadline } from '../base/deadline.js';
import { jitter } from '../base/jitter.js';
import type { ServerName } from '../base/mxid.js';
import { createPoller } from '../base/poller.js';
import type { Runtime } from '../base/runtime.js';
import type { Database } from '../database/database.js';
import { DatabaseFailure } from '../database/failure.js';
import type { InviteDeliveryRecord } from '../database/tables/invite-deliveries.js';
import type { Federation } from '../matrix/federation.js';
import { FederationFailure, type FederationFailureDetails } from '../matrix/federation-failure.js';

export interface InviteDeliveriesDeps extends Runtime {
  readonly database: Database;
  readonly federation: Pick<Federation, 'postOnBind'>;
}

/**
 * Delivers invites to the homeservers of the invited users. A delivery stays in the database until
 * the homeserver has accepted it, so a crash loses none. At worst, a crash makes it deliver an
 * invite twice.
 */
export interface InviteDeliveries {
  /** Starts deliveries, including pending ones from an earlier run. */
  start(): void;
  /** Resolves soon. Deliveries that do not finish in time are retried after the next start. */
  stop(): Promise<void>;
  /** Signals that there may be a new delivery. */
  wake(): void;
  /** Deletes old failed deliveries, and looks for due ones. */
  sweep(): Promise<void>;
}

const maxServersAtOnce = 8;
const firstRetryMs = 10_000;
const maxRetryMs = 3_600_000;
const abandonAfterMs = 3 * 86_400_000;
const rememberFailedMs = 30 * 86_400_000;
/** The maximum delay of deliveries that another daemon left. */
const lookEveryMs = 30_000;
const stopMs = 2_000;

/** Delivers to several homeservers at once, and to each of them in order. */
export function createInviteDeliveries(deps: InviteDeliveriesDeps): InviteDeliveries {
  const { database, federation, clock, random, logger } = deps;
  const lanes = new Map<ServerName, Promise<void>>();
  let isStopped = false;

  const succeed = async ({ id, serverName }: InviteDeliveryRecord) => {
    await database.transaction(async (tx) => {
      await tx.identityInvites.deleteByDelivery(id);
      await tx.inviteDeliveries.delete(id);
    });
    logger.info('invites delivered', { server: serverName });
  };

  const abandon = async ({ id, serverName }: InviteDeliveryRecord, isOfServer: boolean) => {
    const now = clock.now();
    const count = await database.transaction(async (tx) => {
      const ids = isOfServer ? await tx.inviteDeliveries.listUntil(serverName, now - abandonAfterMs) : [id];
      for (const each of ids) {
        await tx.inviteDeliveries.abandon(each, now);
        // The next binding of the 3PID gets the invites.
        await tx.identityInvites.release(each);
      }
      return ids.length;
    });
    logger.error('invite delivery given up', { server: serverName, deliveries: count });
  };

  const postpone = async ({ id, serverName, createdAt }: InviteDeliveryRecord, isOfServer: boolean) => {
    const ageMs = clock.now() - createdAt;
    const waitMs = Math.min(Math.max(ageMs, firstRetryMs), maxRetryMs) * jitter(random);
    const dueAt = Math.ceil(clock.now() + waitMs);
    await database.transaction(async (tx) => {
      await tx.inviteDeliveries.postpone(id, dueAt);
      if (isOfServer) await tx.inviteDeliveries.postponeServer(serverName, dueAt);
    });
  };

  const fail = async (delivery: InviteDeliveryRecord, error: unknown) => {
    const details = error instanceof FederationFailure ? error.details : undefined;
    const isOfServer = details !== undefined && concernsServer(details);
    logger.warn('invite delivery failed', { server: delivery.serverName, error });
    const isOver = clock.now() - delivery.createdAt >= abandonAfterMs;
    await (isOver ? abandon(delivery, isOfServer) : postpone(delivery, isOfServer));
  };

  /** Returns true if there was a delivery. */
  const deliverNext = (server: ServerName) =>
    // Other daemons wait, and then find it delivered.
    database.locks.run(`invite deliveries to ${server}`, async () => {
      if (isStopped) return false;
      const delivery = await database.transaction((tx) => tx.inviteDeliveries.findDue(server, clock.now()));
      if (!delivery) return false;
      try {
        await federation.postOnBind(server, JSON.parse(delivery.body) as Readonly<Record<string, unknown>>);
      } catch (error) {
        await fail(delivery, error);
        return true;
      }
      await succeed(delivery);
      return true;
    });

  const serve = async (server: ServerName) => {
    try {
      while (await deliverNext(server));
      return true;
    } catch (error) {
      const isBusy = error instanceof DatabaseFailure && error.details.kind === 'busy';
      if (isBusy || isStopped) logger.debug('invite deliveries paused', { server, error });
      else logger.error('invite delivery defect', { server, error });
      return false;
    }
  };

  const open = (server: ServerName) => {
    const lane = serve(server).then((isDone) => {
      lanes.delete(server);
      // After an error, waits for the next regular poll.
      if (isDone) poller.wake();
    });
    lanes.set(server, lane);
  };

  const poller = createPoller({
    clock,
    afterFailureMs: lookEveryMs,
    failed: (error) => logger.error('invite delivery polling failed', { error }),
    async poll() {
      const now = clock.now();
      const { servers, nextDueAt } = await database.transaction(async (tx) => ({
        servers: await tx.inviteDeliveries.listDueServers(now, maxServersAtOnce + lanes.size),
        nextDueAt: await tx.inviteDeliveries.nextDueAt(now),
      }));
      const waiting = servers.filter((server) => !lanes.has(server));
      if (!isStopped) waiting.slice(0, maxServersAtOnce - lanes.size).forEach(open);
      return nextDueAt === undefined ? lookEveryMs : Math.min(nextDueAt - now, lookEveryMs);
    },
  });

  return {
    wake: () => poller.wake(),
    start: () => poller.start(),

    async stop() {
      isStopped = true;
      const underWay = Promise.all([poller.stop(), ...lanes.values()]);
      await withDeadline(clock, stopMs, underWay).catch((error: unknown) =>
        logger.info('invite deliveries still running', { error }),
      );
    },

    async sweep() {
      await database.transaction((tx) => tx.inviteDeliveries.deleteGivenUp(clock.now() - rememberFailedMs));
      poller.wake();
    },
  };
}

/** Returns true if other deliveries to the same server would fail in the same way. */
function concernsServer(details: FederationFailureDetails): boolean {
  return details.kind === 'no_connection' || details.kind === 'no_answer' || details.kind === 'address_refused';
}
