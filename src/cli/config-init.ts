import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { Random } from '../base/random.js';
import { renderSample } from '../config/render-sample.js';
import { isExampleName } from '../config/network-address.js';
import { isServerName } from '../config/server-name.js';
import type { Tree } from '../config/tree.js';
import { configFileOption } from './config-file-option.js';
import { exitCodes } from './exit-code.js';
import { explainUnwritten } from './explain-unwritten.js';
import type { Surroundings } from './surroundings.js';

/** `gangway config init`: writes a configuration with fresh secrets that only its owner may read. Never overwrites. */
export function addConfigInit(
  parent: Command,
  { out, err, folder, random }: Surroundings,
  end: (code: number) => void,
) {
  parent
    .command('init')
    .description('write a configuration file with fresh secrets; an existing file is never overwritten')
    .addOption(configFileOption())
    .option('--domain <name>', 'the server name: what comes after the colon in your Matrix IDs', readDomain)
    .action(({ config: file, domain }: { config: string; domain?: string }) => {
      const problem = writeOnce(resolve(folder, file), renderSample(freshValues(random, domain)));
      if (problem !== undefined) {
        err(`${file} was not written: ${problem}\n`);
        return end(exitCodes.output);
      }
      const todo = domain === undefined ? ['homeserver.domain', 'bridge.permissions'] : [];
      const keys = ['telegram.api_id', 'telegram.api_hash', ...todo].join(', ');
      out(`Wrote ${file}, with fresh secrets; only you may read it.\n`);
      out(`Now edit it: ${keys}. api_id and api_hash come from https://my.telegram.org/apps.\n`);
      out(`Then ask: gangway config check -c ${file}\n`);
    });
}

function freshValues(random: Random, domain: string | undefined): ReadonlyMap<string, Tree> {
  const values = new Map<string, Tree>([
    ['provisioning.shared_secret', random.bytes(32).toString('base64url')],
    ['encryption.key', random.bytes(32).toString('base64')],
  ]);
  if (domain === undefined) return values;
  return values.set('homeserver.domain', domain).set('bridge.permissions', { [domain]: 'puppeting' });
}

function readDomain(text: string): string {
  if (isExampleName(text)) throw new InvalidArgumentError('This is a name for examples.');
  if (isServerName(text)) return text;
  throw new InvalidArgumentError('It must be a server name, such as the part after the colon of a Matrix ID.');
}

function writeOnce(path: string, text: string): string | undefined {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o600 });
    return undefined;
  } catch (error) {
    const problem = explainUnwritten(error, path);
    if (problem === undefined) throw error;
    return problem;
  }
}
