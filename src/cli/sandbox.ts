import { closeSync, openSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { exitCodes } from './exit-code.js';
import { explainUnwritten } from './explain-unwritten.js';
import { firstSignal } from './first-signal.js';
import type { Surroundings } from './surroundings.js';

interface SandboxOptions {
  readonly portBase: number;
  readonly controlPort: number;
  readonly publicKey: string;
  readonly strictKeys: boolean;
}

/** `gangway sandbox`: a simulated Telegram on loopback, until SIGTERM or SIGINT. Prints one line of JSON when it is up. */
export function addSandbox(
  parent: Command,
  { out, err, folder, signals, clock, random }: Surroundings,
  end: (code: number) => void,
) {
  parent
    .command('sandbox')
    .description('run a simulated Telegram on loopback; prints where it is as one line of JSON')
    .option(
      '--port-base <port>',
      'the port of the first data centre; the others follow. 0: any free ports',
      readPort,
      0,
    )
    .option('--control-port <port>', 'the port of the control API. 0: any free port', readPort, 0)
    .option('--public-key <file>', 'where to write the public key of the sandbox', 'sandbox-public-key.pem')
    .option(
      '--strict-keys',
      'invalidate an auth key that two connections use at the same time, as Telegram does',
      false,
    )
    .action(async ({ portBase, controlPort, publicKey, strictKeys }: SandboxOptions) => {
      const { startSandbox } = await import('../sandbox/sandbox.js');
      const ports = [0, 1, 2].map((index) => (portBase === 0 ? 0 : portBase + index));
      const publicKeyPath = resolve(folder, publicKey);
      const stopped = firstSignal(signals);
      const problem = whyUnwritable(publicKeyPath);
      if (problem !== undefined) {
        err(`${publicKey} was not written: ${problem}\n`);
        return end(exitCodes.output);
      }
      const sandbox = await startSandbox({ clock, random, ports, controlPort, publicKeyPath, strictKeys });
      const { dataCentres, controlUrl } = sandbox;
      out(`${JSON.stringify({ data_centres: dataCentres, public_key: publicKeyPath, control_url: controlUrl })}\n`);
      await stopped;
      await sandbox.stop();
    });
}

/** Tried before anything starts, as the sandbox writes its key last. */
function whyUnwritable(path: string): string | undefined {
  try {
    closeSync(openSync(path, 'a'));
    return undefined;
  } catch (error) {
    const problem = explainUnwritten(error, path);
    if (problem === undefined) throw error;
    return problem;
  }
}

function readPort(text: string): number {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65533) return port;
  throw new InvalidArgumentError('It must be a whole number from 0 to 65533.');
}
