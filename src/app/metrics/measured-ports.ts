import { elapsedMs } from '../../base/clock.js';
import { isFailure } from '../../base/failure.js';
import type { Leases } from '../../base/leases.js';
import type { Messenger } from '../../delivery/messenger.js';
import type { Metrics } from '../../observability/metrics.js';
import type { TelegramConnection, TelegramGateway } from '../../telegram/gateway.js';
import type { GangwayMetrics } from './definitions.js';

type DaemonMetrics = Metrics<GangwayMetrics>;

/** Returns the kind of a failure; other errors are defects, which are counted as `other`. */
function kindOf(error: unknown): string {
  return isFailure(error) ? error.details.kind : 'defect';
}

const seconds = (sinceMs: number) => (elapsedMs() - sinceMs) / 1000;

/** Returns the gateway, whose connections and calls are measured. */
export function measureTelegram(
  gateway: TelegramGateway,
  { engine, metrics }: { readonly engine: string; readonly metrics: DaemonMetrics },
): TelegramGateway {
  async function timed<T>(method: string, work: () => Promise<T>): Promise<T> {
    const began = elapsedMs();
    const end = (result: string) =>
      metrics.observe('gangway_telegram_call_duration_seconds', { method, result }, seconds(began));
    try {
      const value = await work();
      end('ok');
      return value;
    } catch (error) {
      end(kindOf(error));
      throw error;
    }
  }

  return {
    async connect(session) {
      const connection = await timed('connect', () => gateway.connect(session));
      metrics.add('gangway_telegram_connections', { engine });
      return measureConnection(connection, timed, () => metrics.add('gangway_telegram_connections', { engine }, -1));
    },
    close: () => gateway.close(),
  };
}

/** Callers compare connections by identity: each is wrapped once. */
function measureConnection(
  connection: TelegramConnection,
  timed: <T>(method: string, work: () => Promise<T>) => Promise<T>,
  onDestroyed: () => void,
): TelegramConnection {
  let isDestroyed = false;
  return {
    get session() {
      return connection.session;
    },
    sendCode: (phone) => timed('sendCode', () => connection.sendCode(phone)),
    resendCode: (phone, hash) => timed('resendCode', () => connection.resendCode(phone, hash)),
    signIn: (...given) => timed('signIn', () => connection.signIn(...given)),
    checkPassword: (password) => timed('checkPassword', () => connection.checkPassword(password)),
    signInBot: (...given) => timed('signInBot', () => connection.signInBot(...given)),
    exportLoginToken: () => timed('exportLoginToken', () => connection.exportLoginToken()),
    importLoginToken: (...given) => timed('importLoginToken', () => connection.importLoginToken(...given)),
    // It waits for the user.
    loginTokenNews: (signal) => connection.loginTokenNews(signal),
    getMe: () => timed('getMe', () => connection.getMe()),
    contacts: () => timed('contacts', () => connection.contacts()),
    chats: () => timed('chats', () => connection.chats()),
    findByUsername: (name) => timed('findByUsername', () => connection.findByUsername(name)),
    findByPhone: (phone) => timed('findByPhone', () => connection.findByPhone(phone)),
    searchUsers: (query) => timed('searchUsers', () => connection.searchUsers(query)),
    logOut: () => timed('logOut', () => connection.logOut()),
    async destroy() {
      if (!isDestroyed) onDestroyed();
      isDestroyed = true;
      await connection.destroy();
    },
  };
}

/** Returns the leases, which are counted. */
export function measureLeases(leases: Leases, metrics: DaemonMetrics): Leases {
  const held = new Set<string>();
  const count = (event: string) => metrics.add('gangway_connection_lease_events_total', { event });
  const show = () => metrics.set('gangway_connection_leases', {}, held.size);
  show();
  return {
    guard: leases.guard,
    async acquire(key) {
      const began = elapsedMs();
      try {
        await leases.acquire(key);
      } catch (error) {
        count('failed');
        throw error;
      }
      metrics.observe('gangway_connection_lease_wait_seconds', {}, seconds(began));
      count('acquired');
      held.add(key);
      show();
    },
    async release(key) {
      held.delete(key);
      show();
      await leases.release(key);
    },
    awaitRelease: (key) => leases.awaitRelease(key),
    setHolder(holder) {
      leases.setHolder({
        onRequested(key) {
          count('requested');
          holder.onRequested(key);
        },
        async onLost() {
          count('lost');
          held.clear();
          show();
          await holder.onLost();
        },
      });
    },
  };
}

/** Returns the messenger, whose messages are counted. */
export function measureMessenger<M extends Messenger>(messenger: M, metrics: DaemonMetrics): M {
  return {
    ...messenger,
    async send(message, groups) {
      const count = (outcome: string) => metrics.add('gangway_messages_total', { kind: message.kind, outcome });
      try {
        await messenger.send(message, groups);
        count('ok');
      } catch (error) {
        count(kindOf(error));
        throw error;
      }
    },
  };
}
