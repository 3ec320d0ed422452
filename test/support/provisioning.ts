import { AccountFailure } from '../../src/accounts/failure.js';
import { createTelegramProofs } from '../../src/accounts/threepids/database-telegram-proofs.js';
import type { FromTelegram } from '../../src/accounts/threepids/telegram-proofs.js';
import { createProvisioningApis } from '../../src/api/provisioning-apis.js';
import type { FindOpenIdUser } from '../../src/api/provisioning-v3/authenticate.js';
import type { Allowance } from '../../src/base/leaky-buckets.js';
import { parseMxid, type Mxid, type ServerName } from '../../src/base/mxid.js';
import { randomId, systemRandom } from '../../src/base/random.js';
import { Secret } from '../../src/base/secret.js';
import type { Database } from '../../src/database/database.js';
import { DatabaseFailure } from '../../src/database/failure.js';
import { createBearerAuth, type FindTokenHolder } from '../../src/http/bearer-auth.js';
import { createHttpServer, defaultHttpLimits, type HttpLimits } from '../../src/http/server.js';
import { createHandOvers } from '../../src/hand-over/service.js';
import { leaveSession, hasActiveAccount } from '../../src/login/owned-logins.js';
import { createSessionTransfers } from '../../src/sessions/transfers.js';
import { createLoginService } from '../../src/login/service.js';
import { createConnectionPool } from '../../src/telegram/pool.js';
import { openTestDatabase } from './database.js';
import { createFakeBridge, type FakeBridge } from './fake-bridge.js';
import { createFakeClock, type FakeClock } from './fake-clock.js';
import { readUser } from '../../src/login/login-codec.js';
import { createFakeTelegram, type FakeTelegram } from './fake-telegram.js';
import { sendRaw, type RawReply, type RawRequest } from './raw-http.js';
import { silentLogger } from './silent-logger.js';
import { webApis } from './web-pages.js';
import { withZeroCode } from './zero-code-telegram.js';

/**
 * The provisioning API in all its versions over real HTTP, on the real login service, a database in
 * memory and the fake of Telegram.
 */
export interface Provisioning {
  readonly port: number;
  readonly telegram: FakeTelegram;
  readonly clock: FakeClock;
  /** The access tokens that were looked up, in order. */
  readonly lookups: readonly string[];
  /** The OpenID tokens that were looked up, in order, each with its server. */
  readonly openIdLookups: readonly string[];
  /** Sends exactly this; `path` is below the prefix. */
  send(request: RawRequest): Promise<RawReply>;
  /** Sends JSON with the secret. */
  call(method: string, path: string, body?: unknown): Promise<JsonReply>;
  /** Adds the phone number, digits only, to that user's 3PIDs. */
  addNumber(mxid: string, address: string): Promise<void>;
  /** Checks the login of a user as the daemon does periodically: the session may have ended. */
  check(mxid: string): Promise<void>;
  /** The bridge; only if `changes.handOver` is given. */
  readonly fakeBridge: FakeBridge;
  readonly database: Database;
  /** From now on, the homeserver does not answer about 3PIDs. */
  loseHomeserver(): void;
  /** From now on, the Matrix account of every user is deactivated. */
  deactivateOwners(): void;
  /** From now on, every transaction fails. */
  loseDatabase(): void;
  close(): Promise<void>;
}

/** A reply with a JSON body. */
export interface JsonReply extends RawReply {
  readonly json: Readonly<Record<string, unknown>>;
}

/** The prefix below which everything is served. */
export const prefix = '/_matrix/provision';
/** The valid secret. */
export const sharedSecret = 'correct horse battery staple';
/** Another secret, which can also be a subprotocol of a WebSocket. */
export const plainSecret = 'correct-horse-battery-staple';
/** The header that every request needs. */
export const authorization = `Bearer ${sharedSecret}`;
/**
 * An access token of alice, and a token whose owner cannot be checked at the moment; all others are
 * invalid.
 */
export const [aliceToken, mysteriousToken] = ['token-of-alice', 'token-of-unknown-owner'] as const;
/**
 * An OpenID token of alice, and a token whose owner cannot be checked at the moment; all others are
 * invalid.
 */
export const [aliceOpenId, mysteriousOpenId] = ['openid-of-alice', 'openid-of-unknown-owner'] as const;
/** The address of the bridge, as in /.well-known/matrix/mautrix. */
export const bridgeUrl = 'https://bridges.example.org';
/** The server name of the homeserver. */
const serverName = 'example.org' as ServerName;
/** Users who may log in, and a user who may not. */
export const [alice, bob, outsider] = ['@alice:example.org', '@bob:example.org', '@outsider:elsewhere.org'] as const;

/** Options of a test. */
export interface ProvisioningChanges {
  readonly attempts?: Allowance;
  readonly failuresAllowed?: number;
  readonly fromTelegram?: FromTelegram;
  readonly limits?: Partial<HttpLimits>;
  /** When logins are handed over to the bridge; without this there is no bridge. */
  readonly handOver?: 'automatic' | 'on_request' | 'off';
  /** Whether sessions may be transferred; true unless changed. */
  readonly hasTransfers?: boolean;
  /**
   * Whether the Matrix accounts are in the database. Otherwise they are the homeserver's, and each
   * user has one.
   */
  readonly hasOwnAccounts?: boolean;
  /** The database; if undefined, one of SQLite. */
  readonly uri?: Secret | undefined;
}

/** Starts a server. Undeclared replies fail as defects. */
export async function startProvisioning(changes: ProvisioningChanges = {}): Promise<Provisioning> {
  const { failuresAllowed = 1000, fromTelegram = 'off', limits = {}, hasOwnAccounts = false, uri } = changes;
  const { attempts = { max: 1000, windowMs: 600_000 } } = changes;
  const clock = createFakeClock();
  const telegram = createFakeTelegram({ clock });
  const database = await openTestDatabase({ clock, ...(uri === undefined ? {} : { uri }) });
  let isDatabaseLost = false;
  let areOwnersActive = true;
  let isHomeserverLost = false;
  const losable: Database = {
    ...database,
    transaction: (work) =>
      isDatabaseLost ? Promise.reject(new DatabaseFailure({ kind: 'busy' })) : database.transaction(work),
    read: (work) => (isDatabaseLost ? Promise.reject(new DatabaseFailure({ kind: 'busy' })) : database.read(work)),
  };
  const deps = { clock, random: systemRandom, logger: silentLogger };
  const pool = createConnectionPool({
    ...deps,
    gateway: withZeroCode(telegram.gateway),
    maxLive: 10,
    idleCloseMs: 60_000,
  });
  const mayLogIn = (mxid: Mxid) => mxid !== parseMxid(outsider);
  const proofs = createTelegramProofs({
    readProfile: readUser,
    ...deps,
    mode: fromTelegram,
    database: losable,
    serverName,
    hasOwnAccounts,
    publisher: undefined,
    homeserverThreepids: hasOwnAccounts
      ? undefined
      : {
          findUser: () =>
            isHomeserverLost
              ? Promise.reject(new AccountFailure({ kind: 'homeserver_unreachable' }))
              : Promise.resolve(undefined),
        },
  });
  const fakeBridge = createFakeBridge({ gateway: telegram.gateway });
  const handOvers =
    changes.handOver &&
    createHandOvers({
      ...deps,
      database: losable,
      bridge: fakeBridge.bridge,
      isAutomatic: changes.handOver === 'automatic',
      toBridgeSession: (session) => session,
      closeConnection: (accountId) => pool.closeKey(accountId),
      leaveSession,
    });
  handOvers?.start();
  const login = createLoginService({
    ...deps,
    bridge: handOvers && { bridge: fakeBridge.bridge, handOvers },
    database: losable,
    pool,
    mayLogIn,
    isActiveOwner: hasOwnAccounts ? hasActiveAccount : () => Promise.resolve(areOwnersActive),
    maxAccounts: 3,
    maxListening: 4,
    attempts,
    expireAfterMs: 30 * 60_000,
    watcher: proofs,
  });
  const transfers = createSessionTransfers({
    ...deps,
    database: losable,
    writeSession: (session) =>
      new Secret(JSON.stringify({ auth_key: session.reveal(), dc_id: 2, server_address: '127.0.0.1:443' })),
    closeConnection: (accountId) => pool.closeKey(accountId),
  });
  const phoneProofs = fromTelegram === 'off' ? undefined : proofs;
  const lookups: string[] = [];
  const openIdLookups: string[] = [];
  const findTokenHolder: FindTokenHolder = (token) => {
    lookups.push(token.reveal());
    if (token.reveal() === mysteriousToken) return Promise.resolve({ kind: 'unavailable' });
    const mxid = token.reveal() === aliceToken ? parseMxid(alice) : undefined;
    return Promise.resolve(mxid ? { kind: 'user', mxid } : { kind: 'unknown' });
  };
  const authenticate = createBearerAuth({
    findTokenHolder,
    secrets: ['an older secret, still valid', sharedSecret, plainSecret].map((text) => new Secret(text)),
    logger: silentLogger,
    failuresAllowed,
    windowMs: 60_000,
  });
  const findOpenIdUser: FindOpenIdUser = (token, server) => {
    openIdLookups.push(`${token.reveal()} at ${server}`);
    if (token.reveal() === mysteriousOpenId) return Promise.resolve({ kind: 'unavailable' });
    const mxid = token.reveal() === aliceOpenId && server === serverName ? parseMxid(alice) : undefined;
    return Promise.resolve(mxid ? { kind: 'user', mxid } : { kind: 'unknown' });
  };
  const server = createHttpServer({
    ...deps,
    host: '127.0.0.1',
    port: 0,
    apis: [
      ...createProvisioningApis({
        prefix,
        login,
        phoneProofs,
        transfers: changes.hasTransfers === false ? undefined : transfers,
        handOver: handOvers && { handOvers, isOffered: changes.handOver !== 'off', waitMs: 8000 },
        permissions: { mayLogIn, levelOf: () => ({ level: 'user', written: 'puppeting' }) },
        authenticate,
        findTokenHolder,
        findOpenIdUser,
        serverName,
        bridges: [bridgeUrl],
        clock,
      }),
      ...webApis({
        database: losable,
        login,
        phoneProofs,
        handOver: handOvers && { handOvers, isOffered: changes.handOver !== 'off', waitMs: 8000 },
        findOpenIdUser,
        mayLogIn,
        authenticate,
        serverName,
        clock,
      }),
    ],
    trustedProxies: [],
    undeclaredReplies: 'throw',
    isUnavailable: (failure) => failure instanceof DatabaseFailure,
    limits: { ...defaultHttpLimits, ...limits },
  });
  const { port } = await server.start();
  const send = (request: RawRequest) => sendRaw(port, { ...request, path: `${prefix}${request.path}` });

  return {
    port,
    telegram,
    fakeBridge,
    database,
    clock,
    lookups,
    openIdLookups,
    send,
    async addNumber(mxid, address) {
      const owner = parseMxid(mxid);
      if (!owner) throw new Error(`not a Matrix ID: ${mxid}`);
      const at = clock.now();
      const record = { id: randomId(systemRandom), mxid: owner, medium: 'msisdn', address } as const;
      const rest = { validatedAt: at, addedAt: at, telegramAccountId: undefined };
      await database.transaction((tx) => tx.accountAddresses.insert({ ...record, ...rest }));
    },
    async check(mxid) {
      const owner = parseMxid(mxid);
      const accounts = owner ? await database.transaction((tx) => tx.telegramAccounts.listByOwner(owner)) : [];
      for (const { id } of accounts) await login.check(id);
    },
    loseHomeserver() {
      isHomeserverLost = true;
    },
    deactivateOwners() {
      areOwnersActive = false;
    },
    loseDatabase() {
      isDatabaseLost = true;
    },
    async call(method, path, body) {
      const reply = await send({
        method,
        path,
        headers: { authorization },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { ...reply, json: JSON.parse(reply.text) as JsonReply['json'] };
    },
    async close() {
      await server.stop(0);
      await handOvers?.stop();
      await pool.close();
      await database.close();
    },
  };
}
