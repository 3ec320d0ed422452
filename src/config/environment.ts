import { findClosest } from './did-you-mean.js';
import { settingsOfItems, type Setting } from './layout.js';
import type { Problem } from './problem.js';
import { readYaml } from './read-yaml.js';
import { withValueAt, type Path, type Tree, type TreeMap } from './tree.js';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

const prefix = 'GANGWAY_';
const separator = '__';
/** Set by Kubernetes and Docker in containers that run next to a service called gangway. */
const platformVariable = /^GANGWAY_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT|PORT_\d+_(TCP|UDP|SCTP)(_\w+)?|NAME)$/;

/** Returns the variable of a key: `GANGWAY_TELEGRAM__API_ID` for telegram.api_id. */
export function variableOf(path: Path): string {
  return prefix + path.map((key) => String(key).toUpperCase()).join(separator);
}

/** A configuration after environment variables were applied. */
export interface Overlaid {
  readonly root: TreeMap;
  readonly problems: readonly Problem[];
  /** Variables with the prefix GANGWAY_ that belong to no key and resemble none. */
  readonly warnings: readonly Problem[];
  /** Which variable set a key. */
  readonly variables: ReadonlyMap<string, string>;
}

/**
 * Applies environment variables to the configuration of the file. An empty variable counts as
 * unset. The keys of maps in lists have variables too, by position, if the list has that many
 * items. Variables that container platforms set for a service called gangway are ignored.
 */
export function overlayEnvironment(root: TreeMap, settings: readonly Setting[], env: Environment): Overlaid {
  const problems: Problem[] = [];
  const variables = new Map<string, string>();
  const known = new Set<string>();
  let result = root;
  const lay = ({ path, note }: Setting) => {
    const name = variableOf(path);
    const filePath = fileKeyOf(path);
    const fileName = variableOf(filePath);
    known.add(name);
    if (note.secret) known.add(fileName);
    const value = env[name];
    const file = note.secret ? env[fileName] : undefined;
    if (!value && !file) return;
    result = withValueAt(withValueAt(result, path, undefined), filePath, undefined);
    if (value) {
      const tree = note.form === 'text' ? value : readStructured(value);
      if (tree === undefined) problems.push(notStructured(path, name, note.expects));
      else result = withValueAt(result, path, tree);
      variables.set(path.join('.'), name);
    }
    if (file) {
      result = withValueAt(result, filePath, file);
      variables.set(filePath.join('.'), fileName);
    }
  };
  for (const setting of settings) {
    lay(setting);
    settingsOfItems(setting, result).forEach(lay);
  }
  const warnings: Problem[] = [];
  for (const name of Object.keys(env)) {
    if (!/^GANGWAY/i.test(name) || known.has(name) || platformVariable.test(name) || !env[name]) continue;
    const near = findClosest(name, [...known]);
    const hint = near === undefined ? 'Remove it.' : `Did you mean ${near}?`;
    const isMeant = near !== undefined || name.includes(separator);
    const message = `No key belongs to this environment variable. ${hint}`;
    (isMeant ? problems : warnings).push({ path: '', where: name, message });
  }
  return { root: result, problems, warnings, variables };
}

/** Returns the path of the key that names a file with the value of the key at `path`. */
export function fileKeyOf(path: Path): (string | number)[] {
  return [...path.slice(0, -1), `${path.at(-1) ?? ''}_file`];
}

function readStructured(value: string): Tree | undefined {
  const wrapped = readYaml(`value: ${value}`);
  return wrapped.problems.length > 0 ? undefined : wrapped.root['value'];
}

function notStructured(path: Path, name: string, expects: string): Problem {
  const message = `It must be ${expects}, written as JSON, such as ["one", "two"] or {"key": "value"}.`;
  return { path: path.join('.'), where: name, message };
}
