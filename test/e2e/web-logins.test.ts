import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { magicBotSecret, magicPasswords } from '../../src/sandbox/world/magic.js';
import { chromiumMissing } from '../support/chromium.js';
import {
  choose,
  logIn,
  sendCode,
  sendPassword,
  sendPhone,
  startWebWorld,
  type WebWorld,
} from '../support/web-world.js';

const { password, hint } = magicPasswords.password;
// A Telegram account belongs to one Matrix account, so each has a digit of its own.
const dressings = [
  { language: 'en', javaScript: true, digit: 1 },
  { language: 'de', javaScript: false, digit: 2 },
] as const;

describe.skipIf(chromiumMissing !== undefined)(
  `logging in to Telegram on the web page ${chromiumMissing ?? ''}`,
  () => {
    let world: WebWorld;
    beforeAll(async () => {
      world = await startWebWorld();
    });
    afterAll(() => world.close());

    it.each(dressings)('logs in by phone, and out: $language, scripts: $javaScript', (options) =>
      world.withUser(options, async (visitor) => {
        const { page, texts, sees, seesProblem, press, follow, inspect } = visitor;
        await follow(texts.overview.add);
        await sees(texts.choose.title);
        await inspect('choose');
        await press(texts.choose.phone);
        await sees(texts.phone.title);
        await inspect('phone');
        await sendPhone(visitor, '12345');
        await seesProblem(texts.problems.phone_number_invalid);
        expect(await page.getByLabel(texts.phone.label).inputValue()).toBe('12345');
        await inspect('phone-wrong');

        const { digit } = options;
        await sendPhone(visitor, `+999 66 3 012${digit}`);
        await sees(texts.code.title);
        await page.getByText(texts.code.sent.app({ number: `+999663012${digit}`, hint: '' })).waitFor();
        await inspect('code');
        await sendCode(visitor, '00000');
        await seesProblem(texts.problems.phone_code_invalid);
        await inspect('code-wrong');
        await sendCode(visitor, '33333');
        await sees(texts.done.title);
        await page.getByText(texts.done.text(`Sandbox 3012${digit}`)).waitFor();
        await inspect('done');

        await follow(texts.done.overview);
        await page.getByRole('heading', { name: `Sandbox 3012${digit}` }).waitFor();
        await page.getByText(texts.overview.states.connected, { exact: true }).waitFor();
        await inspect('overview');
        await follow(texts.overview.logOut);
        await sees(texts.logOut.title);
        await inspect('log-out');
        await press(texts.logOut.submit);
        await page.getByText(texts.overview.done.logged_out).waitFor();
        await page.getByText(texts.overview.none).waitFor();
      }),
    );

    it.each(dressings)('logs in with the cloud password: $language, scripts: $javaScript', (options) =>
      world.withUser(options, async (visitor) => {
        const { page, texts, sees, seesProblem, inspect } = visitor;
        await choose(visitor, 'phone');
        await sendPhone(visitor, `+999661150${options.digit}`);
        await sees(texts.code.title);
        await sendCode(visitor, '11111');
        await sees(texts.password.title);
        await page.getByText(texts.password.hint(hint)).waitFor();
        await inspect('password');
        await sendPassword(visitor, 'wrong horse');
        await seesProblem(texts.problems.password_invalid);
        await inspect('password-wrong');
        await sendPassword(visitor, password);
        await sees(texts.done.title);
      }),
    );

    it.each(dressings)('continues by itself when the QR code is scanned: $language, scripts: $javaScript', (options) =>
      world.withUser(options, async (visitor) => {
        const { texts, sees, inspect } = visitor;
        await choose(visitor, 'qr');
        await inspect('qr');
        await world.scan(visitor, `+999662160${options.digit}`);
        await sees(texts.password.title);
        await sendPassword(visitor, password);
        await sees(texts.done.title);
      }),
    );

    it('logs in as a bot', () =>
      world.withUser({}, async (visitor) => {
        const { page, texts, sees, seesProblem, type, press, inspect } = visitor;
        await choose(visitor, 'bot');
        await inspect('bot');
        await type(texts.bot.label, '2000010007:wrong');
        await press(texts.bot.submit);
        await seesProblem(texts.problems.bot_token_invalid);
        await inspect('bot-wrong');
        await type(texts.bot.label, `2000010007:${magicBotSecret}`);
        await press(texts.bot.submit);
        await sees(texts.done.title);
        await page.goto(world.environment.url);
        await page.getByRole('heading', { name: `Sandbox bot 10007 · ${texts.overview.bot}` }).waitFor();
        await inspect('overview-bot');
      }));

    it('logs in again after Telegram has ended the login', () =>
      world.withUser({}, async (visitor) => {
        const { page, texts, sees, press, follow, inspect } = visitor;
        await logIn(visitor, '9996610300');
        world.revokeSessions('+9996610300');
        await page.reload();
        await page.getByText(texts.overview.states.ended).waitFor();
        await inspect('overview-ended');
        await follow(`${texts.overview.replace}: Sandbox 10300`);
        await sees(texts.choose.title);
        await press(texts.choose.phone);
        await sendPhone(visitor, '+9996610300');
        await sees(texts.code.title);
        await sendCode(visitor, '11111');
        await sees(texts.done.title);
      }));

    it('replaces a login, by the same Telegram account only', () =>
      world.withUser({}, async (visitor) => {
        const { page, texts, sees, seesProblem, press, follow, inspect } = visitor;
        await logIn(visitor, '9996610301');
        await follow(`${texts.overview.replace}: Sandbox 10301`);
        await page.getByText(texts.choose.replacing('Sandbox 10301')).waitFor();
        await inspect('choose-replacing');
        await press(texts.choose.qr);
        await world.scan(visitor, '+9996610302');
        await seesProblem(texts.problems.other_telegram_account);
        await inspect('other-account');

        await page.goto(world.environment.url);
        await follow(`${texts.overview.replace}: Sandbox 10301`);
        // The phone number is known, so the code is sent at once.
        await press(texts.choose.phone);
        await sees(texts.code.title);
        await sendCode(visitor, '11111');
        await sees(texts.done.title);
        await page.goto(world.environment.url);
        expect(await page.getByRole('region').count()).toBe(1);
      }));

    it.each(dressings)('refuses the account of another Matrix user: scripts: $javaScript', (options) =>
      world.withUser(options, async (visitor) => {
        const { page, texts, sees, seesProblem } = visitor;
        const digits = `999661031${options.digit}`;
        await world.withUser({}, (other) => logIn(other, digits));
        await choose(visitor, 'phone');
        await sendPhone(visitor, `+${digits}`);
        await sees(texts.code.title);
        await sendCode(visitor, '11111');
        await seesProblem(texts.problems.telegram_account_taken);

        await page.goto(world.environment.url);
        await choose(visitor, 'qr');
        await world.scan(visitor, `+${digits}`);
        await seesProblem(texts.problems.telegram_account_taken);
      }),
    );

    it('explains what Telegram refuses', () =>
      world.withUser({}, async (visitor) => {
        const { page, texts, seesProblem, inspect } = visitor;
        const { problems } = texts;
        for (const [phone, text] of [
          ['+9996613000', problems.phone_number_banned],
          ['+9996613200', problems.phone_number_app_signup_forbidden],
          ['+9996613400', problems.phone_number_flood],
          ['+9996614000', problems.login_email_required],
          ['+9996614020', problems.payment_required],
          ['+9996613360', 'Telegram accepts no further attempts for now. Try again in 61 seconds.'],
        ] as const) {
          await page.goto(world.environment.url);
          await choose(visitor, 'phone');
          await sendPhone(visitor, phone);
          await seesProblem(text);
        }
        await inspect('flood-wait');
      }));
  },
);
