import { createLoginLimits } from '../../src/accounts/login-limits.js';
import type { AccountAuthority } from '../../src/accounts/authority.js';
import { createWebGrants } from '../../src/accounts/web-grants.js';
import { createMatrixSignIn } from '../../src/api/web/matrix-sign-in.js';
import { createWebApi } from '../../src/api/web/index.js';
import { systemClock } from '../../src/base/clock.js';
import type { Mxid, ServerName } from '../../src/base/mxid.js';
import { systemRandom } from '../../src/base/random.js';
import type { Secret } from '../../src/base/secret.js';
import { createHttpHomeserver } from '../../src/matrix/http-homeserver.js';
import type { AccountAddresses } from '../../src/accounts/threepids/account-addresses.js';
import type { ContactsChanges, ContactsUnderTest } from './contacts.js';
import { openEmbeddedAddresses } from './embedded-addresses.js';
import { startFakeHomeserver, type FakeHomeserver } from './fake-homeserver.js';
import type { AddressSupport } from './fake-homeserver-addresses.js';
import { startServer } from './http-server.js';
import { openRelayAddresses } from './relay-addresses.js';
import { createTestBrowser, sessionMs, linkMs, webBase, widgetBase, type TestBrowser } from './web-pages.js';

/** The pages over HTTP, on real services for the 3PIDs of Matrix accounts. */
export interface WebAddressesUnderTest extends ContactsUnderTest {
  readonly addresses: AccountAddresses;
  /** Undefined with accounts of this daemon. */
  readonly homeserver: FakeHomeserver | undefined;
  readonly port: number;
  /** Adds an account. */
  addUser(localpart: string): Promise<{ readonly mxid: Mxid; readonly password: string }>;
  /** Returns a new browser in which the user is signed in, as with a one-time link. */
  browserOf(mxid: Mxid): Promise<TestBrowser>;
  /** Adds a 3PID to an account of this daemon. */
  addAddress(mxid: Mxid, medium: 'email' | 'msisdn', address: string): Promise<void>;
  /** The logins of the account that have not ended. */
  devicesOf(mxid: Mxid): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Options of a test. */
export type WebAddressesChanges = ContactsChanges & {
  readonly mayChange?: boolean;
  /** What the homeserver has; without it, the accounts are this daemon's. */
  readonly support?: AddressSupport;
  readonly failuresAllowed?: number;
};

interface Backend {
  readonly contacts: ContactsUnderTest & { readonly addresses: AccountAddresses };
  readonly authority: AccountAuthority;
  readonly serverName: ServerName;
  readonly logOut: (accessToken: Secret, clientAddress: string) => Promise<void>;
  readonly homeserver: FakeHomeserver | undefined;
  readonly addUser: WebAddressesUnderTest['addUser'];
  readonly addAddress: WebAddressesUnderTest['addAddress'];
  readonly devicesOf: WebAddressesUnderTest['devicesOf'];
}

/** Starts the pages. The caller closes them. */
export async function startWebAddresses(changes: WebAddressesChanges = {}): Promise<WebAddressesUnderTest> {
  const { support, failuresAllowed = 1000 } = changes;
  const backend = await (support === undefined ? openEmbedded(changes) : openRelay(support, changes));
  const { contacts, authority, serverName, logOut } = backend;
  const { database, clock } = contacts;
  const plenty = { max: 1000, windowMs: 60_000 };
  const limits = createLoginLimits({
    allowances: {
      perAddress: plenty,
      perAccount: plenty,
      failuresPerAccount: { max: failuresAllowed, windowMs: 60_000 },
    },
    serverName,
    limiter: database.limiter,
    clock,
  });
  const grants = createWebGrants({ database, clock, random: systemRandom, sessionMs, linkMs });
  const signIn = createMatrixSignIn({ authority, limits, serverName, logOut, clock, logger: contacts.logger });
  const deps = {
    publicUrl: 'https://pages.test',
    serverName,
    grants,
    sessionMs,
    // No user has a Telegram account.
    login: { listAccounts: () => Promise.resolve({ accounts: [] }) } as never,
    maxAccounts: 3,
    phoneProofs: undefined,
    handOver: undefined,
    signInByPassword: undefined,
    signInBySso: undefined,
    verifyOpenId: undefined,
    acceptsLinks: false,
    widgetClients: [],
    operator: { name: 'Test', hasLogo: false, termsUrl: undefined, privacyUrl: undefined, contactUrl: undefined },
    logo: undefined,
    admitClient: () => undefined,
    clock,
    random: systemRandom,
  };
  const addresses = { ...contacts, isPartial: support !== undefined, signIn };
  const server = await startServer(
    [
      createWebApi({ ...deps, mode: 'page', base: webBase, addresses }),
      createWebApi({ ...deps, mode: 'widget', base: widgetBase, addresses: undefined }),
    ],
    { clock },
  );
  return {
    ...contacts,
    ...backend,
    port: server.port,
    async browserOf(mxid) {
      const browser = createTestBrowser(server.port);
      const { token } = await grants.openSession(mxid);
      browser.cookie = `__Host-gangway=${token.reveal()}`;
      return browser;
    },
    async close() {
      await server.stop(0);
      await backend.homeserver?.close();
      await contacts.close();
    },
  };
}

async function openEmbedded(changes: WebAddressesChanges): Promise<Backend> {
  const contacts = await openEmbeddedAddresses(changes);
  const { accounts, serverName } = contacts.embedded;
  return {
    contacts,
    authority: accounts,
    serverName,
    logOut: (token) => accounts.logOut(token),
    homeserver: undefined,
    addUser: (localpart) => contacts.embedded.addUser(localpart),
    addAddress: (mxid, medium, address) => contacts.embedded.addAddress(mxid, { medium, address }),
    devicesOf: (mxid) => contacts.embedded.devicesOf(mxid),
  };
}

async function openRelay(support: AddressSupport, { mayChange = true }: WebAddressesChanges): Promise<Backend> {
  const serverName = 'example.test' as ServerName;
  const fake = await startFakeHomeserver(serverName);
  fake.addresses.support = support;
  const contacts = await openRelayAddresses(fake.url, serverName, { mayChange });
  const homeserver = createHttpHomeserver({ address: fake.url, deadlineMs: 20_000, clock: systemClock });
  return {
    contacts,
    authority: contacts.authority,
    serverName,
    homeserver: fake,
    async logOut(accessToken, clientAddress) {
      await homeserver.logOut({ accessToken, clientAddress });
    },
    addUser(localpart) {
      const password = `the password of ${localpart}`;
      return Promise.resolve({ mxid: fake.addUser(localpart, password) as Mxid, password });
    },
    addAddress: (mxid, medium, address) => contacts.keep(mxid, medium, address),
    devicesOf: (mxid) => Promise.resolve(fake.devicesOf(mxid)),
  };
}
