import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const variable = 'GANGWAY_TEST_CHROMIUM';
const usualPaths = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = process.env[variable] ?? usualPaths.find((path) => existsSync(path));

/** Why the tests in a browser are skipped; undefined if they run. */
export const chromiumMissing =
  executablePath === undefined ? `skipped: no Chromium, and ${variable} names none` : undefined;

/**
 * Reports once for a run that the tests in a browser are skipped; throws instead if
 * GANGWAY_REQUIRE_CHROMIUM=1.
 */
export default function reportWhetherSkipped(): void {
  if (chromiumMissing === undefined) return;
  if (process.env['GANGWAY_REQUIRE_CHROMIUM'] === '1') {
    throw new Error(`Chromium is required. Install Debian's package chromium, or set ${variable} to its program.`);
  }
  console.warn(`Tests in a browser are skipped: ${usualPaths.join(', ')} do not exist, and ${variable} is not set.`);
}

/** Starts Chromium without a window. The caller closes it. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: [
      // For root, as in containers.
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
