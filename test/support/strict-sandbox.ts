import { systemClock } from '../../src/base/clock.js';
import { systemRandom } from '../../src/base/random.js';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox.js';

/**
 * Starts a sandbox that invalidates an auth key when a second connection uses it, as Telegram does.
 * `control.reset` and `stop` throw if that has happened.
 */
export async function startStrictSandbox(options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({ clock: systemClock, random: systemRandom, strictKeys: true, ...options });
  const { control } = sandbox;
  const duplicates = () => control.keys().filter(({ maxConnections }) => maxConnections > 1);
  return {
    ...sandbox,
    control: {
      ...control,
      reset() {
        const found = duplicates();
        control.reset();
        refuse(found);
      },
    },
    async stop() {
      const found = duplicates();
      await sandbox.stop();
      refuse(found);
    },
  };
}

function refuse(duplicates: readonly unknown[]): void {
  if (duplicates.length > 0) throw new Error(`auth keys on two connections at once: ${JSON.stringify(duplicates)}`);
}
