import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL, fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderApiPage } from '../../scripts/api-page.js';
import { chromiumMissing, launchChromium } from '../support/chromium.js';

type PathItems = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

interface OpenApiFile {
  readonly info: { readonly title: string };
  readonly paths: PathItems;
  readonly webhooks?: PathItems;
}

const documents = fileURLToPath(new URL('../../docs/openapi/', import.meta.url));
const methods = ['get', 'post', 'put', 'delete', 'patch'];

describe.skipIf(chromiumMissing !== undefined)(`the page of all APIs ${chromiumMissing ?? ''}`, () => {
  let folder: string;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];
  const requests: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gangway-api-page-'));
    await writeFile(join(folder, 'api.html'), await renderApiPage());
    browser = await launchChromium();
    page = await (await browser.newContext({ offline: true })).newPage();
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => requests.push(request.url().slice(0, 80)));
    await page.goto(pathToFileURL(join(folder, 'api.html')).href);
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  it('shows every operation of every document, offline and without a complaint of the browser', async () => {
    const names = (await readdir(documents)).map((name) => basename(name, '.json'));
    expect(await page.locator('#choice option').count()).toBe(names.length);
    for (const name of names) {
      const {
        info,
        paths,
        webhooks = {},
      } = JSON.parse(await readFile(join(documents, `${name}.json`), 'utf8')) as OpenApiFile;
      const operations = Object.entries({ ...paths, ...webhooks }).flatMap(([path, item]) =>
        methods.filter((method) => method in item).map((method) => `${method.toUpperCase()} ${path}`),
      );
      await page.selectOption('#choice', name);
      await page.locator('.title', { hasText: info.title }).first().waitFor();
      const shown = await page.locator('.opblock-summary').evaluateAll((rows) =>
        rows.map((row) => {
          const [method, path] = ['.opblock-summary-method', '.opblock-summary-path'].map(
            (part) => row.querySelector(part)?.textContent?.replaceAll('\u200B', '').trim() ?? '',
          );
          return `${method} ${path}`;
        }),
      );
      expect(shown.toSorted()).toEqual(operations.toSorted());
    }
    expect(complaints).toEqual([]);
    expect(requests.filter((url) => !/^(file|data|blob):/.test(url))).toEqual([]);
  }, 120_000);

  it('shows the details of an operation', async () => {
    await page.selectOption('#choice', 'provisioning-v3');
    const operation = page.locator('.opblock', { hasText: '/whoami' });
    await operation.locator('.opblock-summary-control').click();
    await operation.locator('.responses-table').first().waitFor();
    expect(complaints).toEqual([]);
  });
});
