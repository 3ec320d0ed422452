import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { codeBlocksIn, consoleSteps, isShownOutput } from '../support/docs/code-blocks.js';
import { anchorsIn, brokenLinks, linksIn } from '../support/docs/links.js';
import { allPages, fenceProblem, isReason, usedBlocks } from '../support/docs/pages.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const pages = allPages();

it('every relative link of every page leads to a file, and to a heading in it', () => {
  const broken = pages.flatMap((page) =>
    brokenLinks(page, root).map(({ line, target, why }) => `${page.path}:${line}: ${target}: ${why}`),
  );
  expect(broken).toEqual([]);
});

it('every fenced block has a language and known marks', () => {
  const problems = pages.flatMap(({ path, text }) =>
    codeBlocksIn(text).flatMap((block) => {
      const problem = fenceProblem(block);
      return problem === undefined ? [] : [`${path}:${block.line}: the block ${problem}`];
    }),
  );
  expect(problems).toEqual([]);
});

it('more than half of the blocks with commands run in a test', () => {
  const used = pages.flatMap(usedBlocks);
  const marked = used.filter(({ marks }) => marks.some(isReason));
  expect(used.length).toBeGreaterThan(2 * marked.length);
});

it('README.md is short, and begins with a screenshot and two commands', () => {
  const lines = readFileSync(`${root}README.md`, 'utf8').trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(150);
  const screen = lines.slice(0, 20).join('\n');
  expect(screen).toMatch(/docs\/images\/[\w-]+\.png/);
  const [first] = codeBlocksIn(lines.join('\n'));
  expect(first?.line).toBeLessThan(20);
  expect(first?.text.split('\n')).toHaveLength(2);
});

it('docs/README.md links each page of docs', () => {
  const linked = new Set(
    linksIn(readFileSync(`${root}docs/README.md`, 'utf8')).map(({ target }) => target.split('#')[0]),
  );
  const missing = pages
    .filter(({ path }) => path.startsWith('docs/') && path !== 'docs/README.md' && !path.startsWith('docs/decisions/0'))
    .map(({ path }) => path.slice('docs/'.length));
  expect(missing.filter((path) => !linked.has(path))).toEqual([]);
});

describe('the checks of pages', () => {
  const problemsOf = (fence: string, text = 'true') => codeBlocksIn(`${fence}\n${text}\n\`\`\`\n`).map(fenceProblem);

  it.each(['```', '```bash', '```sh later', '```sh needs=docker', '```python file=/etc/passwd', '```sh docker'])(
    'reject %s',
    (fence) => expect(problemsOf(fence)).not.toEqual([undefined]),
  );

  it.each(['```sh', '```console', '```sh background', '```sh needs=go', '```python file=a/b_c.py'])(
    'accept %s',
    (fence) => expect(problemsOf(fence)).toEqual([undefined]),
  );

  it('accept a reason if the block shows it, and require one for commands that change the system', () => {
    expect(problemsOf('```sh docker', 'docker build .')).toEqual([undefined]);
    expect(problemsOf('```sh', 'true\nsudo true')).toEqual([expect.stringContaining('add one of the marks')]);
    expect(problemsOf('```text', 'gangway run')).toEqual([expect.stringContaining('use sh or console')]);
  });

  it('read blocks in lists without their indentation, and longer fences', () => {
    const page = '1. A list:\n\n   ```sh root\n   sudo true\n     indented\n   ```\n\n````text\n```\n````\n';
    expect(codeBlocksIn(page)).toEqual([
      { line: 3, language: 'sh', marks: ['root'], text: 'sudo true\n  indented' },
      { line: 8, language: 'text', marks: [], text: '```' },
    ]);
    expect(() => codeBlocksIn('```sh\nnever closed\n')).toThrow('line 1');
  });

  it('read commands and their output in console blocks', () => {
    expect(consoleSteps('$ one \\\n  more\nout\n$ two')).toEqual([
      { command: 'one \\\n  more', output: 'out\n' },
      { command: 'two', output: '' },
    ]);
    expect(() => consoleSteps('out\n$ one')).toThrow('out');
  });

  it.each([
    ['{"a":…}', '{"a":1}\n', true],
    ['first ... last', 'first (x) last', true],
    ['a.c', 'abc', false],
    ['{"a":…}', '{"b":1}', false],
    ['all', 'all and more', false],
  ])('%s shows %s: %s', (shown, output, expected) => expect(isShownOutput(shown, output)).toBe(expected));

  it('make anchors as GitHub does', () => {
    const page = '# A `code` & more\n## Twice\n## Twice\n```sh\n# no heading\n```\n### [Linked](x.md) text: `a.b_c`\n';
    expect([...anchorsIn(page)]).toEqual(['a-code--more', 'twice', 'twice-1', 'linked-text-ab_c']);
  });

  it.each([
    ['[a](missing.md)', 'there is no such file'],
    ['[a](README.md#missing)', 'there is no such heading'],
    ['[a](#missing)', 'there is no such heading'],
    ['![a](docs/images/missing.png)', 'there is no such file'],
    ['<img src="missing.png">', 'there is no such file'],
    ['[a](../outside.md)', 'there is no such file'],
    ['[a]: missing.md', 'there is no such file'],
    ['[a](package.json#name)', 'only pages have headings'],
  ])('find the broken link %s', (text, why) => {
    expect(brokenLinks({ path: 'page.md', text: `# Heading\n${text}\n` }, root)).toMatchObject([{ line: 2, why }]);
  });

  it.each(['[a](README.md)', '[a](#heading)', '[a](https://example.com/x)', '`[a](missing.md)`', '[a](docs)'])(
    'find nothing wrong with %s',
    (text) => expect(brokenLinks({ path: 'page.md', text: `# Heading\n${text}\n` }, root)).toEqual([]),
  );
});
