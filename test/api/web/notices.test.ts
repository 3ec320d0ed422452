import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { catalogues } from '../../../src/web/languages.js';
import { alice, authorization, startProvisioning, type Provisioning } from '../../support/provisioning.js';
import { sendRaw } from '../../support/raw-http.js';
import { createTestBrowser, formsOf, matrixPassword, webBase, type TestBrowser } from '../../support/web-pages.js';

let api: Provisioning;
let browser: TestBrowser;

beforeEach(async () => {
  api = await startProvisioning();
  browser = createTestBrowser(api.port);
});

afterEach(() => api.close());

const home = `${webBase}/`;
const fields = { user: 'alice', password: matrixPassword };
const signIn = async (from = browser) => from.submit(await from.open(home), `${webBase}/sign-in`, fields);

const { site } = catalogues.en;
const names = [...Object.keys(site.overview.done), 'signed_out', 'session_expired'];
const texts = [...Object.values(site.overview.done), site.signIn.signedOut, String(site.problems.session_expired)];
const noticesOn = ({ words }: { readonly words: string }) => texts.filter((text) => words.includes(text));

/** Returns the query that shows the notice of a sign-out or a lost session to this browser. */
async function takeQuery(path: string, from: TestBrowser): Promise<string> {
  const [token = ''] = /name="form_token" value="([^"]*)"/.exec((await from.open(home)).text)?.slice(1) ?? [];
  const { headers } = await sendRaw(api.port, {
    method: 'POST',
    path: `${webBase}${path}`,
    headers: { cookie: from.cookie, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ form_token: token }).toString(),
  });
  for (const line of [headers['set-cookie'] ?? []].flat()) from.cookie = line.split(';')[0] ?? '';
  return String(headers['location']);
}

describe('a notice of success', () => {
  it.each(names)('is not shown by a link with the name %s', async (name) => {
    for (const isSignedIn of [false, true]) {
      if (isSignedIn) await signIn();
      for (const done of [name, `${name}.`, `${name}.x`]) {
        expect(noticesOn(await browser.open(`${home}?done=${done}`)), `${done}, ${isSignedIn}`).toEqual([]);
      }
    }
  });

  it.each([
    { path: '/sign-out', text: site.signIn.signedOut, isSignedIn: true },
    { path: '/logins', text: site.problems.session_expired, isSignedIn: false },
  ])('after $path is shown in the same browser only', async ({ path, text, isSignedIn }) => {
    if (isSignedIn) await signIn();
    const query = await takeQuery(path, browser);
    expect(noticesOn(await browser.open(query))).toEqual([text]);
    const other = createTestBrowser(api.port);
    expect(noticesOn(await other.open(query))).toEqual([]);
    await signIn(other);
    expect(noticesOn(await other.open(query))).toEqual([]);
    await signIn();
    expect(noticesOn(await browser.open(query))).toEqual([]);
  });
});

describe('two tabs that were opened at once', () => {
  const sameOrigin = { 'sec-fetch-site': 'same-origin' };

  async function openTwice(path: string): Promise<readonly TestBrowser[]> {
    return Promise.all(
      [1, 2].map(async () => {
        const tab = createTestBrowser(api.port);
        await tab.open(path);
        return tab;
      }),
    );
  }

  it('can both sign in', async () => {
    const pages = await Promise.all([1, 2].map(() => createTestBrowser(api.port).open(home)));
    const [, kept] = await openTwice(home);
    // The browser keeps the cookie of the tab that was answered last.
    browser.cookie = kept?.cookie ?? expect.fail();
    for (const page of pages) {
      const hidden = formsOf(page)[0]?.hidden;
      const after = await browser.post(`${webBase}/sign-in`, { ...hidden, ...fields }, sameOrigin);
      expect(after).toMatchObject({ status: 200, title: site.overview.title });
    }
  });

  it('can use a one-time link', async () => {
    const body = JSON.stringify({ user_id: alice });
    const link = await sendRaw(api.port, {
      method: 'POST',
      path: `${webBase}/v1/links`,
      headers: { authorization },
      body,
    });
    const { pathname } = new URL((JSON.parse(link.text) as { url: string }).url);
    const page = await createTestBrowser(api.port).open(pathname);
    await browser.open(pathname);
    const after = await browser.post(`${webBase}/link`, { ...formsOf(page)[0]?.hidden }, sameOrigin);
    expect(after.title).toBe(site.overview.title);
  });

  it('need the token of the session for what changes an account', async () => {
    const page = await createTestBrowser(api.port).open(home);
    await signIn();
    const other = formsOf(page)[0]?.hidden;
    for (const path of ['/logins', '/accounts/1/log-out', '/accounts/1/phone', '/accounts/1/hand-over']) {
      expect((await browser.post(`${webBase}${path}`, { ...other, flow: 'phone' }, sameOrigin)).status).toBe(403);
    }
  });
});
