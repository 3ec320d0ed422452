import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogues } from '../../src/web/languages.js';
import { chromiumMissing, launchChromium } from '../support/chromium.js';
import { provingLink, startAddressEnvironment, type AddressEnvironment } from '../support/address-environment.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';
import { startWebVisitor, type WebVisitor, type WebVisitorOptions } from '../support/web-visitor.js';

const users = ['anna', 'berta', 'carla'] as const;

describe.skipIf(chromiumMissing !== undefined)(
  `e-mail addresses and phone numbers on the web page ${chromiumMissing ?? ''}`,
  () => {
    let environment: AddressEnvironment;
    let browser: Browser;

    beforeAll(async () => {
      const sandbox = await startStrictSandbox();
      await sandbox.stop();
      environment = await startAddressEnvironment(sandbox, users);
      browser = await launchChromium();
    }, 60_000);
    afterAll(async () => {
      await browser.close();
      await environment.close();
    });

    const passwordOf = (user: string) => `the password of ${user}`;

    /** Signs in and opens the page with the addresses. */
    async function open(options: WebVisitorOptions, user: string): Promise<WebVisitor> {
      const visitor = await startWebVisitor(browser, options);
      const { page, texts, type, press, follow, sees } = visitor;
      await page.goto(`${environment.url}/_gangway/`);
      await type(texts.signIn.user, `@${user}:example.test`);
      await type(texts.signIn.password, passwordOf(user));
      await press(texts.signIn.submit);
      await follow(texts.addresses.title);
      await sees(texts.addresses.title);
      return visitor;
    }

    it.each([
      { user: 'anna', language: 'en', javaScript: true },
      { user: 'berta', language: 'de', javaScript: false },
    ] as const)(
      'adds an address by the link of its mail, and removes it: $language, scripts: $javaScript',
      async (row) => {
        const { user, ...options } = row;
        const visitor = await open(options, user);
        const { page, texts, sees, seesProblem, type, press, inspect, newTab } = visitor;
        const own = texts.addresses;
        const address = `${user}@mail.test`;
        await page.getByText(own.none).waitFor();
        await inspect('addresses-empty');

        await type(own.add.email.label, address);
        await press(own.add.email.submit);
        await sees(own.pending.title.email);
        await page.getByText(own.pending.sent.email(address)).waitFor();
        await inspect('address-mail');
        await type(texts.signIn.password, passwordOf(user));
        await press(own.pending.submit);
        await seesProblem(texts.problems.address_not_confirmed);
        await inspect('address-early');

        const confirmation = await newTab();
        await confirmation.goto(await provingLink(environment.mails, address));
        await inspect('confirm', confirmation);
        const { confirmButton, provenTitle } = catalogues[options.language];
        await press(confirmButton, confirmation);
        await sees(provenTitle.email, confirmation);
        await inspect('confirmed', confirmation);

        // The browser does not send the form again.
        await page.goto(page.url());
        await page.getByText(own.pending.confirmed(address)).waitFor();
        await type(texts.signIn.password, 'wrong');
        await press(own.pending.submit);
        await seesProblem(texts.problems.matrix_password_wrong);
        await inspect('address-password');
        await type(texts.signIn.password, passwordOf(user));
        await press(own.pending.submit);
        await page.getByText(own.done.address_added).waitFor();
        await inspect('addresses');

        await page.getByText(own.remove, { exact: true }).click();
        await type(texts.signIn.password, passwordOf(user));
        await inspect('address-remove');
        await press(own.removeSubmit(address));
        await page.getByText(own.done.address_removed).waitFor();
        await page.getByText(own.none).waitFor();
        await visitor.close();
      },
    );

    it('adds a phone number by its code', async () => {
      const visitor = await open({}, 'carla');
      const { page, texts, sees, seesProblem, type, press, inspect } = visitor;
      const own = texts.addresses;
      await type(own.add.msisdn.label, '12');
      await press(own.add.msisdn.submit);
      await seesProblem(texts.problems.phone_number_invalid);
      await inspect('addresses-wrong');
      await type(own.add.msisdn.label, '+49 151 23456789');
      await press(own.add.msisdn.submit);
      await seesProblem(texts.problems.destination_refused);

      await type(own.add.msisdn.label, '+44 7400 123777');
      await press(own.add.msisdn.submit);
      await sees(own.pending.title.msisdn);
      await inspect('address-code');
      const sent = environment.gateway.sent.at(-1) ?? expect.fail('no code was sent');
      await type(texts.code.labels.digits, sent.code === '000000' ? '111111' : '000000');
      await type(texts.signIn.password, passwordOf('carla'));
      await press(own.pending.submit);
      await seesProblem(texts.problems.confirmation_code_wrong);
      await type(texts.code.labels.digits, sent.code);
      await type(texts.signIn.password, passwordOf('carla'));
      await press(own.pending.submit);
      await page.getByText(own.done.address_added).waitFor();
      await page.getByRole('heading', { name: '+447400123777' }).waitFor();
      await visitor.close();
    });

    it('explains a dead link, without a button', async () => {
      const visitor = await startWebVisitor(browser);
      const { page, inspect, sees } = visitor;
      await page.goto(
        `${environment.url}/_matrix/client/unstable/add_threepid/email/submit_token?sid=a&client_secret=b&token=c`,
      );
      await sees(catalogues.en.failures.unfit.title);
      expect(await page.getByRole('button').count()).toBe(0);
      await page.getByText('example.test').waitFor();
      await inspect('dead-link');
      await visitor.close();
    });
  },
);
