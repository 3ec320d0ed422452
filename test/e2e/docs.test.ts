import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { startEmptyWorld, startFullWorld, type DocWorld } from '../support/docs/doc-world.js';
import { allPages, isReason, usedBlocks } from '../support/docs/pages.js';
import { runPage } from '../support/docs/run-page.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';

/** Pages that create their own configuration and start their own daemon. */
const startsFromNothing: readonly string[] = ['README.md', 'docs/sandbox.md'];

const marked = ({ marks }: { readonly marks: readonly string[] }) => marks.some(isReason);
const pages = allPages()
  .map((page) => ({ ...page, blocks: usedBlocks(page) }))
  .filter(({ blocks }) => blocks.some((block) => !marked(block)));

let sandbox: Sandbox;
let world: DocWorld | undefined;

beforeAll(async () => {
  sandbox = await startStrictSandbox();
});
afterAll(() => sandbox.stop());
afterEach(async () => {
  await world?.close();
  world = undefined;
  sandbox.control.reset();
});

// Add a mark to a block that cannot run here: CONTRIBUTING.md, "Commands in pages".
it.each(pages.map((page) => [page.path, page] as const))(
  'the commands in %s run',
  async (path, page) => {
    world = await (startsFromNothing.includes(path) ? startEmptyWorld(sandbox) : startFullWorld(sandbox));
    const { ran, skipped } = await runPage(page, world);
    for (const [line, why] of skipped) console.warn(`Not run: ${path}:${line}: ${why}`);
    expect(ran).toBeGreaterThan(0);
  },
  180_000,
);
