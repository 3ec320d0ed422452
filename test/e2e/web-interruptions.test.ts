import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { magicPasswords } from '../../src/sandbox/world/magic.js';
import { chromiumMissing } from '../support/chromium.js';
import { choose, sendCode, sendPassword, sendPhone, startWebWorld, type WebWorld } from '../support/web-world.js';

const { password } = magicPasswords.password;

describe.skipIf(chromiumMissing !== undefined)(`interrupted logins on the web page ${chromiumMissing ?? ''}`, () => {
  let world: WebWorld;
  beforeAll(async () => {
    world = await startWebWorld();
  });
  afterAll(() => world.close());

  it('survives a restart of the daemon in the middle of a login', () =>
    world.withUser({}, async (visitor) => {
      const { texts, sees } = visitor;
      await choose(visitor, 'phone');
      await sendPhone(visitor, '+9996621511');
      await sees(texts.code.title);
      await world.environment.restart();
      await sendCode(visitor, '22222');
      await sees(texts.password.title);
      await world.environment.restart();
      await sendPassword(visitor, password);
      await sees(texts.done.title);
    }));

  it('shows a QR code that can be scanned after a restart of the daemon', () =>
    world.withUser({}, async (visitor) => {
      const { page, texts, sees } = visitor;
      await choose(visitor, 'qr');
      await world.environment.restart();
      await page.reload();
      await world.scan(visitor, '+9996610306');
      await sees(texts.done.title);
    }));

  it('shows the current step after going back and sending an earlier form again', () =>
    world.withUser({}, async (visitor) => {
      const { page, texts, sees } = visitor;
      await choose(visitor, 'phone');
      await sendPhone(visitor, '+9996611512');
      await sees(texts.code.title);
      await page.goBack();
      await page.goForward();
      await sees(texts.code.title);
      await page.reload();
      await sendCode(visitor, '11111');
      await sees(texts.password.title);
      await page.goBack();
      await sees(texts.password.title);
      await page.reload();
      await sendPassword(visitor, password);
      await sees(texts.done.title);
      await page.goBack();
      await sees(texts.done.title);
    }));

  it('has one login process for two tabs', () =>
    world.withUser({}, async (visitor) => {
      const { page, texts, sees, press, newTab } = visitor;
      await choose(visitor, 'phone');
      const other = await newTab();
      await other.goto(page.url());
      await sees(texts.phone.title, other);
      await sendPhone(visitor, '+9996610303');
      await sees(texts.code.title);

      // The other tab still has the form of the earlier step.
      await other.getByLabel(texts.phone.label).fill('+9996610303');
      await press(texts.phone.submit, other);
      await sees(texts.code.title, other);
      await other.getByLabel(texts.code.labels.digits).fill('11111');
      await press(texts.code.submit, other);
      await sees(texts.done.title, other);

      await sendCode(visitor, '11111');
      await sees(texts.done.title);
      await page.goto(world.environment.url);
      expect(await page.getByRole('region').count()).toBe(1);
    }));

  it('cancels a login, and explains so in the other tab', () =>
    world.withUser({}, async (visitor) => {
      const { page, texts, sees, seesProblem, press, newTab, inspect } = visitor;
      await choose(visitor, 'phone');
      const other = await newTab();
      await other.goto(page.url());
      await press(texts.cancel, other);
      await sees(texts.overview.title, other);
      await sendPhone(visitor, '+9996610304');
      await seesProblem(texts.problems.login_cancelled);
      await inspect('cancelled');
    }));

  it('continues a login after the session of the page has expired', () =>
    world.withUser({}, async (visitor, mxid) => {
      const { page, texts, sees } = visitor;
      await choose(visitor, 'phone');
      await world.environment.expireSessions();
      const address = page.url();
      await sendPhone(visitor, '+9996610305');
      await sees(texts.signIn.title);
      // The same user signs in again.
      await page.goto(await world.environment.createLink(mxid));
      await visitor.press(texts.link.submit(mxid));
      await sees(texts.overview.title);
      await page.goto(address);
      await sendPhone(visitor, '+9996610305');
      await sees(texts.code.title);
    }));
});
