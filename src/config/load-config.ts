import { dirname, resolve } from 'node:path';
import type { Secret } from '../base/secret.js';
import type { Config } from './config.js';
import { inspectConfig, type ConfigSource } from './inspect-config.js';
import { ConfigFailure, type Problem } from './problem.js';
import { anchoredUri } from './sections/database.js';

/** A valid configuration, with remarks about likely mistakes. */
export interface LoadedConfig {
  readonly config: Config;
  readonly warnings: readonly Problem[];
  /** The values in the files and the environment as JSON, by the paths of their keys. */
  readonly values: ReadonlyMap<string, Secret>;
}

/**
 * Reads the file, the environment and the files that they name. Throws ConfigFailure with all
 * problems.
 */
export function loadConfig(source: ConfigSource): LoadedConfig {
  const { sections, problems, warnings, values } = inspectConfig(source);
  const config = completed(sections, dirname(resolve(source.path)));
  if (config === undefined || problems.length > 0) {
    throw new ConfigFailure({ kind: 'config_invalid', file: source.path, problems, warnings });
  }
  return { config, warnings, values };
}

function completed(read: Partial<Config>, folder: string): Config | undefined {
  const { homeserver, http, provisioning, accounts, telegram, login, bridge, encryption, logging } = read;
  const { identity, threepids, delivery, outgoing, sessions, admin, web, metrics } = read;
  if (!homeserver || !http || !provisioning || !accounts || !read.database || !telegram) return undefined;
  if (!login || !bridge || !encryption || !logging) return undefined;
  if (!identity || !threepids || !delivery || !outgoing || !sessions || !admin || !web || !metrics) return undefined;
  const database = { ...read.database, uri: anchoredUri(read.database.uri, folder) };
  return {
    homeserver,
    http,
    provisioning,
    web,
    accounts,
    identity,
    threepids,
    delivery,
    outgoing,
    database,
    telegram,
    login,
    bridge,
    sessions,
    admin,
    encryption,
    logging,
    metrics,
  };
}
