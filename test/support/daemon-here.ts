import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { App } from '../../src/app.js';
import { systemClock, type Clock } from '../../src/base/clock.js';
import { systemRandom } from '../../src/base/random.js';
import type * as daemon from '../../src/cli/daemon.js';
import { createInstallation, type ConfigOverrides, type Network, type ServingInstallation } from './daemon.js';

/**
 * Creates the same installation with its daemon in the process of the tests, for tests that neither
 * stop nor kill it: a child process imports the whole program, which takes longer than most tests.
 */
export async function installHere(
  sandbox: Network,
  overrides: ConfigOverrides = {},
  clock: Clock = systemClock,
): Promise<ServingInstallation> {
  let running: App | undefined;
  const { folder, print, setUrl, ...installation } = await createInstallation(sandbox, overrides);
  return {
    ...installation,
    folder,
    async start() {
      const { createApp, configFiles, loadConfig, createLogger } = await importBuilt();
      const { config } = loadConfig({ path: join(folder, 'config.yaml'), env: {}, ...configFiles });
      const write = new Writable({
        write(chunk: Buffer, _, done) {
          print(chunk.toString());
          done();
        },
      });
      const runtime = { clock, random: systemRandom };
      const log = createLogger({ ...config.logging, clock, write });
      running = createApp(config, { ...runtime, version: '0.0.0', logger: log });
      await running.start();
      setUrl(`http://127.0.0.1:${running.address()?.port}`);
    },
    async remove() {
      await running?.stop();
      await installation.remove();
    },
  };
}

/** The built program: the daemon starts threads, which run its files. */
const importBuilt = async () =>
  (await import(new URL('../../dist/src/daemon.js', import.meta.url).href)) as typeof daemon;
