import axe from 'axe-core';
import { join } from 'node:path';
import type { Browser, BrowserContext, Frame, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { z } from 'zod';
import { catalogues, type Language } from '../../src/web/languages.js';
import type { SiteTexts } from '../../src/web/site/site-texts.js';

/** A person at a browser, in one language. */
export interface WebVisitor {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly texts: SiteTexts;
  /** Opens a second tab. */
  readonly newTab: () => Promise<Page>;
  /** Resolves when the page has this heading and has loaded. */
  readonly sees: (title: string, page?: Page | Frame) => Promise<void>;
  /** Resolves when the page shows this problem. */
  readonly seesProblem: (text: SiteTexts['problems'][keyof SiteTexts['problems']], page?: Page) => Promise<void>;
  /** Clicks a button of the page. */
  readonly press: (name: string, page?: Page | Frame) => Promise<void>;
  /** Follows a link of the page. */
  readonly follow: (name: string, page?: Page | Frame) => Promise<void>;
  /** Types into the field with this label. */
  readonly type: (label: string, text: string, page?: Page) => Promise<void>;
  /**
   * Checks that axe-core finds nothing against WCAG 2.2 AA, in light and dark. Takes screenshots if
   * GANGWAY_TEST_SCREENSHOTS names a folder.
   */
  readonly inspect: (name: string, at?: Frame | Page) => Promise<void>;
  /** Closes the browser window. Fails if a script, a load or the CSP has failed in it. */
  readonly close: () => Promise<void>;
}

/** What the browser window is like. English with scripts by default. */
export interface WebVisitorOptions {
  readonly language?: Language;
  readonly javaScript?: boolean;
}

const folder = process.env['GANGWAY_TEST_SCREENSHOTS'];
const isDefaultEngine = (process.env['GANGWAY_TEST_ENGINE'] ?? 'gramjs') === 'gramjs';
const widths = [360, 1280] as const;
const schemes = ['light', 'dark'] as const;
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const violations = z.array(z.string());

/** Opens a browser window without cookies. The caller closes it. */
export async function startWebVisitor(
  browser: Browser,
  { language = 'en', javaScript = true }: WebVisitorOptions = {},
): Promise<WebVisitor> {
  const context = await browser.newContext({
    locale: language,
    javaScriptEnabled: javaScript,
    viewport: { width: 360, height: 740 },
  });
  context.setDefaultTimeout(20_000);
  const failures: string[] = [];
  const page = await openTab(context, failures);
  const texts = catalogues[language].site;

  return {
    page,
    context,
    texts,
    newTab: () => openTab(context, failures),
    async sees(title, at = page) {
      const heading = at.getByRole('heading', { level: 1, name: title, exact: true });
      await heading.waitFor().catch(async (error: unknown) => {
        const shown = `${at.url()}: ${await at.locator('body').innerText()}`;
        throw new Error(`"${title}" is not shown, but ${shown}`, { cause: error });
      });
      // Scripts load after the heading is shown.
      await at.waitForLoadState();
    },
    async seesProblem(text, at = page) {
      await at
        .getByRole('alert')
        .filter({ hasText: typeof text === 'string' ? text : text({ wait: '', message: '', max: 0 }) })
        .waitFor();
    },
    press: (name, at = page) => click(at.getByRole('button', { name }), at),
    follow: (name, at = page) => click(at.getByRole('link', { name }), at),
    type: (label, text, at = page) => at.getByLabel(label, { exact: true }).fill(text),

    async inspect(name, at = page) {
      const tab = 'context' in at ? at : at.page();
      // Playwright evaluates in spite of the CSP, but not if scripts are disabled. The languages
      // and the engines have the same pages.
      if (javaScript && language === 'en' && isDefaultEngine) {
        await at.evaluate(axe.source);
        for (const colorScheme of schemes) {
          await tab.emulateMedia({ colorScheme });
          const run = { runOnly: colorScheme === 'light' ? tags : ['color-contrast'] };
          const found = await at.evaluate(
            `axe.run(${JSON.stringify(run)}).then(({ violations }) => violations.flatMap(({ id, nodes }) =>
              nodes.map(({ html, failureSummary }) => id + ': ' + html + ' ' + failureSummary)))`,
          );
          expect(violations.parse(found), `${name}, ${colorScheme}`).toEqual([]);
        }
      }
      if (folder !== undefined) await takeScreenshots(tab, join(folder, `${language}-${name}`));
      await tab.emulateMedia({ colorScheme: 'light' });
    },

    async close() {
      await context.close();
      expect(failures).toEqual([]);
    },
  };
}

/**
 * Clicks with the mouse. In a frame of another site, Chromium finds the frame by what it has
 * painted last, and Playwright does not notice a click that misses its element. So there, the click
 * is a dispatched event, after the same checks.
 */
async function click(target: Locator, at: Page | Frame): Promise<void> {
  if ('context' in at) return target.click();
  await target.click({ trial: true });
  await target.dispatchEvent('click');
}

async function openTab(context: BrowserContext, failures: string[]): Promise<Page> {
  const page = await context.newPage();
  page.on('pageerror', (error) => failures.push(String(error)));
  // Chromium logs a status of 400 or more for pages too: those are checked by what they show. It
  // sets no focus in a frame of another site. The client of a widget that does not wait for the
  // load logs ten seconds later that the pages after the first one send no `content_loaded`.
  const isExpected = (text: string) =>
    /^(Failed to load resource|Blocked autofocusing|Widget specified waitForIframeLoad=false)/.test(text);
  page.on('console', (message) => {
    if (message.type() === 'error' && !isExpected(message.text())) failures.push(message.text());
  });
  page.on('response', (response) => {
    const isFile = !['document', 'fetch'].includes(response.request().resourceType());
    if (isFile && response.status() >= 400) failures.push(`${response.status()} ${response.url()}`);
  });
  return page;
}

async function takeScreenshots(page: Page, prefix: string): Promise<void> {
  const before = page.viewportSize();
  for (const width of widths) {
    await page.setViewportSize({ width, height: 740 });
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: `${prefix}-${width}-${colorScheme}.png`, fullPage: true });
    }
  }
  if (before !== null) await page.setViewportSize(before);
}
