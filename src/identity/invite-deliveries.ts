import type { Clock } from '../base/clock.js';
import { withDeadline } from '../base/deadline.js';
import { jitter } from '../base/jitter.js';
import type { Logger } from '../base/logger.js';
import type { ServerName } from '../base/mxid.js';
import { createPoller } from '../base/poller.js';
import type { Random } from '../base/random.js';
import type { Database } from '../database/database.js';
import { DatabaseFailure } from '../database/failure.js';
import type { InviteDeliveryRecord } from '../database/tables/invite-deliveries.js';
import type { Federation } from '../matrix/federation.js';
import { FederationFailure, type FederationFault } from '../matrix/federation-failure.js';

/** The dependencies of createInviteDeliveries. */
export interface InviteDeliveriesDeps {
  readonly database: Database;
  readonly federation: Pick<Federation, 'postOnBind'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/**
 * Tells homeservers which invites have found their user. What is to be told is in the database
 * until the homeserver has taken it, so that no crash loses it; the worst that a crash does is that
 * something is told twice.
 */
export interface InviteDeliveries {
  /** From now on deliveries are made: those that are left over from before, too. */
  start(): void;
  /**
   * Resolves after what is under way, but soon: what does not end is made again after the next
   * start.
   */
  stop(): Promise<void>;
  /** There may be something new to deliver. */
  wake(): void;
  /** Forgets what was given up long ago, and looks for what is due. */
  sweep(): Promise<void>;
}

const maxServersAtOnce = 8;
const firstRetryMs = 10_000;
const longestRetryMs = 3_600_000;
const giveUpAfterMs = 3 * 86_400_000;
const rememberFailedMs = 30 * 86_400_000;
/** How long what another daemon has left may lie about. */
const lookEveryMs = 30_000;
const stopMs = 2_000;

/** Deliveries to several homeservers at once, and to each of them one after the other. */
export function createInviteDeliveries(deps: InviteDeliveriesDeps): InviteDeliveries {
  const { database, federation, clock, random, logger } = deps;
  const lanes = new Map<ServerName, Promise<void>>();
  let isStopped = false;

  const succeed = async ({ id, serverName }: InviteDeliveryRecord) => {
    await database.transaction(async (tx) => {
      await tx.identityInvites.deleteByDelivery(id);
      await tx.inviteDeliveries.delete(id);
    });
    logger.info('a homeserver was told of invites', { server: serverName });
  };

  const giveUp = async ({ id, serverName }: InviteDeliveryRecord, isOfServer: boolean) => {
    const now = clock.now();
    const count = await database.transaction(async (tx) => {
      const ids = isOfServer ? await tx.inviteDeliveries.listUntil(serverName, now - giveUpAfterMs) : [id];
      for (const each of ids) {
        await tx.inviteDeliveries.giveUp(each, now);
        // Whoever publishes the address next gets them.
        await tx.identityInvites.release(each);
      }
      return ids.length;
    });
    logger.error('a homeserver could not be told of invites: gave up', { server: serverName, deliveries: count });
  };

  const postpone = async ({ id, serverName, createdAt }: InviteDeliveryRecord, isOfServer: boolean) => {
    const ageMs = clock.now() - createdAt;
    const waitMs = Math.min(Math.max(ageMs, firstRetryMs), longestRetryMs) * jitter(random);
    const dueAt = Math.ceil(clock.now() + waitMs);
    await database.transaction(async (tx) => {
      await tx.inviteDeliveries.postpone(id, dueAt);
      if (isOfServer) await tx.inviteDeliveries.postponeServer(serverName, dueAt);
    });
  };

  const fail = async (delivery: InviteDeliveryRecord, error: unknown) => {
    const fault = error instanceof FederationFailure ? error.fact : undefined;
    const isOfServer = fault !== undefined && concernsServer(fault);
    logger.warn('a homeserver could not be told of invites', { server: delivery.serverName, error });
    const isOver = clock.now() - delivery.createdAt >= giveUpAfterMs;
    await (isOver ? giveUp(delivery, isOfServer) : postpone(delivery, isOfServer));
  };

  /** Returns whether there was something to deliver. */
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
      const isBusy = error instanceof DatabaseFailure && error.fact.kind === 'busy';
      if (isBusy || isStopped) logger.debug('deliveries of invites stopped for now', { server, error });
      else logger.error('delivering invites failed', { server, error });
      return false;
    }
  };

  const open = (server: ServerName) => {
    const lane = serve(server).then((isDone) => {
      lanes.delete(server);
      // After an error not at once, but when it is time to look anyway.
      if (isDone) poller.wake();
    });
    lanes.set(server, lane);
  };

  const poller = createPoller({
    clock,
    afterFailureMs: lookEveryMs,
    failed: (error) => logger.error('looking for invites to deliver failed', { error }),
    async look() {
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
        logger.info('deliveries of invites go on: leaving them', { error }),
      );
    },

    async sweep() {
      await database.transaction((tx) => tx.inviteDeliveries.deleteGivenUp(clock.now() - rememberFailedMs));
      poller.wake();
    },
  };
}

/** Returns whether another delivery to the same server would go wrong in the same way. */
function concernsServer(fault: FederationFault): boolean {
  return fault.kind === 'no_connection' || fault.kind === 'no_answer' || fault.kind === 'address_refused';
}
