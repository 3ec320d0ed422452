import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { sections } from '../../../src/config/config.js';
import { layoutOf, settingsIn } from '../../../src/config/layout.js';
import { readYaml } from '../../../src/config/read-yaml.js';
import { renderReference } from '../../../src/config/render-reference.js';
import { renderSample } from '../../../src/config/render-sample.js';
import type { Tree } from '../../../src/config/tree.js';
import { yamlLines } from '../../../src/config/write-yaml.js';
import { apiHash, encryptionKey, inspect, load, sharedSecret, written } from './written-config.js';

const settings = settingsIn(layoutOf(sections));

describe('the sample configuration', () => {
  it('is valid except for the values that must be edited', () => {
    expect(inspect(renderSample()).problems.map(({ path }) => path)).toEqual([
      'homeserver.domain',
      'provisioning.shared_secret',
      'accounts.mode',
      'telegram.api_id',
      'telegram.api_hash',
      'bridge.permissions."example.com"',
      'bridge.permissions."@admin:example.com"',
      'encryption.key',
    ]);
  });

  it('holds the defaults: once edited, it is the same as a file with the required keys only', () => {
    const edited = renderSample(
      new Map<string, Tree>([
        ['homeserver.domain', 'matrix.test'],
        ['accounts.mode', 'embedded'],
        ['provisioning.shared_secret', sharedSecret],
        ['telegram.api_id', '4242'],
        ['telegram.api_hash', apiHash],
        ['bridge.permissions', { 'matrix.test': 'puppeting' }],
        ['encryption.key', encryptionKey],
      ]),
    );
    const { config, warnings } = load(written());
    expect(load(edited)).toMatchObject({ config, warnings });
    expect(load(edited).config).toEqual(config);
  });

  it('is also valid with its commented keys enabled', () => {
    const all = renderSample().replaceAll(/^( *)#(\S)/gm, '$1$2');
    const paths = inspect(all).problems.map(({ path }) => path);
    expect(paths).toContain('homeserver.address');
    expect(paths.filter((path) => path.startsWith('telegram.proxy'))).toEqual(['telegram.proxy.password']);
  });

  it('has a comment on every key', () => {
    const lines = renderSample().split('\n');
    for (const { path } of settings) {
      const at = lines.findIndex((line) => new RegExp(`^ +#?${path.at(-1)}:`).test(line));
      expect(lines[at - 1], path.join('.')).toMatch(/^ +# \S/);
    }
  });
});

describe('the reference', () => {
  it('has every key, with its environment variable', () => {
    const reference = renderReference();
    for (const { path } of settings) {
      expect(reference).toContain(`# \`${path.join('.')}\`\n`);
      expect(reference).toContain(`\`GANGWAY_${path.map((key) => String(key).toUpperCase()).join('__')}\``);
    }
  });
});

describe('a value that is written as YAML', () => {
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom('null', 'yes', '- a', 'a: b', '# x', '*', '1e3', '~', 'a:', "'", '"'),
  );
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      text,
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(
        text.filter((key) => key !== '__proto__'),
        tie('tree'),
        { maxKeys: 3, noNullPrototype: true },
      ),
    ),
  }));

  it('is read back unchanged', () => {
    fc.assert(
      fc.property(tree, (value) => {
        const yaml = yamlLines('key', value).join('\n');
        expect(readYaml(yaml).root).toEqual({ key: value });
        expect(Object.keys(parse(yaml) as object)).toEqual(['key']);
      }),
    );
  });
});
