import { afterEach, describe, expect, it } from 'vitest';
import type { Mxid } from '../../../src/base/mxid.js';
import { Secret } from '../../../src/base/secret.js';
import { catalogues } from '../../../src/web/languages.js';
import { anotherTurn } from '../../support/another-turn.js';
import { allowances, minute } from '../../support/validation.js';
import {
  startWebAddresses,
  type WebAddressesChanges,
  type WebAddressesUnderTest,
} from '../../support/web-addresses.js';
import { fakeCode } from '../../support/fake-homeserver-addresses.js';
import { formsOf, webBase, widgetBase, type ShownPage, type TestBrowser } from '../../support/web-pages.js';

const { site } = catalogues.en;
const own = site.addresses;
const start = `${webBase}/addresses`;
const email = 'alice@mail.test';
const phone = '+447470674927';

let world: WebAddressesUnderTest;
let browser: TestBrowser;
let alice: { readonly mxid: Mxid; readonly password: string };

async function open(changes: WebAddressesChanges = {}): Promise<void> {
  world = await startWebAddresses(changes);
  alice = await world.addUser('alice');
  browser = await world.browserOf(alice.mxid);
}

afterEach(() => world.close());

const pathOf = ({ path }: ShownPage) => path.split('?')[0] ?? '';
const sidOf = (page: ShownPage) => pathOf(page).split('/').at(-1) ?? '';

/** Submits the form with the action of which a hidden field has the value. */
async function submitFor(page: ShownPage, action: string, value: string, fields: Readonly<Record<string, string>>) {
  const form = formsOf(page).find((each) => each.action === action && Object.values(each.hidden).includes(value));
  return browser.post(action, { ...(form ?? expect.fail(`${action} ${value}`)).hidden, ...fields });
}

const request = async (medium: 'email' | 'msisdn', address: string, from = browser) => {
  const page = await from.open(start);
  const form = formsOf(page).find(({ hidden }) => hidden['medium'] === medium && hidden['address'] === undefined);
  return from.post(start, { ...(form ?? expect.fail(medium)).hidden, address });
};
const add = (page: ShownPage, fields: Readonly<Record<string, string>>) => browser.submit(page, pathOf(page), fields);
const lastToken = () => world.messenger.tokens().at(-1) ?? expect.fail('no message');

/** Opens the link of the last mail, or that of the homeserver. */
async function confirm(page: ShownPage): Promise<void> {
  await anotherTurn();
  if (world.homeserver?.addresses.support === 'full') return world.homeserver.addresses.prove(sidOf(page));
  const message = world.messenger.sent.at(-1);
  const link = message?.kind === 'email_validation' ? new URL(message.link.reveal()) : expect.fail('no mail');
  await world.validation.submitToken(
    {
      purpose: 'account',
      medium: 'email',
      sid: sidOf(page),
      clientSecret: link.searchParams.get('clientSecret') ?? '',
    },
    new Secret(lastToken()),
    undefined,
  );
}

describe.each([
  { name: 'of this daemon', changes: {} },
  { name: 'of a homeserver without 3PIDs', changes: { support: 'none' } },
  { name: 'of a homeserver that sends no messages', changes: { support: 'unproven' } },
  { name: 'of a homeserver that validates 3PIDs', changes: { support: 'full' } },
] as const)('with accounts $name', ({ changes }) => {
  const support = 'support' in changes ? changes.support : undefined;

  it('adds an e-mail address after its link was opened, and removes it', async () => {
    await open(changes);
    const overview = await browser.open(`${webBase}/`);
    expect(overview.text).toContain(`href="${start}"`);
    const empty = await browser.open(start);
    expect(empty.words).toContain(support === undefined ? own.none : own.noneHere);

    const pending = await request('email', 'Alice@mail.test');
    expect(pending).toMatchObject({ status: 200, title: own.pending.title.email });
    expect(pending.words).toContain(own.pending.sent.email(email));
    const early = await add(pending, { password: alice.password });
    expect(early).toMatchObject({ status: 400, title: own.pending.title.email });
    expect(early.words).toContain(site.problems.address_not_confirmed);

    await confirm(pending);
    const confirmed = await browser.open(pathOf(pending));
    if (support !== 'full') expect(confirmed.words).toContain(own.pending.confirmed(email));
    const done = await add(confirmed, { password: alice.password });
    expect(done).toMatchObject({ status: 200, title: own.title });
    expect(done.words).toContain(own.done.address_added);
    expect(await world.devicesOf(alice.mxid)).toEqual([]);

    // The homeserver lists its own to a logged-in user only.
    const listed = support === 'full' ? await browser.submit(done, `${start}/all`, { password: alice.password }) : done;
    expect(listed.words).toContain(email);
    const gone = await submitFor(listed, `${start}/remove`, email, { password: alice.password });
    expect(gone.words).toContain(own.done.address_removed);
    const rest = await (support === undefined
      ? browser.open(start)
      : browser.submit(gone, `${start}/all`, { password: alice.password }));
    expect(rest.words).toContain(own.none);
    expect((await submitFor(listed, `${start}/remove`, email, { password: alice.password })).status).toBe(200);
    expect(await world.devicesOf(alice.mxid)).toEqual([]);
  });

  it('asks for the password until it is right', async () => {
    await open(changes);
    const pending = await request('email', email);
    await confirm(pending);
    for (const { password, status, text } of [
      { password: '', status: 400, text: site.problems.matrix_password_missing },
      { password: 'wrong <b>', status: 403, text: site.problems.matrix_password_wrong },
    ]) {
      const page = await add(pending, { password });
      expect(page).toMatchObject({ status, title: own.pending.title.email });
      expect(page.words).toContain(text);
      expect(page.text).not.toMatch(/value="wrong|<b>/);
    }
    expect((await add(pending, { password: alice.password })).words).toContain(own.done.address_added);
  });
});

describe.each([
  { name: 'of this daemon', changes: {} },
  { name: 'of a homeserver that sends no messages', changes: { support: 'unproven' } },
  { name: 'of a homeserver that sends the code', changes: { support: 'full' } },
] as const)('a phone number with accounts $name', ({ changes }) => {
  const isUpstream = 'support' in changes && changes.support === 'full';
  const lastCode = () => (isUpstream ? fakeCode : lastToken());

  it('is added with the code that was sent to it', async () => {
    await open(changes);
    const pending = await request('msisdn', '+44 7470 674927');
    expect(pending).toMatchObject({ status: 200, title: own.pending.title.msisdn });
    expect(pending.words).toContain(own.pending.sent.msisdn(phone));
    const { password } = alice;
    const none = await add(pending, { code: ' ', password });
    expect(none.words).toContain(site.problems.confirmation_code_missing);
    const code = lastCode();
    const wrong = await add(none, { code: code === '000000' ? '111111' : '000000', password });
    expect(wrong).toMatchObject({ status: 400, title: own.pending.title.msisdn });
    expect(wrong.words).toContain(site.problems.confirmation_code_wrong);

    const right = await add(wrong, { code, password: 'wrong' });
    expect(right).toMatchObject({ status: 403 });
    // Only the homeserver can answer whether its session is validated.
    expect(right.text.includes('name="code"')).toBe(isUpstream);
    expect(right.words.includes(own.pending.confirmed(phone))).toBe(!isUpstream);
    const added = await add(right, { password, ...(isUpstream ? { code } : {}) });
    expect(added.words).toContain(own.done.address_added);
    const done = isUpstream ? await browser.submit(added, `${start}/all`, { password }) : added;
    expect(done.words).toContain(phone);
    const gone = await submitFor(done, `${start}/remove`, phone.slice(1), { password });
    expect(gone.words).toContain(own.done.address_removed);
    expect(gone.words).not.toContain(phone);
  });

  it('gets another code', async () => {
    await open(changes);
    const pending = await request('msisdn', phone);
    await world.clock.advance(61_000);
    const again = await browser.submit(pending, `${pathOf(pending)}/resend`);
    expect(again).toMatchObject({ status: 200, title: own.pending.title.msisdn });
    expect(again.words).toContain(own.pending.sent.msisdn(phone));
    expect(world.messenger.tokens()).toHaveLength(isUpstream ? 0 : 2);
    expect((await add(again, { code: lastCode(), password: alice.password })).words).toContain(own.done.address_added);
  });
});

describe('the addresses', () => {
  it.each([
    { medium: 'email', address: 'no address <i>', text: 'email_invalid' },
    { medium: 'email', address: '', text: 'email_invalid' },
    { medium: 'msisdn', address: '12', text: 'phone_number_invalid' },
    { medium: 'msisdn', address: '07470 674927', text: 'phone_number_invalid' },
  ] as const)('show the form again for $medium "$address"', async ({ medium, address, text }) => {
    await open();
    const page = await request(medium, address);
    expect(page).toMatchObject({ status: 400, title: own.title });
    expect(page.words).toContain(site.problems[text]);
    expect(page.text).toContain('aria-invalid="true"');
    expect(page.text).not.toContain('<i>');
  });

  it('are not added twice, nor to two accounts', async () => {
    await open();
    await world.addAddress(alice.mxid, 'email', email);
    const page = await request('email', email);
    expect(page).toMatchObject({ status: 409, title: own.title });
    expect(page.words).toContain(site.problems.address_in_use);
  });

  it('that were added elsewhere meanwhile are refused at the end', async () => {
    await open();
    const pending = await request('email', email);
    await confirm(pending);
    const bob = await world.addUser('bob');
    await world.addAddress(bob.mxid, 'email', email);
    const page = await add(pending, { password: alice.password });
    expect(page).toMatchObject({ status: 409 });
    expect(page.words).toContain(site.problems.address_in_use);
  });

  it('of another user are out of reach, whatever the form names', async () => {
    await open();
    const bob = await world.addUser('bob');
    await world.addAddress(bob.mxid, 'email', 'bob@mail.test');
    await world.addAddress(alice.mxid, 'email', email);
    const page = await browser.open(start);
    expect(page.words).not.toContain('bob@mail.test');
    const fields = { address: 'bob@mail.test', password: alice.password };
    await submitFor(page, `${start}/remove`, email, fields);
    const bobs = await (await world.browserOf(bob.mxid)).open(start);
    expect(bobs.words).toContain('bob@mail.test');
    expect((await submitFor(page, `${start}/remove`, email, { password: bob.password })).status).toBe(403);
  });

  it('under validation belong to the browser of their user', async () => {
    await open();
    const pending = await request('email', email);
    await confirm(pending);
    const bob = await world.addUser('bob');
    for (const mxid of [bob.mxid, alice.mxid]) {
      const other = await world.browserOf(mxid);
      const page = await other.open(pathOf(pending));
      expect(page).toMatchObject({ status: 404, title: 'Problem' });
      expect(page.words).toContain(site.problems.confirmation_over);
      expect(page.text).not.toContain(email);
      const token = formsOf(await other.open(start))[0]?.hidden['form_token'] ?? '';
      for (const path of [pathOf(pending), `${pathOf(pending)}/resend`]) {
        const fields = { form_token: token, password: mxid === bob.mxid ? bob.password : alice.password };
        expect((await other.post(path, fields)).status).toBe(404);
      }
    }
  });

  it('are limited in their messages, with the time to wait', async () => {
    await open({ allowances: { ...allowances, perEmailAddress: { max: 1, windowMs: minute } } });
    await request('email', email);
    await world.clock.advance(1_000);
    const page = await request('email', email);
    expect(page).toMatchObject({ status: 429, title: own.title });
    expect(page.words).toContain('Too many messages were requested. Try again in');
    expect(Number(page.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('limit the wrong passwords as all logins do', async () => {
    await open({ failuresAllowed: 2 });
    await world.addAddress(alice.mxid, 'email', email);
    const page = await browser.open(start);
    const statuses: number[] = [];
    for (const password of ['x', 'y', alice.password]) {
      statuses.push((await submitFor(page, `${start}/remove`, email, { password })).status);
    }
    expect(statuses).toEqual([403, 403, 429]);
    expect((await browser.open(start)).words).toContain(email);
  });

  it('cannot be changed if the operator has disabled it', async () => {
    await open({ mayChange: false });
    await world.addAddress(alice.mxid, 'email', email);
    const page = await browser.open(start);
    expect(page.words).toContain(own.unchangeable);
    const fields = { medium: 'email', address: email, password: alice.password };
    const [form] = formsOf(page);
    for (const path of [start, `${start}/remove`]) {
      const refused = await browser.post(path, { ...form?.hidden, ...fields });
      expect(refused).toMatchObject({ status: 403, title: own.title });
      expect(refused.words).toContain(site.problems.address_changes_disabled);
    }
    expect((await browser.open(start)).words).toContain(email);
  });

  it('have no forms if the homeserver has no login by password', async () => {
    await open({ support: 'delegated' });
    world.homeserver?.intercept((response, { path }) => {
      const flows = path.endsWith('/login') ? [{ type: 'm.login.sso' }] : [];
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ flows }));
    });
    const page = await browser.open(start);
    expect(page.words).toContain(own.unchangeable);
    expect(page.text).not.toContain('type="password"');
  });

  it('of a homeserver that requires more than the password are changed elsewhere', async () => {
    await open({ support: 'full' });
    const pending = await request('email', email);
    await confirm(pending);
    world.homeserver?.intercept((response, { path }) => {
      const challenge = { session: 's', flows: [{ stages: ['m.login.sso'] }], params: {} };
      const grant = { user_id: alice.mxid, access_token: 'token', device_id: 'device' };
      const isAdding = path.endsWith('/3pid/add');
      const text = JSON.stringify(isAdding ? challenge : grant);
      response.writeHead(isAdding ? 401 : 200, { 'content-type': 'application/json' }).end(text);
    });
    const page = await add(pending, { password: alice.password });
    expect(page).toMatchObject({ status: 403, title: own.pending.title.email });
    expect(page.words).toContain(site.problems.password_not_enough);
    const added = world.homeserver?.requests.filter(({ path }) => path.endsWith('/3pid/add')) ?? [];
    expect(added.map(({ body }) => JSON.stringify(body).includes(alice.password))).toEqual([false]);
  });

  it('are not in the widget, whose sessions prove less', async () => {
    await open();
    browser.cookie = browser.cookie.replace('__Host-gangway', '__Host-gangway-widget');
    const shown = await browser.open(`${widgetBase}/`);
    expect(shown.title).toBe(site.overview.title);
    expect(shown.text).not.toContain('/addresses');
    expect((await browser.open(`${widgetBase}/addresses`)).status).toBe(404);
  });

  it('require a session and its form', async () => {
    await open();
    const signedIn = browser.cookie;
    for (const path of ['', '/all', '/remove', '/pending/x', '/pending/x/resend']) {
      expect((await browser.post(`${start}${path}`, { medium: 'email', address: email })).status).toBe(403);
      browser.cookie = '';
      const page = await browser.post(`${start}${path}`, { medium: 'email', address: email });
      expect(page.words).toContain(site.problems.session_expired);
      expect(page.path).toContain('next=%2Faddresses&');
      browser.cookie = signedIn;
    }
    expect(world.messenger.tokens()).toEqual([]);
  });

  it.each([{ medium: 'carrier pigeon' }, {}])('reject the wrong medium $medium', async (fields) => {
    await open();
    const [form] = formsOf(await browser.open(start));
    const { medium: _medium, ...hidden } = form?.hidden ?? {};
    expect((await browser.post(start, { ...hidden, ...fields, address: email })).status).toBe(400);
  });
});
