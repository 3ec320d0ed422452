import { closeSync, openSync, writeFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { dirname, relative, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { stringify } from 'yaml';
import type { Sandbox } from '../sandbox/sandbox.js';
import { exitCodes } from './exit-code.js';
import { explainUnwritten } from './explain-unwritten.js';
import { firstSignal } from './first-signal.js';
import type { CliContext } from './cli-context.js';

interface SandboxOptions {
  readonly host: string;
  readonly portBase: number;
  readonly controlPort: number;
  readonly publicKey: string;
  readonly configOut?: string;
  readonly strictKeys: boolean;
  readonly largePrimes: boolean;
}

/**
 * `gangway sandbox`: runs a simulated Telegram until SIGTERM or SIGINT. Prints one line of JSON
 * when it is ready.
 */
export function addSandbox(
  parent: Command,
  { out, err, folder, signals, clock, random }: CliContext,
  end: (code: number) => void,
) {
  parent
    .command('sandbox')
    .description('run a simulated Telegram; prints its addresses as one line of JSON')
    .option(
      '--host <address>',
      'the IPv4 address to listen on; 0.0.0.0: all, and clients are sent to the first one that is not loopback',
      readHost,
      '127.0.0.1',
    )
    .option(
      '--port-base <port>',
      'the port of the first data centre; the others follow. 0: any free ports',
      readPort,
      0,
    )
    .option('--control-port <port>', 'the port of the control API; 0: any free port', readPort, 0)
    .option('--public-key <file>', 'where to write the public key of the sandbox', 'sandbox-public-key.pem')
    .option('--config-out <file>', 'where to write the section `telegram` of a configuration that uses the sandbox')
    .option(
      '--strict-keys',
      'invalidate an auth key that two connections use at the same time, as Telegram does',
      false,
    )
    .option('--large-primes', 'demand as much work for a key exchange as Telegram does', false)
    .action(async (options: SandboxOptions) => {
      const { host, portBase, controlPort, publicKey, configOut, strictKeys, largePrimes } = options;
      const { startSandbox } = await import('../sandbox/sandbox.js');
      const ports = [0, 1, 2].map((index) => (portBase === 0 ? 0 : portBase + index));
      const publicKeyPath = resolve(folder, publicKey);
      const stopped = firstSignal(signals);
      for (const file of configOut === undefined ? [publicKey] : [publicKey, configOut]) {
        const problem = whyUnwritable(resolve(folder, file));
        if (problem === undefined) continue;
        err(`${file} was not written: ${problem}\n`);
        return end(exitCodes.output);
      }
      const announcedHost = host === '0.0.0.0' ? outerAddress() : host;
      const sandbox = await startSandbox({
        clock,
        random,
        host,
        announcedHost,
        ports,
        controlPort,
        publicKeyPath,
        strictKeys,
        largePrimes,
      });
      const { dataCentres, controlUrl } = sandbox;
      if (configOut !== undefined) {
        const path = resolve(folder, configOut);
        const apiHash = random.bytes(16).toString('hex');
        writeFileSync(path, renderConfig(sandbox, { apiHash, publicKey: relative(dirname(path), publicKeyPath) }));
      }
      out(`${JSON.stringify({ data_centres: dataCentres, public_key: publicKeyPath, control_url: controlUrl })}\n`);
      await stopped;
      await sandbox.stop();
    });
}

/**
 * Returns the section `telegram` as YAML. The path of the public key is relative to the file with
 * this text.
 */
function renderConfig(
  { dataCentres }: Sandbox,
  { apiHash, publicKey }: { readonly apiHash: string; readonly publicKey: string },
): string {
  return stringify({
    telegram: { api_id: 4242, api_hash: apiHash, data_centres: dataCentres, public_keys: [publicKey] },
  });
}

/** Returns the first IPv4 address of this machine that other machines can reach. */
function outerAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}

/** Checked before the start, because the sandbox writes its files last. */
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

function readHost(text: string): string {
  if (isIPv4(text)) return text;
  throw new InvalidArgumentError('It must be an IPv4 address.');
}

function readPort(text: string): number {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65533) return port;
  throw new InvalidArgumentError('It must be a whole number from 0 to 65533.');
}
