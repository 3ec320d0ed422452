import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  alice,
  aliceOpenId,
  authorization,
  bob,
  mysteriousOpenId,
  outsider,
  startProvisioning,
  type Provisioning,
} from '../../support/provisioning.js';
import { sendRaw } from '../../support/raw-http.js';
import {
  createTestBrowser,
  formsOf,
  homeserverUrl,
  linkMs,
  matrixPassword,
  maxSignIns,
  sessionMs,
  ssoToken,
  webBase,
  widgetBase,
  widgetClient,
  type ShownPage,
  type TestBrowser,
} from '../../support/web-pages.js';

let api: Provisioning;
let browser: TestBrowser;

beforeEach(async () => {
  api = await startProvisioning();
  browser = createTestBrowser(api.port);
});

afterEach(() => api.close());

const home = `${webBase}/`;
const widgetStart = `${widgetBase}/?widgetId=1&parentUrl=${encodeURIComponent(widgetClient)}`;
const signInTitle = 'Sign in with your Matrix account';
const overviewTitle = 'Your Telegram accounts';

async function signIn(user: string, password = matrixPassword): Promise<ShownPage> {
  return browser.submit(await browser.open(home), `${webBase}/sign-in`, { user, password });
}

async function makeLink(userId: unknown, headers: Readonly<Record<string, string>> = { authorization }) {
  const body = JSON.stringify({ user_id: userId });
  const reply = await sendRaw(api.port, { method: 'POST', path: `${webBase}/v1/links`, headers, body });
  return { ...reply, json: JSON.parse(reply.text) as { url: string; errcode: string; expires_in: number } };
}

describe('the sign-in with a password', () => {
  it('leads to the accounts, and signs out again', async () => {
    const page = await signIn('alice');
    expect(page).toMatchObject({ status: 200, path: home, title: overviewTitle });
    expect(page.words).toContain(`Signed in as ${alice}`);
    const out = await browser.submit(page, `${webBase}/sign-out`);
    expect(out.title).toBe(signInTitle);
    expect(out.words).toContain('You are signed out.');
    expect((await browser.open(home)).title).toBe(signInTitle);
  });

  it('ends the session that it replaces', async () => {
    const page = await signIn('alice');
    const before = browser.cookie;
    const link = (await makeLink(bob)).json.url.slice('https://pages.test'.length);
    const offered = await browser.open(link);
    expect(offered.words).toContain(`You are signed in as ${alice} now.`);
    await browser.submit(offered, `${webBase}/link`);
    browser.cookie = before;
    expect((await browser.open(home)).title).toBe(signInTitle);
    expect(page.title).toBe(overviewTitle);
  });

  it('ends the session on the server, not only in the browser', async () => {
    const page = await signIn('alice');
    const kept = browser.cookie;
    await browser.submit(page, `${webBase}/sign-out`);
    browser.cookie = kept;
    expect((await browser.open(home)).title).toBe(signInTitle);
  });

  it.each([
    { user: 'alice', password: 'wrong', status: 403, text: 'The Matrix ID or the password is wrong.' },
    { user: 'alice', password: '', status: 400, text: 'Enter your Matrix ID and your password.' },
    { user: '  ', password: 'any', status: 400, text: 'Enter your Matrix ID and your password.' },
    { user: 'slow', password: 'any', status: 429, text: 'There were too many attempts. Try again in 2 minutes.' },
    { user: 'lost', password: 'any', status: 503, text: 'Your homeserver cannot be reached at the moment.' },
    { user: 'gone', password: 'any', status: 403, text: 'This Matrix account is deactivated.' },
    { user: 'odd', password: 'any', status: 403, text: 'Your homeserver refused the sign-in: No <room>' },
  ])('shows the form again for $user with the password "$password"', async ({ user, password, status, text }) => {
    const page = await signIn(user, password);
    expect(page).toMatchObject({ status, title: signInTitle });
    expect(page.words).toContain(text);
    expect(page.text).not.toContain('<room>');
    expect(page.text).toContain(`value="${user}"`);
    expect(page.text).not.toContain(`value="${matrixPassword}"`);
  });

  it('is refused to a user who may not log in to Telegram, by a sentence', async () => {
    const page = await signIn(outsider);
    expect(page).toMatchObject({ status: 403, title: 'Problem' });
    expect(page.words).toContain('Your Matrix account may not use the Telegram bridge here.');
    // Another user can sign in instead.
    expect((await browser.submit(page, `${webBase}/sign-out`)).title).toBe(signInTitle);
  });

  it('ends after its lifetime', async () => {
    await signIn('alice');
    await api.clock.advance(sessionMs - 1);
    expect((await browser.open(home)).title).toBe(overviewTitle);
    await api.clock.advance(1);
    expect((await browser.open(home)).title).toBe(signInTitle);
  });
});

describe('a form', () => {
  const fields = { user: 'alice', password: matrixPassword };

  it.each([
    { name: 'without a token', token: () => ({}) },
    { name: 'with an empty token', token: () => ({ form_token: '' }) },
    { name: "with another browser's token", token: (other: string) => ({ form_token: other }) },
  ])('$name is refused', async ({ token }) => {
    const other = createTestBrowser(api.port);
    const [form] = formsOf(await other.open(home));
    await browser.open(home);
    const page = await browser.post(`${webBase}/sign-in`, { ...fields, ...token(form?.hidden['form_token'] ?? '') });
    expect(page).toMatchObject({ status: 403, title: 'Problem' });
    expect(page.words).toContain('This form has expired and was not sent.');
  });

  it('without the cookie is refused', async () => {
    const [form] = formsOf(await browser.open(home));
    browser.cookie = '';
    expect((await browser.post(`${webBase}/sign-in`, { ...form?.hidden, ...fields })).status).toBe(403);
  });

  it.each(['cross-site', 'same-site'])('from a page with Sec-Fetch-Site: %s is refused', async (site) => {
    const [form] = formsOf(await browser.open(home));
    const page = await browser.post(`${webBase}/sign-in`, { ...form?.hidden, ...fields }, { 'sec-fetch-site': site });
    expect(page.status).toBe(403);
  });

  it('of a visitor does not work in a session: signing in changes the token', async () => {
    const before = formsOf(await browser.open(home))[0]?.hidden;
    await signIn('alice');
    expect((await browser.post(`${webBase}/sign-out`, { ...before })).status).toBe(403);
    expect((await browser.open(home)).title).toBe(overviewTitle);
  });

  it.each(['/logins', '/accounts/1/log-out', '/accounts/1/phone', '/accounts/1/hand-over', '/sign-out', '/link'])(
    'posted to %s requires its token in a session, too',
    async (path) => {
      await signIn('alice');
      expect((await browser.post(`${webBase}${path}`, { flow: 'phone' })).status).toBe(403);
    },
  );
});

describe('the cookie', () => {
  it('belongs to this host, is not readable by scripts, and is not sent by other sites', async () => {
    const page = await browser.open(home);
    expect(page.headers['set-cookie']).toEqual([
      expect.stringMatching(/^__Host-gangway=[\w-]{22}; Path=\/; Secure; HttpOnly; SameSite=Lax$/),
    ]);
    // The second page keeps it.
    expect((await browser.open(home)).headers['set-cookie']).toBeUndefined();
  });

  it('has another value after each sign-in', async () => {
    await browser.open(home);
    const visitor = browser.cookie;
    await signIn('alice');
    expect(browser.cookie).not.toBe(visitor);
  });

  it('of the widget is partitioned', async () => {
    const page = await browser.open(`${widgetBase}/`);
    expect(page.headers['set-cookie']).toEqual([
      expect.stringMatching(/^__Host-gangway-widget=[\w-]{22}; Path=\/; Secure; HttpOnly; SameSite=None; Partitioned$/),
    ]);
  });

  it('with a value of another form counts as none', async () => {
    browser.cookie = '__Host-gangway=x';
    expect((await browser.open(home)).headers['set-cookie']).toHaveLength(1);
  });
});

describe('SSO', () => {
  async function start(next = ''): Promise<URL> {
    const reply = await sendRaw(api.port, {
      method: 'GET',
      path: `${webBase}/sso${next}`,
      headers: { cookie: browser.cookie },
    });
    const leads = new URL(String(reply.headers['location']));
    expect(leads.origin + leads.pathname).toBe(`${homeserverUrl}/_matrix/client/v3/login/sso/redirect`);
    return new URL(leads.searchParams.get('redirectUrl') ?? '');
  }

  it('signs in with the login token of the homeserver, in the same browser', async () => {
    await browser.open(home);
    const back = await start();
    expect(back.origin + back.pathname).toBe(`https://pages.test${webBase}/sso/done`);
    const page = await browser.open(`${back.pathname}${back.search}&loginToken=${ssoToken}`);
    expect(page).toMatchObject({ status: 200, path: home, title: overviewTitle });
    expect(page.words).toContain(alice);
  });

  it('continues to the page that was requested before', async () => {
    await browser.open(`${webBase}/logins/new`);
    const back = await start(`?next=${encodeURIComponent('/logins/new')}`);
    const page = await browser.open(`${back.pathname}${back.search}&loginToken=${ssoToken}`);
    expect(page.path).toBe(`${webBase}/logins/new`);
  });

  it.each([
    { name: 'in another browser', change: (url: URL) => url, cookie: () => '' },
    {
      name: 'with another state',
      change: (url: URL) => (url.searchParams.set('state', 'x'), url),
      cookie: (own: string) => own,
    },
    {
      name: 'with another target',
      change: (url: URL) => (url.searchParams.set('next', '/logins/new'), url),
      cookie: (own: string) => own,
    },
    {
      name: 'with an unknown login token',
      change: (url: URL) => (url.searchParams.set('loginToken', 'x'), url),
      cookie: (own: string) => own,
    },
    {
      name: 'without a login token',
      change: (url: URL) => (url.searchParams.delete('loginToken'), url),
      cookie: (own: string) => own,
    },
  ])('$name is refused', async ({ change, cookie }) => {
    await browser.open(home);
    const back = await start();
    back.searchParams.set('loginToken', ssoToken);
    const changed = change(back);
    browser.cookie = cookie(browser.cookie);
    const page = await browser.open(`${changed.pathname}${changed.search}`);
    expect(page).toMatchObject({ status: 403, title: 'Problem' });
    expect(page.words).toContain('The single sign-on was not completed in this browser.');
    expect((await browser.open(home)).title).toBe(signInTitle);
  });
});

describe('the page to continue to after the sign-in', () => {
  it('is the one that was requested', async () => {
    const page = await browser.open(`${webBase}/logins/new`);
    expect(page.title).toBe(signInTitle);
    const after = await browser.submit(page, `${webBase}/sign-in`, { user: 'alice', password: matrixPassword });
    expect(after.path).toBe(`${webBase}/logins/new`);
  });

  it.each(['//evil.test', 'https://evil.test', '/logins/new//evil', '/sign-out', '\\\\evil.test'])(
    'is never %s',
    async (next) => {
      const page = await browser.open(`${home}?next=${encodeURIComponent(next)}`);
      expect(page.text).not.toContain('name="next"');
      const [form] = formsOf(page);
      const fields = { ...form?.hidden, user: 'alice', password: matrixPassword, next };
      expect((await browser.post(`${webBase}/sign-in`, fields)).path).toBe(home);
    },
  );
});

describe('a one-time link', () => {
  const pathOf = (url: string) => url.slice('https://pages.test'.length);

  it('signs in once, after a click', async () => {
    const { status, json } = await makeLink(alice);
    expect({ status, expiresIn: json.expires_in }).toEqual({ status: 200, expiresIn: linkMs / 1000 });
    const path = pathOf(json.url);
    await createTestBrowser(api.port).open(path);
    const page = await browser.open(path);
    expect(page.words).toContain(`This link signs you in as ${alice}.`);
    const accounts = await browser.submit(page, `${webBase}/link`);
    expect(accounts).toMatchObject({ path: home, title: overviewTitle });
    const again = await createTestBrowser(api.port).open(path);
    expect(again.status).toBe(404);
    expect(again.words).toContain('This link is incomplete, was used or has expired.');
  });

  it('is used by one of two browsers at once', async () => {
    const path = pathOf((await makeLink(alice)).json.url);
    const browsers = [createTestBrowser(api.port), createTestBrowser(api.port)];
    const pages = await Promise.all(browsers.map((each) => each.open(path)));
    const after = await Promise.all(
      browsers.map((each, index) => each.submit(pages[index] ?? expect.fail(), `${webBase}/link`)),
    );
    expect(after.map(({ status }) => status).toSorted((one, two) => one - two)).toEqual([200, 404]);
  });

  it('expires', async () => {
    const path = pathOf((await makeLink(alice)).json.url);
    await api.clock.advance(linkMs);
    expect((await browser.open(path)).status).toBe(404);
  });

  it('cannot be a session token', async () => {
    const path = pathOf((await makeLink(alice)).json.url);
    browser.cookie = `__Host-gangway=${path.split('/').at(-1)}`;
    expect((await browser.open(home)).title).toBe(signInTitle);
  });

  it.each([
    { userId: 'alice', status: 400, errcode: 'mxid_invalid' },
    { userId: 7, status: 400, errcode: 'body_unfit' },
    { userId: outsider, status: 403, errcode: 'mxid_not_whitelisted' },
  ])('is refused for $userId', async ({ userId, status, errcode }) => {
    const reply = await makeLink(userId);
    expect({ status: reply.status, errcode: reply.json.errcode }).toEqual({ status, errcode });
  });

  it('requires the shared secret', async () => {
    expect((await makeLink(alice, {})).status).toBe(401);
    expect((await makeLink(alice, { authorization: 'Bearer wrong' })).status).toBe(401);
  });

  it("replaces the session of another user in the browser, by the link's own", async () => {
    await signIn('bob');
    expect((await browser.open(home)).words).toContain(bob);
    const page = await browser.open(pathOf((await makeLink(alice)).json.url));
    expect((await browser.submit(page, `${webBase}/link`)).words).toContain(`Signed in as ${alice}`);
  });
});

describe('the widget', () => {
  async function submit(token: string, server = 'example.org'): Promise<ShownPage> {
    return browser.submit(await browser.open(widgetStart), `${widgetBase}/open-id`, { token, server });
  }

  it('signs in with an OpenID token of the Matrix client', async () => {
    const page = await submit(aliceOpenId);
    expect(page).toMatchObject({ status: 200, path: `${widgetBase}/`, title: overviewTitle });
    expect(page.words).toContain(alice);
    expect(page.text).toContain(`href="${widgetBase}/logins/new"`);
  });

  it.each([
    { name: 'unknown', token: 'x', server: 'example.org', status: 403 },
    { name: 'empty', token: '', server: 'example.org', status: 403 },
    { name: 'of another server', token: aliceOpenId, server: 'elsewhere.org', status: 403 },
    { name: 'of no server', token: aliceOpenId, server: '/', status: 403 },
    { name: 'that cannot be checked', token: mysteriousOpenId, server: 'example.org', status: 503 },
  ])('refuses a token $name', async ({ token, server, status }) => {
    expect(await submit(token, server)).toMatchObject({ status, title: 'Problem' });
    expect((await browser.open(`${widgetBase}/`)).title).toBe('Telegram accounts');
  });

  it('may be framed by the configured clients only, the pages by none', async () => {
    const policy = async (path: string) => (await browser.open(path)).headers['content-security-policy'];
    expect(await policy(`${widgetBase}/`)).toContain(`frame-ancestors ${widgetClient}`);
    expect(await policy(home)).toContain("frame-ancestors 'none'");
    expect((await browser.open(`${widgetBase}/`)).headers['x-frame-options']).toBeUndefined();
    expect((await browser.open(home)).headers['x-frame-options']).toBe('DENY');
  });

  it('accepts no passwords, SSO and links', async () => {
    const page = await browser.open(widgetStart);
    expect(page.text).not.toContain('type="password"');
    const [form] = formsOf(page);
    const fields = { ...form?.hidden, user: 'alice', password: matrixPassword };
    expect((await browser.post(`${widgetBase}/sign-in`, fields)).status).toBe(404);
    expect((await browser.open(`${widgetBase}/sso`)).status).toBe(404);
    const link = (await makeLink(alice)).json.url.split('/').at(-1);
    expect((await browser.open(`${widgetBase}/link/${link}`)).status).toBe(404);
  });

  it('asks the Matrix client again who the user is each time the client loads it', async () => {
    await submit(aliceOpenId);
    expect((await browser.open(`${widgetBase}/`)).title).toBe(overviewTitle);
    const loaded = await browser.open(widgetStart);
    expect(loaded.title).toBe('Telegram accounts');
    expect(loaded.text).not.toMatch(/logins|alice/);
    // The session has ended, also if the client does not confirm another user.
    expect((await browser.open(`${widgetBase}/`)).text).not.toContain('alice');
  });

  it('limits the tokens of one client', async () => {
    for (let sent = 0; sent < maxSignIns; sent += 1) expect((await submit('x')).status).toBe(403);
    const page = await submit(aliceOpenId);
    expect(page).toMatchObject({ status: 429, title: 'Problem' });
    expect(page.words).toMatch(/There were too many attempts\. Try again in \d+ seconds/);
    expect(Number(page.headers['retry-after'])).toBeGreaterThan(0);
    expect(api.openIdLookups).toHaveLength(maxSignIns);
  });

  it('asks to be opened in the Matrix client after a sign-out, and in a tab', async () => {
    const out = await browser.submit(await submit(aliceOpenId), `${widgetBase}/sign-out`);
    expect(out.words).toContain('open this widget in your Matrix app');
    expect(out.text).not.toContain('widget.js');
  });

  it('has a session of its own', async () => {
    await signIn('alice');
    expect((await browser.open(`${widgetBase}/`)).title).toBe('Telegram accounts');
  });
});

describe('every page', () => {
  it.each(['script.js', 'widget.js'])('can load %s, which is not inline', async (name) => {
    const reply = await browser.open(`${webBase}/${name}`);
    expect(reply.status).toBe(200);
    expect(reply.headers['content-type']).toBe('text/javascript; charset=utf-8');
    const page = await browser.open(home);
    expect(page.headers['content-security-policy']).toContain(
      `script-src https://pages.test${webBase}/script.js; connect-src 'self'`,
    );
    expect(page.text).not.toMatch(/<script(?![^>]*\ssrc=)/);
  });

  it('shows the operator, escaped', async () => {
    const page = await browser.open(home);
    expect(page.words).toContain('Example <Server>');
    expect(page.text).not.toContain('<Server>');
    expect(page.text).toContain('href="https://terms.test/"');
    expect(page.text).toContain('href="mailto:help@example.org"');
  });

  it('that does not exist is a page too', async () => {
    for (const path of ['/nothing', '/logins/short', '/logo', '/accounts/x/log-out']) {
      const page = await browser.open(`${webBase}${path}`);
      expect(page, path).toMatchObject({ status: 404, title: 'Problem' });
    }
    expect((await browser.open(`${webBase}/sign-in`)).status).toBe(405);
  });

  it('adds the slash to its path', async () => {
    expect((await browser.open(webBase)).path).toBe(home);
  });

  it('of the widget names its second script too', async () => {
    const page = await browser.open(widgetStart);
    const urls = ['script.js', 'widget.js'].map((name) => `https://pages.test${widgetBase}/${name}`).join(' ');
    expect(page.headers['content-security-policy']).toContain(`script-src ${urls};`);
    for (const url of urls.split(' ')) expect((await browser.open(new URL(url).pathname)).status).toBe(200);
  });

  it('is out of reach for the window that has opened it', async () => {
    expect((await browser.open(home)).headers['cross-origin-opener-policy']).toBe('same-origin');
  });

  it('loads its files without a look at the session', async () => {
    await signIn('alice');
    api.loseDatabase();
    for (const name of ['script.js', 'widget.js', 'icon.svg']) {
      expect((await browser.open(`${webBase}/${name}`)).status, name).toBe(200);
    }
  });

  it('explains that the database is lost', async () => {
    await signIn('alice');
    api.loseDatabase();
    const page = await browser.open(home);
    expect(page).toMatchObject({ status: 503, title: 'Problem' });
  });

  it('is German for browsers that prefer it', async () => {
    browser = createTestBrowser(api.port, 'de-AT, en;q=0.5');
    const page = await signIn('alice', 'wrong');
    expect(page.words).toContain('Die Matrix-ID oder das Passwort ist falsch.');
    expect(page.text).toContain('<html lang="de">');
  });
});
