import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PhoneNumber } from '../../../src/base/phone.js';
import { Secret } from '../../../src/base/secret.js';
import { alice, startProvisioning, type Provisioning } from '../../support/provisioning.js';
import {
  createTestBrowser,
  matrixPassword,
  sessionMs,
  webBase,
  type ShownPage,
  type TestBrowser,
} from '../../support/web-pages.js';
import { botToken, code, password, phones } from '../provisioning-0.3.0/operations.js';

let api: Provisioning;
let browser: TestBrowser;

const home = `${webBase}/`;
const titles = {
  phone: 'Enter your phone number',
  code: 'Enter the code',
  password: 'Enter your Telegram password',
  bot: 'Enter the bot token',
  qr: 'Scan this code with Telegram',
  done: 'You are logged in to Telegram',
  choose: 'How do you want to log in to Telegram?',
  overview: 'Your Telegram accounts',
  signIn: 'Sign in with your Matrix account',
} as const;

beforeEach(async () => {
  api = await startProvisioning({ fromTelegram: 'ask' });
  browser = await signedIn('alice');
});

afterEach(() => api.close());

async function signedIn(user: string, language = 'en'): Promise<TestBrowser> {
  const created = createTestBrowser(api.port, language);
  await created.submit(await created.open(home), `${webBase}/sign-in`, { user, password: matrixPassword });
  return created;
}

const pathOf = ({ path }: ShownPage) => path.split('?')[0] ?? '';

async function start(flow: 'phone' | 'qr' | 'bot', from = browser): Promise<ShownPage> {
  const choice = await from.open(`${webBase}/logins/new`);
  const [token] = /name="form_token" value="([^"]*)"/.exec(choice.text)?.slice(1) ?? [];
  return from.post(`${webBase}/logins`, { form_token: token ?? '', flow });
}

const answer = (page: ShownPage, fields: Readonly<Record<string, string>>, from = browser) =>
  from.submit(page, pathOf(page), fields);

async function logIn(phone: string = phones.plain): Promise<ShownPage> {
  return answer(await answer(await start('phone'), { phone }), { code });
}

describe('a login by phone', () => {
  it('asks for the number and the code, and shows the account', async () => {
    const first = await start('phone');
    expect(first).toMatchObject({ status: 200, title: titles.phone });
    const second = await answer(first, { phone: '+999 662 0234' });
    expect(second).toMatchObject({ status: 200, title: titles.code });
    expect(second.words).toContain(`Telegram has sent a code for ${phones.plain} to the Telegram app`);
    expect(pathOf(second)).toBe(pathOf(first));
    const done = await answer(second, { code: '22 222' });
    expect(done).toMatchObject({ status: 200, title: titles.done });
    expect(done.words).toContain('Magic 0234');
    const overview = await browser.open(home);
    expect(overview.words).toContain('Magic 0234');
    expect(overview.words).toContain(phones.plain);
    expect(overview.words).toContain('Connected');
  });

  it('asks for the password, with its hint', async () => {
    const asked = await answer(await answer(await start('phone'), { phone: phones.withPassword }), { code });
    expect(asked.title).toBe(titles.password);
    expect(asked.words).toContain('Your hint:');
    const wrong = await answer(asked, { password: 'nope' });
    expect(wrong).toMatchObject({ status: 400, title: titles.password });
    expect(wrong.words).toContain('The Telegram password is wrong.');
    expect(wrong.text).not.toContain('nope');
    expect((await answer(wrong, { password })).title).toBe(titles.done);
  });

  it.each([
    { name: 'a number of another form', fields: { phone: '12' }, text: 'Invalid phone number.' },
    { name: 'no number', fields: { phone: '' }, text: 'Invalid phone number.' },
  ])('asks for the number again after $name', async ({ fields, text }) => {
    const page = await answer(await start('phone'), fields);
    expect(page.title).toBe(titles.phone);
    expect(page.words).toContain(text);
    expect(page.text).toContain('aria-invalid="true"');
  });

  it('asks for the code again after a wrong one, and after none', async () => {
    const asked = await answer(await start('phone'), { phone: phones.plain });
    const wrong = await answer(asked, { code: '00000' });
    expect(wrong).toMatchObject({ status: 400, title: titles.code });
    expect(wrong.words).toContain('The code is wrong.');
    const none = await answer(wrong, { code: '' });
    expect(none).toMatchObject({ status: 400, title: titles.code });
    expect(none.words).toContain('Enter the code from Telegram.');
    expect((await answer(none, { code })).title).toBe(titles.done);
  });

  it('starts again after the code has expired', async () => {
    const asked = await answer(await start('phone'), { phone: phones.plain });
    api.telegram.expireCodes(PhoneNumber.parse(phones.plain) ?? expect.fail());
    const page = await answer(asked, { code });
    expect(page.title).toBe(titles.phone);
    expect(page.words).toContain('The code has expired.');
  });

  it('sends the code another way when that is allowed', async () => {
    const asked = await answer(await start('phone'), { phone: phones.plain });
    expect(asked.words).toContain('You can ask for another code in');
    const early = await browser.submit(asked, `${pathOf(asked)}/resend`);
    expect(early.title).toBe(titles.code);
    expect(api.telegram.calls('resendCode')).toBe(0);
    await api.clock.advance(120_000);
    const later = await browser.submit(await browser.open(pathOf(asked)), `${pathOf(asked)}/resend`);
    expect(later.title).toBe(titles.code);
    expect(api.telegram.calls('resendCode')).toBe(1);
    expect((await answer(later, { code })).title).toBe(titles.done);
  });

  it('is in the language of the browser', async () => {
    const german = await signedIn('alice', 'de');
    const asked = await answer(await start('phone', german), { phone: phones.plain }, german);
    expect(asked.words).toContain(`Telegram hat einen Code für ${phones.plain} an die Telegram-App`);
  });

  it('shows what to do while Telegram is down, and continues with the same number', async () => {
    const first = await start('phone');
    api.telegram.goDown();
    const page = await answer(first, { phone: phones.plain });
    expect(page).toMatchObject({ status: 503, title: titles.phone });
    expect(page.words).toContain('Telegram cannot be reached at the moment.');
    expect(page.text).toContain(`value="${phones.plain}"`);
    api.telegram.comeBack();
    expect((await answer(page, { phone: phones.plain })).title).toBe(titles.code);
  });

  it('shows how long Telegram makes the user wait', async () => {
    const first = await start('phone');
    api.telegram.fail('sendCode', { kind: 'flood_wait', retryAfterMs: 7_200_000 });
    const page = await answer(first, { phone: phones.plain });
    expect(page).toMatchObject({ status: 429, title: titles.phone, headers: { 'retry-after': '7200' } });
    expect(page.words).toContain('Try again in 2 hours.');
  });
});

describe('going back, reloading and other tabs', () => {
  it('shows the current step when the page is loaded again', async () => {
    const asked = await answer(await start('phone'), { phone: phones.plain });
    const again = await browser.open(pathOf(asked));
    expect(again.title).toBe(titles.code);
    expect((await answer(again, { code })).title).toBe(titles.done);
    expect((await browser.open(pathOf(asked))).title).toBe(titles.done);
  });

  it('repeats the form of a step without another effect', async () => {
    const first = await start('phone');
    await answer(first, { phone: phones.plain });
    const repeated = await answer(first, { phone: phones.plain });
    expect(repeated.title).toBe(titles.code);
    expect(api.telegram.calls('sendCode')).toBe(1);
  });

  it('shows the current step to a tab that answers an old one', async () => {
    const first = await start('phone');
    const asked = await answer(first, { phone: phones.plain });
    await answer(asked, { code });
    const late = await answer(first, { phone: phones.withPassword });
    expect(late.title).toBe(titles.done);
    expect(api.telegram.calls('sendCode')).toBe(1);
  });

  it('answers the code once from two tabs', async () => {
    const asked = await answer(await start('phone'), { phone: phones.plain });
    const pages = await Promise.all([answer(asked, { code }), answer(asked, { code })]);
    expect(pages.map(({ title }) => title)).toEqual([titles.done, titles.done]);
    expect(api.telegram.calls('signIn')).toBe(1);
  });

  it('asks to sign in when the session has ended, and comes back to the login', async () => {
    const asked = await answer(await start('phone'), { phone: phones.plain });
    await api.clock.advance(sessionMs - 25 * 60_000);
    browser.cookie = '';
    const page = await browser.open(pathOf(asked));
    expect(page.title).toBe(titles.signIn);
    const fields = { user: 'alice', password: matrixPassword };
    const back = await browser.submit(page, `${webBase}/sign-in`, fields);
    expect(pathOf(back)).toBe(pathOf(asked));
  });

  it('shows that the input after the end of the session was not sent', async () => {
    const asked = await answer(await start('phone'), { phone: phones.plain });
    const calls = api.telegram.calls('signIn');
    for (const cookie of ['', `__Host-gangway=${'x'.repeat(22)}`]) {
      browser.cookie = cookie;
      const page = await answer(asked, { code });
      expect(page.title).toBe(titles.signIn);
      expect(page.words).toContain('Your session has ended. Sign in again. What you entered last was not sent.');
      expect(page.text).toContain(`name="next" value="${pathOf(asked).slice(webBase.length)}"`);
    }
    expect(api.telegram.calls('signIn')).toBe(calls);
  });

  it('names the Matrix user to whom the Telegram account is connected', async () => {
    expect((await start('phone')).words).toContain(`The Telegram account will be connected to ${alice}.`);
  });

  it('shows another user nothing of a login', async () => {
    const asked = await answer(await start('phone'), { phone: phones.plain });
    const bob = await signedIn('bob');
    const page = await bob.open(pathOf(asked));
    expect(page).toMatchObject({ status: 404, title: 'Problem' });
    expect(page.text).not.toContain(phones.plain);
  });

  it('cancels a login, twice', async () => {
    const asked = await answer(await start('phone'), { phone: phones.plain });
    expect((await browser.submit(asked, `${pathOf(asked)}/cancel`)).title).toBe(titles.overview);
    expect((await browser.submit(asked, `${pathOf(asked)}/cancel`)).title).toBe(titles.overview);
    const gone = await browser.open(pathOf(asked));
    expect(gone).toMatchObject({ status: 410, title: 'Problem' });
    expect(gone.words).toContain('This login was cancelled, or ended because you started several others. Start again.');
  });

  it('ignores a form without a field, and a step that is no number', async () => {
    const first = await start('phone');
    const page = await browser.post(pathOf(first), {
      form_token: /name="form_token" value="([^"]*)"/.exec(first.text)?.[1] ?? '',
      step: 'x',
    });
    expect(page.title).toBe(titles.phone);
  });
});

describe('a login by QR code', () => {
  const tokenOf = ({ text }: ShownPage) => new Secret(/tg:\/\/login\?token=([\w-]+)/.exec(text)?.[1] ?? expect.fail());
  const scan = (page: ShownPage, phone: string = phones.plain) =>
    api.telegram.acceptLoginToken(tokenOf(page), PhoneNumber.parse(phone) ?? expect.fail());

  it('shows the code as an image, and continues after the scan', async () => {
    const page = await start('qr');
    expect(page.title).toBe(titles.qr);
    expect(page.text).toMatch(/<div class="qr" role="img" aria-label="[^"]+"><svg /);
    const wait = /data-wait="([^"]*)"/.exec(page.text)?.[1] ?? expect.fail();
    const waiting = browser.open(wait.replaceAll('&#38;', '&'));
    await api.telegram.untilListening(1);
    scan(page);
    expect((await waiting).text).toBe('changed');
    expect((await browser.open(pathOf(page))).title).toBe(titles.done);
  });

  it('continues after the scan in browsers without scripts', async () => {
    const page = await start('qr');
    const meta = /<noscript><meta http-equiv="refresh" content="1; url=([^"]*)" \/><\/noscript>/.exec(page.text)?.[1];
    const waiting = browser.open(meta ?? expect.fail());
    await api.telegram.untilListening(1);
    scan(page);
    expect(await waiting).toMatchObject({ title: titles.done });
    expect(pathOf(await waiting)).toBe(pathOf(page));
  });

  it('keeps what was typed as the phone number only', async () => {
    const wrong = await answer(await start('phone'), { phone: '12' });
    expect(wrong.text).toContain('value="12"');
    const asked = await answer(wrong, { phone: phones.plain });
    expect((await answer(asked, { code: '00000' })).text).not.toContain('00000');
  });

  it('asks for the password after the scan', async () => {
    const page = await start('qr');
    scan(page, phones.withPassword);
    const asked = await browser.open(`${pathOf(page)}/wait?seen=1`);
    expect(asked.text).toBe('changed');
    const next = await browser.open(pathOf(page));
    expect(next.title).toBe(titles.password);
    expect((await answer(next, { password })).title).toBe(titles.done);
  });

  it('lets a user wait a limited number of times at once', async () => {
    const page = await start('qr');
    const waits = Array.from({ length: 17 }, () => browser.open(`${pathOf(page)}/wait?seen=1`));
    expect((await Promise.race(waits)).status).toBe(429);
    scan(page);
    expect((await Promise.all(waits)).filter(({ text }) => text === 'changed')).toHaveLength(16);
    expect((await browser.open(`${pathOf(page)}/wait?seen=1`)).text).toBe('changed');
  });

  it('has changed if another step was seen, or none', async () => {
    const page = await start('qr');
    for (const query of ['?seen=9', '?seen=x', '']) {
      expect((await browser.open(`${pathOf(page)}/wait${query}`)).text).toBe('changed');
    }
  });
});

describe('a login as a bot', () => {
  it('asks for the token only', async () => {
    const page = await start('bot');
    expect(page.title).toBe(titles.bot);
    const wrong = await answer(page, { bot_token: '1:x' });
    expect(wrong.words).toContain('The bot token is wrong.');
    expect(wrong.text).not.toContain('1:x');
    expect((await answer(wrong, { bot_token: botToken })).title).toBe(titles.done);
    const overview = await browser.open(home);
    expect(overview.words).toContain('Bot');
    expect(overview.text).not.toContain('replacing=');
  });
});

describe('the accounts', () => {
  it('are logged out after a question', async () => {
    await logIn();
    const id = '9996620234';
    const overview = await browser.open(home);
    const link = /href="([^"]*\/log-out)"/.exec(overview.text)?.[1] ?? expect.fail(id);
    const question = await browser.open(link);
    expect(question.title).toBe('Log out of Telegram?');
    const done = await browser.submit(question, link);
    expect(done.words).toContain('The Telegram account is logged out.');
    expect(done.words).toContain('No Telegram account is connected yet.');
    expect((await browser.submit(question, link)).words).toContain('The Telegram account is logged out.');
  });

  it('add their phone number as a login name of Matrix, and remove it', async () => {
    await logIn();
    const overview = await browser.open(home);
    const action = /action="([^"]*\/phone)"/.exec(overview.text)?.[1] ?? expect.fail();
    const done = await browser.submit(overview, action);
    expect(done.words).toContain('You can now sign in to Matrix with this phone number.');
    expect(done.words).toContain('You can sign in to Matrix with this phone number.');
    expect(done.text).not.toContain(`action="${action}"`);
    const removed = await browser.submit(done, `${action}/remove`);
    expect(removed.words).toContain('The phone number no longer signs you in to Matrix.');
    expect((await browser.submit(done, `${action}/remove`)).title).toBe(titles.overview);
    expect((await browser.open(home)).text).toContain(`action="${action}"`);
  });

  it('are logged in again, as the same Telegram user only', async () => {
    await logIn();
    const overview = await browser.open(home);
    const link = /href="([^"]*replacing=\d+)"/.exec(overview.text)?.[1] ?? expect.fail();
    const choice = await browser.open(link);
    expect(choice.words).toContain('Log in as Magic 0234 again.');
    // Telegram sends the code to the number of the account.
    const asked = await browser.submit(choice, `${webBase}/logins`);
    expect(asked.title).toBe(titles.code);
    expect((await answer(asked, { code })).title).toBe(titles.done);
    const shown = await browser.submit(await browser.open(link), `${webBase}/logins`, { flow: 'qr' });
    const token = new Secret(/tg:\/\/login\?token=([\w-]+)/.exec(shown.text)?.[1] ?? expect.fail());
    api.telegram.acceptLoginToken(token, PhoneNumber.parse(phones.withoutUsername) ?? expect.fail());
    const other = await browser.open(`${pathOf(shown)}/wait?seen=1`);
    expect(other).toMatchObject({ status: 409, title: 'Problem' });
    expect(other.words).toContain('You logged in with another Telegram account.');
  });

  it('have a maximum, which the overview and the start name', async () => {
    for (const phone of Object.values(phones)) {
      const page = await logIn(phone);
      if (page.title === titles.password) await answer(page, { password });
    }
    const overview = await browser.open(home);
    expect(overview.words).toContain('You can connect at most 3 accounts.');
    expect(overview.text).not.toContain('href="/_gangway/logins/new"');
    const page = await start('phone');
    expect(page).toMatchObject({ status: 409, title: titles.choose });
    expect(page.words).toContain('You can connect at most 3 Telegram accounts.');
  });

  it('that Telegram has ended are shown once, with a way to log in again', async () => {
    await logIn();
    api.telegram.endSessions('revoked');
    const overview = await browser.open(home);
    expect(overview.words).toContain('Telegram has ended this login.');
    expect((await browser.open(home)).words).toContain('No Telegram account is connected yet.');
  });

  it('of another user cannot be logged out', async () => {
    await logIn();
    const link = /href="([^"]*\/log-out)"/.exec((await browser.open(home)).text)?.[1] ?? expect.fail();
    const bob = await signedIn('bob');
    expect((await bob.open(link)).status).toBe(404);
    expect((await browser.open(home)).words).toContain('Connected');
  });

  it('are those that other APIs have made, and the other way round', async () => {
    await logIn();
    const { json } = await api.call('GET', `/v3/whoami?user_id=${alice}`);
    expect(json['logins']).toHaveLength(1);
  });
});

describe('too many attempts', () => {
  it('keep the account to log in to again', async () => {
    await api.close();
    api = await startProvisioning({ attempts: { max: 2, windowMs: 600_000 } });
    browser = await signedIn('alice');
    await logIn();
    const overview = await browser.open(home);
    const link = /href="([^"]*replacing=\d+)"/.exec(overview.text)?.[1] ?? expect.fail();
    let page = await browser.open(link);
    for (let tries = 0; tries < 2; tries += 1) {
      page = await browser.submit(await browser.open(link), `${webBase}/logins`, { flow: 'qr' });
    }
    expect(page).toMatchObject({ status: 429, title: titles.choose });
    expect(Number(page.headers['retry-after'])).toBeGreaterThan(0);
    expect(page.words).toContain('Log in as Magic 0234 again.');
    expect(page.text).toContain('name="replacing"');
  });
});

describe('with a bridge', () => {
  beforeEach(async () => {
    await api.close();
    api = await startProvisioning({ handOver: 'on_request' });
    browser = await signedIn('alice');
  });

  it('hands an account over on request, and shows where it is', async () => {
    await logIn();
    const overview = await browser.open(home);
    expect(overview.words).toContain('Not in your Matrix app yet');
    const action = /action="([^"]*\/hand-over)"/.exec(overview.text)?.[1] ?? expect.fail();
    const done = await browser.submit(overview, action);
    expect(done.words).toContain('The bridge has received the account.');
    expect(done.words).toContain('Active: your chats appear in your Matrix app');
  });
});
