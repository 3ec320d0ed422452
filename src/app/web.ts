import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { LoginLimits } from '../accounts/login-limits.js';
import { createWebGrants, type WebGrants } from '../accounts/web-grants.js';
import type { FindOpenIdUser } from '../api/provisioning-v3/authenticate.js';
import { createLinksApi } from '../api/web/create-link.js';
import type { Logo, WebAddresses, WebDeps } from '../api/web/deps.js';
import { createWebApi } from '../api/web/index.js';
import { createMatrixSignIn } from '../api/web/matrix-sign-in.js';
import type { Runtime } from '../base/runtime.js';
import type { Config } from '../config/config.js';
import type { Database } from '../database/database.js';
import { isLoopback } from '../config/public-url.js';
import { clientNetwork } from '../http/client-ip.js';
import type { Api } from '../http/api.js';
import type { Accounts } from './accounts.js';
import type { Authenticators } from './authenticators.js';

/** The dependencies of composeWeb besides the configuration. */
export interface WebParts extends Pick<WebDeps, 'login' | 'phoneProofs' | 'handOver'> {
  readonly accounts: Accounts | undefined;
  /** The 3PIDs of the accounts. Undefined if the client-server API is not served. */
  readonly contacts: Pick<WebAddresses, 'addresses'> | undefined;
  /** The limits of all Matrix logins. */
  readonly limits: LoginLimits;
  readonly findOpenIdUser: FindOpenIdUser | undefined;
  readonly mayLogIn: (mxid: Parameters<WebGrants['issueLink']>[0]) => boolean;
}

/** The web page. */
export interface WebPages {
  readonly apis: readonly Api[];
  /** Deletes expired sessions and links. */
  sweep(): Promise<void>;
}

const logoTypes: Readonly<Record<string, string>> = {
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
};

/** Returns the web page, or undefined if it is disabled. */
export function composeWeb(
  { web, homeserver, bridge }: Config,
  authenticators: Pick<Authenticators, 'service'>,
  parts: WebParts,
  { database, ...runtime }: Runtime & { readonly database: Database },
): WebPages | undefined {
  if (!web.enabled) return undefined;
  const { publicUrl, path, sessionMs, linkMs, signIn, operator } = web;
  const { clock, random } = runtime;
  const { accounts, contacts, limits, findOpenIdUser, mayLogIn } = parts;
  const grants = createWebGrants({ database, clock, random, sessionMs, linkMs });
  const serverName = homeserver.domain;
  const matrixSignIn =
    accounts &&
    createMatrixSignIn({ ...runtime, authority: accounts.authority, limits, serverName, logOut: logOutOf(accounts) });
  const homeserverUrl = signIn.homeserverUrl ?? reachableByBrowsers(homeserver.address);
  const logo = operator.logoFile === undefined ? undefined : readLogo(operator.logoFile);
  const common = {
    publicUrl,
    serverName,
    grants,
    sessionMs,
    login: parts.login,
    maxAccounts: bridge.maxAccounts,
    phoneProofs: parts.phoneProofs,
    handOver: parts.handOver,
    acceptsLinks: signIn.links,
    widgetClients: signIn.widgetClients,
    operator: { ...operator, name: operator.name ?? serverName, hasLogo: logo !== undefined },
    logo,
    admitClient: (clientAddress: string) => limits.admitClient(clientNetwork(clientAddress)),
    clock,
    random,
  };
  const pages = createWebApi({
    ...common,
    mode: 'page',
    base: path,
    signInByPassword: signIn.password ? matrixSignIn : undefined,
    signInBySso:
      signIn.sso && matrixSignIn && homeserverUrl !== undefined && accounts?.kind === 'relay'
        ? { ...matrixSignIn, homeserverUrl }
        : undefined,
    // Their owner is proven by the password of the Matrix account.
    addresses:
      contacts && signIn.password && matrixSignIn
        ? { addresses: contacts.addresses, isPartial: accounts?.kind === 'relay', signIn: matrixSignIn }
        : undefined,
    verifyOpenId: undefined,
  });
  const widget = createWebApi({
    ...common,
    mode: 'widget',
    base: `${path}/widget`,
    acceptsLinks: false,
    signInByPassword: undefined,
    signInBySso: undefined,
    addresses: undefined,
    verifyOpenId: findOpenIdUser,
  });
  const authenticate = authenticators.service('links');
  const links = createLinksApi(path, { grants, mayLogIn, url: `${publicUrl}${path}`, clock, authenticate });
  return {
    apis: [pages, ...(signIn.widgetClients.length > 0 ? [widget] : []), ...(signIn.links ? [links] : [])],
    sweep: () => grants.sweep(),
  };
}

/** Returns the address unless it looks like one of an internal network. */
function reachableByBrowsers(address: string | undefined): string | undefined {
  if (address === undefined) return undefined;
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || isLoopback(hostname) ? address : undefined;
}

function logOutOf(accounts: Accounts): Parameters<typeof createMatrixSignIn>[0]['logOut'] {
  if (accounts.kind === 'embedded') return (accessToken) => accounts.sessions.logOut(accessToken);
  return async (accessToken, clientAddress) => {
    const { status } = await accounts.homeserver.logOut({ accessToken, clientAddress });
    if (status !== 200) throw new Error(`the homeserver returned ${status}`);
  };
}

function readLogo(file: string): Logo {
  const type = logoTypes[extname(file).toLowerCase()];
  if (type === undefined) throw new Error(`web.operator.logo_file: ${file} is not an SVG, PNG, WebP or JPEG file`);
  return { bytes: readFileSync(file), type };
}
