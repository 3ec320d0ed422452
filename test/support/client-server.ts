import type { AccountAddresses } from '../../src/accounts/threepids/account-addresses.js';
import type { AccountCredentials } from '../../src/accounts/credentials.js';
import type { AccountAuthority } from '../../src/accounts/authority.js';
import { createLoginLimits, type LoginAllowances } from '../../src/accounts/login-limits.js';
import type { AccountSessions } from '../../src/accounts/sessions.js';
import { createClientServerApis } from '../../src/api/client-server-apis.js';
import type { AddressDeps } from '../../src/api/client-server-v3/address-deps.js';
import type { DiscoveryDeps } from '../../src/api/client-server-v3/discovery.js';
import type { RateLimiter } from '../../src/base/rate-limiter.js';
import { DatabaseFailure } from '../../src/database/failure.js';
import { openEmbeddedAddresses, type EmbeddedAddressesUnderTest } from './embedded-addresses.js';
import type { EmbeddedUnderTest } from './embedded-accounts.js';
import { startServer } from './http-server.js';
import { sendRaw, type RawReply, type RawRequest } from './raw-http.js';
import type { RecordingLogger } from './recording-logger.js';
import { testPages } from './test-pages.js';

/** A reply with its parsed JSON; undefined for a page. */
export interface MatrixReply extends RawReply {
  readonly json: Readonly<Record<string, unknown>>;
}

/** The client-server API over real HTTP. */
export interface ClientServer {
  /** Accounts in a database in memory; unused if another authority was given. */
  readonly embedded: EmbeddedUnderTest;
  /** Their 3PIDs, and the services around them. */
  readonly contacts: EmbeddedAddressesUnderTest;
  readonly log: RecordingLogger;
  /** On 127.0.0.1. */
  readonly port: number;
  /** Sends exactly this. */
  send(request: RawRequest): Promise<MatrixReply>;
  /** Sends JSON, with an access token if one is given. */
  call(method: string, path: string, body?: unknown, accessToken?: string): Promise<MatrixReply>;
  close(): Promise<void>;
}

/**
 * How a server under test differs from the default, which has accounts of its own and limits that
 * no test reaches.
 */
export interface ClientServerOptions {
  readonly allowances?: Partial<LoginAllowances>;
  /** Replaces the embedded accounts. The follow-up of a login is then up to the caller. */
  readonly authority?: AccountAuthority;
  /** Replaces the follow-up of a login. */
  readonly sessions?: AccountSessions;
  /** Replaces the passwords and the deactivation of the embedded accounts. */
  readonly credentials?: AccountCredentials;
  /** Replaces the 3PIDs of the embedded accounts. */
  readonly addresses?: AccountAddresses;
  /** Changes of the embedded 3PIDs. */
  readonly contacts?: Parameters<typeof openEmbeddedAddresses>[0];
  readonly addressRules?: Partial<Omit<AddressDeps, 'addresses'>>;
  /** Changes of the discovery of embedded accounts. */
  readonly discovery?: Partial<DiscoveryDeps>;
  readonly disabled?: boolean;
  /** Replaces the rate limiter of the database, for logins. */
  readonly limiter?: RateLimiter;
}

const plenty = { max: 10_000, windowMs: 60_000 };

/** Starts a server on a clock that stands still. Undeclared replies fail as defects. */
export async function startClientServer(options: ClientServerOptions = {}): Promise<ClientServer> {
  const contacts = await openEmbeddedAddresses(options.contacts);
  const { embedded } = contacts;
  const limits = createLoginLimits({
    allowances: { perAddress: plenty, perAccount: plenty, failuresPerAccount: plenty, ...options.allowances },
    serverName: embedded.serverName,
    limiter: options.limiter ?? contacts.database.limiter,
    clock: embedded.clock,
  });
  const { authority = embedded.accounts } = options;
  const sessions = options.sessions ?? (options.authority === undefined ? embedded.accounts : undefined);
  const addressDeps = {
    addresses: options.addresses ?? contacts.addresses,
    validation: contacts.validation,
    pages: testPages,
    usualPath: 'ours' as const,
    postsWithoutAuthentication: true,
    ...options.addressRules,
  };
  const openId =
    options.authority === undefined
      ? { tokens: embedded.accounts.openIdTokens, serverName: embedded.serverName }
      : undefined;
  const discovery =
    options.authority === undefined
      ? {
          wellKnown: { homeserver: 'https://matrix.example.test', identityServer: undefined },
          mayChangeAddresses: true,
          ...options.discovery,
        }
      : undefined;
  const account =
    options.authority === undefined
      ? { devices: embedded.accounts.devices, credentials: options.credentials ?? contacts.credentials }
      : undefined;
  const deps = { authority, sessions, openId, account, limits, contacts: addressDeps, discovery };
  const apis = createClientServerApis(options.disabled === true ? undefined : deps);
  const server = await startServer(apis, {
    clock: embedded.clock,
    trustedProxies: ['127.0.0.1'],
    isUnavailable: (failure) => failure instanceof DatabaseFailure,
  });

  const send = async (request: RawRequest): Promise<MatrixReply> => {
    const reply = await sendRaw(server.port, request);
    const isJson = reply.text !== '' && !String(reply.headers['content-type']).startsWith('text/html');
    return { ...reply, json: isJson ? (JSON.parse(reply.text) as MatrixReply['json']) : {} };
  };
  return {
    embedded,
    contacts,
    log: server.log,
    port: server.port,
    send,
    call(method, path, body, accessToken) {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const headers = {
        ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
        // Node leaves it out of a GET.
        ...(text === undefined ? {} : { 'content-length': String(Buffer.byteLength(text)) }),
      };
      return send({ method, path, headers, ...(text === undefined ? {} : { body: text }) });
    },
    async close() {
      await server.stop(0);
      await contacts.close();
    },
  };
}

/** The two login endpoints, with the name that each has for its body. */
export const loginPaths = {
  v3: '/_matrix/client/v3/login',
  v1: '/_matrix/client/api/v1/login',
} as const;
