import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { Secret } from '../base/secret.js';
import { sectionNames, sections, type Config } from './config.js';
import { accountModeFindings } from './account-mode.js';
import { overlayEnvironment, type Environment } from './environment.js';
import { layoutOf, settingsIn, settingsOfItems, type Setting } from './layout.js';
import { exposedFileRemarks } from './exposed-files.js';
import { readNamedFiles, whyUnreadable, type ConfigFiles, type ReadFile } from './named-files.js';
import type { Finding, Problem } from './problem.js';
import { readYaml } from './read-yaml.js';
import { remarksOn } from './remarks.js';
import { withGroups } from './setting.js';
import { showPath, valueAt, withValueAt, type Path, type TreeMap } from './tree.js';
import { adviceOnUnknownKey } from './unknown-key.js';

/** The files and the environment that a configuration is read from. */
export interface ConfigSource extends ConfigFiles {
  /** The YAML file. */
  readonly path: string;
  readonly env: Environment;
}

/** A configuration, valid or not, with its problems. */
export interface Inspection {
  /** The sections that are valid by themselves. */
  readonly sections: Partial<Config>;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** The values in the files and the environment as JSON, by the paths of their keys. */
  readonly values: ReadonlyMap<string, Secret>;
}

/**
 * Reads a configuration like loadConfig, but never throws: returns what could be read and all
 * problems.
 */
export function inspectConfig({ path: file, env, readFile, isReadableByOthers }: ConfigSource): Inspection {
  const text = readOrExplain(file, readFile);
  if (typeof text !== 'string') return { sections: {}, problems: [text], warnings: [], values: new Map() };
  const yaml = readYaml(text);
  if (yaml.problems.length > 0) return { sections: {}, problems: yaml.problems, warnings: [], values: new Map() };

  const declared = settingsIn(layoutOf(sections));
  const overlaid = overlayEnvironment(yaml.root, declared, env);
  const settings = [...declared, ...declared.flatMap((setting) => settingsOfItems(setting, overlaid.root))];
  const files = readNamedFiles(withoutEmpty(overlaid.root, settings), settings, {
    readFile,
    folder: dirname(resolve(file)),
  });
  const { read, findings } = readSections(files.root, settings);

  const modeFindings = accountModeFindings(files.root);

  // Without this, a key whose file cannot be read, or a missing mode, would be reported twice.
  const explained = new Set([
    ...files.complaints.map(({ concerns }) => showPath(concerns)),
    ...modeFindings.map(({ path }) => showPath(path)),
  ]);
  const all = [...files.complaints, ...modeFindings, ...findings.filter(({ path }) => !explained.has(showPath(path)))];
  const lineOf = (finding: Finding) => yaml.lineOf(finding.path) ?? Number.MAX_SAFE_INTEGER;
  const locate = ({ path, message }: Finding): Problem => {
    const line = yaml.lineOf(path);
    const where = variableBehind(path, overlaid.variables) ?? (line === undefined ? undefined : `line ${line}`);
    return { path: showPath(path), where, message };
  };
  const values = declared.flatMap(({ path }): [string, Secret][] => {
    const value = valueAt(files.root, path);
    return value === undefined ? [] : [[showPath(path), new Secret(JSON.stringify(value))]];
  });
  return {
    sections: read,
    values: new Map(values),
    problems: [...overlaid.problems, ...all.toSorted((a, b) => lineOf(a) - lineOf(b)).map(locate)],
    warnings: [
      ...overlaid.warnings,
      ...[
        ...exposedFileRemarks(
          {
            file,
            hasSecrets: settings.some(({ path, note }) => note.secret && valueAt(yaml.root, path) !== undefined),
          },
          files.secretFiles,
          isReadableByOthers,
        ),
        ...remarksOn(read, overlaid.root),
      ].map(locate),
    ],
  };
}

function readOrExplain(file: string, readFile: ReadFile): string | Problem {
  try {
    return readFile(file);
  } catch (error) {
    const todo = 'Create one with `gangway config init`, or pass another with -c.';
    const message = `The configuration file ${file} cannot be read: ${whyUnreadable(error)}. ${todo}`;
    return { path: '', where: undefined, message };
  }
}

/** Configurations of mautrix-telegram have `password: ""` if there is no password. */
function withoutEmpty(root: TreeMap, settings: readonly Setting[]): TreeMap {
  const isEmpty = ({ path, note }: Setting) => note.presence.kind === 'optional' && valueAt(root, path) === '';
  return settings.filter(isEmpty).reduce((tree, { path }) => withValueAt(tree, path, undefined), root);
}

function readSections(root: TreeMap, settings: readonly Setting[]): { read: Partial<Config>; findings: Finding[] } {
  const unknownNames = Object.keys(root).filter((name) => !Object.hasOwn(sections, name));
  const findings = unknownNames.map((name): Finding => ({
    path: [name],
    message: adviceOnUnknownKey([name], settings),
  }));
  const filled = withGroups(root, sections);
  const read: Record<string, unknown> = {};
  for (const name of sectionNames) {
    const result = sections[name].safeParse(filled[name]);
    if (result.success) read[name] = result.data;
    else findings.push(...result.error.issues.flatMap((issue) => explain(issue, name, settings)));
  }
  return { read, findings };
}

function explain(issue: z.core.$ZodIssue, section: string, settings: readonly Setting[]): Finding[] {
  const path = [section, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))];
  if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }];
  return issue.keys.map((key) => ({
    path: [...path, key],
    message: adviceOnUnknownKey([...path, key], settings),
  }));
}

function variableBehind(path: Path, variables: ReadonlyMap<string, string>): string | undefined {
  if (path.length === 0) return undefined;
  return variables.get(path.join('.')) ?? variableBehind(path.slice(0, -1), variables);
}
