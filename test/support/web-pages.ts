import { AccountFailure } from '../../src/accounts/failure.js';
import { createLoginLimits } from '../../src/accounts/login-limits.js';
import { createWebGrants } from '../../src/accounts/web-grants.js';
import { createLinksApi } from '../../src/api/web/create-link.js';
import type { WebDeps } from '../../src/api/web/deps.js';
import { createWebApi } from '../../src/api/web/index.js';
import type { MatrixSignIn } from '../../src/api/web/matrix-sign-in.js';
import type { FindOpenIdUser } from '../../src/api/provisioning-v3/authenticate.js';
import type { Mxid } from '../../src/base/mxid.js';
import { systemRandom } from '../../src/base/random.js';
import type { Secret } from '../../src/base/secret.js';
import type { Database } from '../../src/database/database.js';
import type { Authenticator } from '../../src/http/bearer-auth.js';
import type { Api } from '../../src/http/api.js';
import { sendRaw, type RawReply } from './raw-http.js';

/** The path of the pages. */
export const webBase = '/_gangway';
/** The path of the widget. */
export const widgetBase = `${webBase}/widget`;
/** The origin of the Matrix client that may show the widget. */
export const widgetClient = 'https://app.test';
/** The URL of the homeserver for browsers. */
export const homeserverUrl = 'https://hs.test';
/** The lifetimes of sessions and links. */
export const [sessionMs, linkMs] = [3_600_000, 900_000];
/** How many OpenID tokens one client can submit. */
export const maxSignIns = 5;
/** The Matrix password of every user, by whose name the sign-in decides. */
export const matrixPassword = 'cheese and crackers';
/** The login token of @alice:example.org. */
export const ssoToken = 'sso-token-of-alice';

/** The services of the pages. */
export interface WebPagesDeps extends Pick<WebDeps, 'login' | 'phoneProofs' | 'handOver' | 'serverName' | 'clock'> {
  readonly database: Database;
  readonly findOpenIdUser: FindOpenIdUser;
  readonly mayLogIn: (mxid: Mxid) => boolean;
  readonly authenticate: Authenticator;
}

/** Returns the pages, the widget, and the API for links. */
export function webApis(deps: WebPagesDeps): readonly Api[] {
  const { database, clock, findOpenIdUser, mayLogIn, authenticate, ...rest } = deps;
  const grants = createWebGrants({ database, clock, random: systemRandom, sessionMs, linkMs });
  const signIn = createFakeSignIn(deps.serverName);
  const allowance = { max: maxSignIns, windowMs: 60_000 };
  const limits = createLoginLimits({
    allowances: { perAddress: allowance, perAccount: allowance, failuresPerAccount: allowance },
    serverName: deps.serverName,
    limiter: database.limiter,
    clock,
  });
  const operator = {
    name: 'Example <Server>',
    hasLogo: false,
    termsUrl: 'https://terms.test/',
    privacyUrl: undefined,
    contactUrl: 'mailto:help@example.org',
  };
  const common = {
    ...rest,
    clock,
    grants,
    sessionMs,
    operator,
    random: systemRandom,
    logo: undefined,
    admitClient: (client: string) => limits.admitClient(client),
  };
  const shared = { ...common, publicUrl: 'https://pages.test', maxAccounts: 3, widgetClients: [widgetClient] };
  return [
    createWebApi({
      ...shared,
      mode: 'page',
      base: webBase,
      signInByPassword: signIn,
      signInBySso: { ...signIn, homeserverUrl },
      addresses: undefined,
      verifyOpenId: undefined,
      acceptsLinks: true,
    }),
    createWebApi({
      ...shared,
      mode: 'widget',
      base: widgetBase,
      signInByPassword: undefined,
      signInBySso: undefined,
      addresses: undefined,
      verifyOpenId: findOpenIdUser,
      acceptsLinks: false,
    }),
    createLinksApi(webBase, { grants, mayLogIn, url: `https://pages.test${webBase}`, clock, authenticate }),
  ];
}

function createFakeSignIn(serverName: string): MatrixSignIn {
  const faults: Readonly<Record<string, ConstructorParameters<typeof AccountFailure>[0]>> = {
    slow: { kind: 'rate_limited', retryAfterMs: 120_000 },
    lost: { kind: 'homeserver_unreachable' },
    gone: { kind: 'user_deactivated' },
    odd: {
      kind: 'refused_upstream',
      status: 400,
      body: { errcode: 'M_LIMIT', error: 'No <room>' },
      retryAfter: undefined,
    },
  };
  return {
    isOffered: () => Promise.resolve(true),
    whileLoggedIn: () => Promise.reject(new Error('no user logs in for a while')),
    byPassword(user, password: Secret) {
      const fault = faults[user];
      if (fault) return Promise.reject(new AccountFailure(fault));
      const isRight = password.reveal() === matrixPassword;
      return isRight
        ? Promise.resolve((user.startsWith('@') ? user : `@${user}:${serverName}`) as Mxid)
        : Promise.reject(new AccountFailure({ kind: 'wrong_credentials' }));
    },
    byToken: (token) =>
      token.reveal() === ssoToken
        ? Promise.resolve(`@alice:${serverName}` as Mxid)
        : Promise.reject(new AccountFailure({ kind: 'login_token_invalid' })),
  };
}

/** A page as a browser shows it. */
export interface ShownPage extends RawReply {
  /** The path of the last request, with its query. */
  readonly path: string;
  readonly title: string;
  /** The text of the page, without tags and styles. */
  readonly words: string;
}

/** A browser without scripts: it keeps cookies, follows redirects and submits forms. */
export interface TestBrowser {
  /** The value of its cookie, to move it to another browser. */
  cookie: string;
  open(path: string, headers?: Readonly<Record<string, string>>): Promise<ShownPage>;
  /** Submits the form on the page that has this action, with its hidden fields. */
  submit(page: ShownPage, action: string, fields?: Readonly<Record<string, string>>): Promise<ShownPage>;
  /** Posts these fields only. */
  post(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<ShownPage>;
}

/** Creates a browser without cookies. */
export function createTestBrowser(port: number, language = 'en'): TestBrowser {
  const browser: TestBrowser = {
    cookie: '',
    open: (path, headers) => follow({ method: 'GET', path }, headers),

    submit(page, action, fields = {}) {
      const form = formsOf(page).find((each) => each.action === action);
      if (!form) throw new Error(`no form ${action} on ${page.title}: ${formsOf(page).map((each) => each.action)}`);
      return browser.post(action, { ...form.hidden, ...fields });
    },

    post: (path, fields, headers) =>
      follow({ method: 'POST', path, body: new URLSearchParams(fields).toString() }, headers),
  };

  async function follow(
    request: { readonly method: string; readonly path: string; readonly body?: string },
    headers: Readonly<Record<string, string>> = {},
  ): Promise<ShownPage> {
    const reply = await sendRaw(port, {
      ...request,
      headers: {
        'accept-language': language,
        'content-type': 'application/x-www-form-urlencoded',
        ...(browser.cookie === '' ? {} : { cookie: browser.cookie }),
        ...headers,
      },
    });
    for (const line of [reply.headers['set-cookie'] ?? []].flat()) browser.cookie = line.split(';')[0] ?? '';
    const target = reply.headers['location'];
    if (reply.status === 303 && typeof target === 'string' && target.startsWith('/')) {
      return follow({ method: 'GET', path: target });
    }
    const title = /<h1>([^<]*)<\/h1>/.exec(reply.text)?.[1] ?? '';
    return { ...reply, path: request.path, title, words: wordsOf(reply.text) };
  }
  return browser;
}

/** Returns the forms of a page, each with its hidden fields. */
export function formsOf({ text }: Pick<ShownPage, 'text'>) {
  return [...text.matchAll(/<form method="post" action="([^"]*)">([\s\S]*?)<\/form>/g)].map(
    ([, action = '', inner = '']) => ({
      action,
      hidden: Object.fromEntries(
        [...inner.matchAll(/<input\s+type="hidden"\s+name="([^"]*)"\s+value="([^"]*)"/g)].map(([, name, value]) => [
          name,
          value,
        ]),
      ),
    }),
  );
}

function wordsOf(text: string): string {
  return text
    .replaceAll(/<style>[^<]*<\/style>|<[^>]*>/g, ' ')
    .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replaceAll(/\s+/g, ' ')
    .trim();
}
