import { sections } from './config.js';
import { layoutOf, settingsIn, type Group, type Setting } from './layout.js';
import type { GroupNote, SettingNote } from './setting.js';
import type { Tree } from './tree.js';
import { wrapText } from './wrap-text.js';
import { longYaml, yamlLines } from './write-yaml.js';

const width = 100;

const intro = [
  'Configuration of Gangway.',
  'Keys without a # before them are set: to their default, or to a sample that must be replaced if the ' +
    'comment ends in "Required".',
  'Every key can also be set by an environment variable: GANGWAY_, the path in upper case, and __ ' +
    'between its parts, such as GANGWAY_TELEGRAM__API_ID. Every secret can also be read from a file: ' +
    'shared_secret_file: /run/secrets/gangway.',
  '`gangway config check -c FILE` lists all problems of this file. See docs/configuration.md.',
];

/**
 * Returns a configuration file with a comment on every key. Its values are samples and defaults, or
 * `values` (by path).
 */
export function renderSample(values: ReadonlyMap<string, Tree> = new Map()): string {
  const header = intro.flatMap((paragraph) => comment(paragraph, ''));
  const body = layoutOf(sections).flatMap((entry) => ['', ...renderEntry(entry, '', values)]);
  return [...header, ...body, ''].join('\n');
}

function renderEntry(entry: Setting | Group, indent: string, values: ReadonlyMap<string, Tree>): string[] {
  const key = String(entry.path.at(-1) ?? '');
  if (entry.kind === 'setting') return renderSetting(key, entry, indent, values.get(entry.path.join('.')));
  const inner = entry.entries.flatMap((nested) => renderEntry(nested, `${indent}  `, values));
  return [...comment(entry.note.about, indent), `${indent}${key}:`, ...inner];
}

function renderSetting(key: string, { note }: Setting, indent: string, given: Tree | undefined): string[] {
  const isOff = note.presence.kind === 'optional' && given === undefined;
  // If nothing follows the colon, removing the # turns samples of items into items.
  const written = note.kinds && !given ? [`${key}:`] : yamlLines(key, given ?? writtenValue(note));
  const lines = written.map((line) => `${indent}${isOff ? '#' : ''}${line}`);
  const about = note.presence.kind === 'required' ? `${note.about} Required.` : note.about;
  const kinds = Object.entries(note.kinds ?? {}).flatMap((each) => renderKind(...each, `${indent}  `));
  return [...comment(about, indent), ...lines, ...kinds];
}

/** Returns a sample item of this kind, as a comment. */
function renderKind(type: string, { about, keys }: GroupNote, indent: string): string[] {
  const samples = settingsIn(layoutOf(keys)).map(({ path, note }) => [String(path[0]), writtenValue(note)] as const);
  const item = longYaml([{ type, ...Object.fromEntries(samples) }]);
  return [...comment(`${type}: ${about}`, indent), ...item.map((line) => `${indent}# ${line}`)];
}

function writtenValue({ presence }: SettingNote): Tree {
  switch (presence.kind) {
    case 'required':
      return presence.sample;
    case 'default':
      return presence.value;
    case 'optional':
      return presence.example;
  }
}

function comment(text: string, indent: string): string[] {
  return wrapText(text, width - indent.length - 2).map((line) => `${indent}# ${line}`);
}
