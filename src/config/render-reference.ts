import type { GroupNote } from './setting.js';
import { sections } from './config.js';
import { fileKeyOf, variableOf } from './environment.js';
import { layoutOf, settingsIn, type Group, type Setting } from './layout.js';
import type { SettingNote } from './setting.js';
import { showPath, type Path } from './tree.js';
import { yamlLines } from './write-yaml.js';

const intro = `# Configuration

<!-- Generated from the configuration schema by \`npm run generate\`. Edit src/config instead. -->

\`gangway config init\` creates a configuration file with fresh secrets. \`gangway config check -c FILE\` lists all problems of a file.
With \`--who @user:server\`, it also shows whether that user may log in, and why.

## Sources of values

In order of precedence:

1. **An environment variable**: \`GANGWAY_\`, then the path of the key in upper case with \`__\` between its parts:
   \`GANGWAY_PROVISIONING__SHARED_SECRET\` for \`provisioning.shared_secret\`. Lists and maps are written as JSON. An empty variable
   counts as unset. A variable with \`__\` that belongs to no key is an error, like an unknown key.
2. **The YAML file.** Unknown keys and sample values that were not replaced are errors. An empty value counts as unset.
3. **The default**, if the key has one.

Every secret can also be read from a file: \`<key>_file\` names it, in the YAML file or in an environment variable
(\`GANGWAY_PROVISIONING__SHARED_SECRET_FILE\`). One line break at its end is removed. For lists, each line is one secret. Setting both a
key and its \`_file\` is an error. Relative paths start from the folder of the configuration file.
`;

/** Returns the reference of all keys, in Markdown. */
export function renderReference(): string {
  return [intro, ...layoutOf(sections).flatMap((entry) => renderEntry(entry, 2))].join('\n');
}

function renderEntry(entry: Setting | Group, depth: number): string[] {
  const heading = `${'#'.repeat(depth)} \`${entry.path.join('.')}\``;
  if (entry.kind === 'setting') return [heading, '', ...renderSetting(entry), '', ...renderKinds(entry, depth + 1)];
  const inner = entry.entries.flatMap((nested) => renderEntry(nested, depth + 1));
  return [heading, '', entry.note.about, '', ...inner];
}

function renderSetting({ path, note }: Setting): string[] {
  const variables = [path, ...(note.secret ? [fileKeyOf(path)] : [])].map((key) => `\`${variableOf(key)}\``);
  return [
    note.about,
    '',
    `- Value: ${note.expects}`,
    ...presenceLines(String(path.at(-1) ?? ''), note),
    ...(note.secret ? [`- Secret: may come from a file, \`${fileKeyOf(path).at(-1)}\``] : []),
    `- Environment: ${variables.join(', ')}`,
  ];
}

function renderKinds({ path, note }: Setting, depth: number): string[] {
  return Object.entries(note.kinds ?? {}).flatMap(([type, kind]) => renderKind(path, type, kind, depth));
}

function renderKind(list: Path, type: string, { about, keys }: GroupNote, depth: number): string[] {
  const first = [...list, 0];
  const rows = settingsIn(layoutOf(keys, first)).flatMap(({ path, note }) => [
    `- \`${String(path.at(-1))}\`: ${note.about}`,
    `  - Value: ${note.expects}`,
    ...presenceLines(String(path.at(-1)), note).map((line) => `  ${line}`),
    ...(note.secret ? [`  - Secret: may come from a file, \`${String(fileKeyOf(path).at(-1))}\``] : []),
    `  - Environment, for the first of the list: \`${variableOf(path)}\``,
  ]);
  return [`${'#'.repeat(depth)} \`${showPath(list)}\`: \`type: ${type}\``, '', about, '', ...rows, ''];
}

function presenceLines(key: string, { presence }: SettingNote): string[] {
  switch (presence.kind) {
    case 'required':
      return ['- Required', ...example(yamlLines(key, presence.sample))];
    case 'default':
      return [`- Default: \`${yamlLines(key, presence.value).join(' ')}\``];
    case 'optional':
      return ['- Optional', ...example(yamlLines(key, presence.example))];
  }
}

function example(lines: readonly string[]): string[] {
  if (lines.length === 1) return [`- Example: \`${lines.join('')}\``];
  return ['- Example:', '', '  ```yaml', ...lines.map((line) => `  ${line}`), '  ```', ''];
}
