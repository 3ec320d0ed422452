import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { sections, type Config, type SectionName } from './config.js';
import { overlayEnvironment, type Environment } from './environment.js';
import { layoutOf, settingsIn } from './layout.js';
import { readNamedFiles, whyUnreadable, type ReadFile } from './named-files.js';
import { ConfigFailure, type Problem } from './problem.js';
import { readYaml } from './read-yaml.js';
import { remarksOn } from './remarks.js';
import type { DatabaseLocation } from './sections/database.js';
import { withGroups } from './setting.js';
import { showPath, type Path } from './tree.js';
import { adviceOnUnknownKey } from './unknown-key.js';

/** Where a configuration comes from. */
export interface ConfigSource {
  /** The YAML file. */
  readonly path: string;
  readonly env: Environment;
  readonly readFile: ReadFile;
}

/** What is known of a configuration, be it in order or not. */
export interface Inspection {
  /** The sections that are in order by themselves. */
  readonly sections: Partial<Config>;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** A configuration in order, and what is worth a look in it. */
export interface LoadedConfig {
  readonly config: Config;
  readonly warnings: readonly Problem[];
}

/** Reads the file, the environment and the files that they name. Throws ConfigFailure with everything that is wrong. */
export function loadConfig(source: ConfigSource): LoadedConfig {
  const { sections: read, problems, warnings } = inspectConfig(source);
  const config = completed(read, dirname(resolve(source.path)));
  if (config === undefined || problems.length > 0) {
    throw new ConfigFailure({ kind: 'config_invalid', file: source.path, problems, warnings });
  }
  return { config, warnings };
}

/** As loadConfig, but gives what it could read along with what is wrong. */
export function inspectConfig({ path: file, env, readFile }: ConfigSource): Inspection {
  let text: string;
  try {
    text = readFile(file);
  } catch (error) {
    const hint = 'Write one with `gangway config init`, or name another with -c.';
    const message = `The configuration file cannot be read: ${whyUnreadable(error)}. ${hint}`;
    return { sections: {}, problems: [{ path: '', where: undefined, message }], warnings: [] };
  }
  const yaml = readYaml(text);
  if (yaml.problems.length > 0) return { sections: {}, problems: yaml.problems, warnings: [] };

  const settings = settingsIn(layoutOf(sections));
  const overlaid = overlayEnvironment(yaml.root, settings, env);
  const where = (path: Path): string | undefined => {
    for (let length = path.length; length > 0; length--) {
      const variable = overlaid.variables.get(path.slice(0, length).join('.'));
      if (variable !== undefined) return variable;
    }
    const line = yaml.lineOf(path);
    return line === undefined ? undefined : `line ${line}`;
  };
  const folder = dirname(resolve(file));
  const files = readNamedFiles(overlaid.root, settings, { readFile, folder });
  const settled = files.complaints.map(({ concerns }) => showPath(concerns));

  const found: { readonly line: number; readonly problem: Problem }[] = [];
  const complain = (path: Path, message: string) => {
    const problem = { path: showPath(path), where: where(path), message };
    found.push({ line: yaml.lineOf(path) ?? Number.POSITIVE_INFINITY, problem });
  };
  for (const { path, message } of files.complaints) complain(path, message);
  for (const name of Object.keys(files.root)) {
    if (!Object.hasOwn(sections, name)) complain([name], adviceOnUnknownKey([name], settings));
  }

  const root = withGroups(files.root, sections);
  const read: Partial<Record<SectionName, unknown>> = {};
  for (const name of sectionNames()) {
    const result = sections[name].safeParse(root[name]);
    if (result.success) read[name] = result.data;
    for (const issue of result.error?.issues ?? []) {
      for (const { path, message } of explain(issue, name, (unknown) => adviceOnUnknownKey(unknown, settings))) {
        if (!settled.includes(showPath(path))) complain(path, message);
      }
    }
  }
  const inFileOrder = found.sort((a, b) => a.line - b.line || 0).map(({ problem }) => problem);
  const inspected = read as Partial<Config>;
  const remarks = remarksOn(inspected, files.root);
  const warnings = remarks.map(({ path, message }) => ({ path: showPath(path), where: where(path), message }));
  return { sections: inspected, problems: [...overlaid.problems, ...inFileOrder], warnings };
}

interface Explained {
  readonly path: Path;
  readonly message: string;
}

function explain(issue: z.core.$ZodIssue, section: string, advise: (path: string[]) => string): Explained[] {
  const path = [section, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))];
  if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }];
  return issue.keys.map((key) => ({ path: [...path, key], message: advise([...path.map(String), key]) }));
}

function sectionNames(): SectionName[] {
  return Object.keys(sections) as SectionName[];
}

function completed(read: Partial<Config>, folder: string): Config | undefined {
  const { homeserver, http, provisioning, database, telegram, login, bridge, encryption, logging } = read;
  if (!homeserver || !http || !provisioning || !database || !telegram) return undefined;
  if (!login || !bridge || !encryption || !logging) return undefined;
  const location = locationFrom(folder, database.location);
  return {
    homeserver,
    http,
    provisioning,
    database: { ...database, location },
    telegram,
    login,
    bridge,
    encryption,
    logging,
  };
}

function locationFrom(folder: string, location: DatabaseLocation): DatabaseLocation {
  if (location.kind !== 'sqlite' || location.path === ':memory:') return location;
  return { kind: 'sqlite', path: resolve(folder, location.path) };
}
