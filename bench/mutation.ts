import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createVitest, type TestCase, type TestSpecification, type Vitest } from 'vitest/node';
import { mutantsOf, type Mutant } from './mutants.js';

/**
 * Measures whether the tests notice one-line changes ("mutants") of the folders below:
 * `npm run mutation [-- FOLDER] [--seed TEXT] [--sample NUMBER]`. Changes only a copy of the tree.
 */
interface Plan {
  /** The tests that run for each mutant. */
  readonly near: readonly string[];
  /** The tests that run only for mutants that survive the others. */
  readonly far: readonly string[];
  /** Whether the tests run the compiled code, in worker threads. */
  readonly isCompiled?: boolean;
}

const plans: Readonly<Record<string, Plan>> = {
  'src/login': {
    near: ['test/unit/login/'],
    far: [
      'test/contract/bridge',
      'test/contract/hand-over',
      'test/contract/database-sqlite',
      'test/api/telegram-faults',
      'test/api/bridge-',
      'test/api/provisioning-0.3.0/login',
      'test/api/provisioning-v1/login',
      'test/api/provisioning-v3/login',
    ],
  },
  'src/telegram': {
    near: ['test/unit/telegram/'],
    far: ['test/contract/gramjs', 'test/contract/engine-', 'test/contract/telegram-gateway'],
    isCompiled: true,
  },
  'src/identity': {
    near: ['test/unit/identity/'],
    far: ['test/api/identity', 'test/contract/database-sqlite'],
  },
  'src/accounts': {
    near: ['test/unit/accounts/'],
    far: ['test/contract/account-authority', 'test/contract/telegram-proofs', 'test/api/client-server-v3'],
  },
  'src/threepid': {
    near: ['test/unit/threepid/'],
    far: ['test/api/identity', 'test/api/client-server-v3/address'],
  },
};
/** Time for the tests of one mutant. A mutant that never ends is noticed. */
const maxRunMs = 600_000;

interface Placed extends Mutant {
  readonly file: string;
  readonly source: string;
}

/** Stops the running tests after the first one that has failed. */
let cancel: ((test: TestCase) => void) | undefined;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string', default: '1' }, sample: { type: 'string', default: '40' } },
});
const tree = mkdtempSync(join(tmpdir(), 'gangway-mutation-'));
process.once('exit', () => rmSync(tree, { recursive: true, force: true }));
const treeFiles = copyTree(tree);
for (const [folder, plan] of Object.entries(plans)) {
  if (positionals.length === 0 || positionals.includes(folder)) await measure(folder, plan);
}
process.exit();

/** Copies the working tree and returns its files. */
function copyTree(to: string): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard']);
  const files = listed
    .toString()
    .split('\0')
    .filter((file) => file !== '' && existsSync(file));
  for (const file of files) cpSync(file, join(to, file));
  symlinkSync(resolve('node_modules'), join(to, 'node_modules'));
  build(to);
  return files;
}

/** Builds the tree, as the tests do. */
function build(at: string): void {
  spawnSync(join(at, 'node_modules/.bin/tsx'), ['scripts/build.ts'], { cwd: at, stdio: 'ignore' });
}

/**
 * Returns the mutants that have the lowest hashes: the same ones after code has moved in a file.
 */
function sampleOf(folder: string): readonly Placed[] {
  const files = treeFiles.filter((file) => file.startsWith(`${folder}/`) && file.endsWith('.ts'));
  const all = files.flatMap((file) => {
    const source = readFileSync(join(tree, file), 'utf8');
    return mutantsOf(source).map((mutant) => ({ ...mutant, file, source }));
  });
  const rank = (mutant: Placed) =>
    createHash('sha256')
      .update(`${values.seed} ${mutant.file} ${describe(mutant)}`)
      .digest('hex');
  return all.toSorted((one, other) => (rank(one) < rank(other) ? -1 : 1)).slice(0, Number(values.sample));
}

function describe({ kind, start, end, replacement, source }: Placed): string {
  const line = (text: string) => text.replace(/\s+/g, ' ').trim();
  const around = line(source.slice(source.lastIndexOf('\n', start) + 1, source.indexOf('\n', end)));
  return `${kind}: ${line(source.slice(start, end))} -> ${line(replacement)} in ${around}`;
}

async function measure(folder: string, { near, far, isCompiled = false }: Plan): Promise<void> {
  const mutants = sampleOf(folder);
  const vitest = await createVitest('test', {
    root: tree,
    config: false,
    watch: false,
    reporters: [{ onTestCaseResult: (test) => void (test.ok() || cancel?.(test)) }],
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    isolate: false,
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    globalSetup: ['test/support/migrated-databases.ts'],
    provide: { postgresUri: null },
  });
  const find = (filters: readonly string[]) => vitest.globTestSpecifications([...filters]);
  const stages = [await find(near), await find(far)];
  for (const stage of stages) {
    const failure = await findFailure(vitest, stage);
    if (failure !== undefined) throw new Error(`fails without a mutant: ${failure.what}`);
  }
  let killed = 0;
  for (const { start, end, replacement, file, source, ...mutant } of mutants) {
    const changed = join(tree, file);
    const rewrite = (text: string) => {
      writeFileSync(changed, text);
      vitest.invalidateFile(changed);
    };
    rewrite(source.slice(0, start) + replacement + source.slice(end));
    if (isCompiled) build(tree);
    let failure: RunFailure | undefined;
    for (const stage of stages) failure ??= await findFailure(vitest, stage);
    rewrite(source);
    if (isCompiled) build(tree);
    // On a busy machine, tests with deadlines may fail by themselves.
    const again = failure && stages.flat().filter(({ moduleId }) => moduleId === failure.file);
    const isKilled = failure !== undefined && !(again && again.length > 0 && (await findFailure(vitest, again)));
    if (isKilled) killed += 1;
    const line = source.slice(0, start).split('\n').length;
    const what = describe({ ...mutant, start, end, replacement, file, source });
    const by = failure ? `by ${failure.what}` : '';
    console.log(`${isKilled ? 'killed' : failure ? 'UNCLEAR' : 'SURVIVED'} ${file}:${line} ${what} ${by}`);
  }
  await vitest.close();
  console.log(`${folder}: ${killed}/${mutants.length} (seed ${values.seed})`);
}

/** Why a run of tests failed, and the file with the failure, if it is one file. */
interface RunFailure {
  readonly what: string;
  readonly file?: string | undefined;
}

async function findFailure(vitest: Vitest, tests: readonly TestSpecification[]): Promise<RunFailure | undefined> {
  let failure: RunFailure | undefined;
  cancel = (test) => {
    if (!failure) vitest.cancelCurrentRun('test-failure').catch(() => undefined);
    failure ??= { what: test.fullName, file: test.module.moduleId };
  };
  const timer = setTimeout(() => {
    failure ??= { what: `no end within ${maxRunMs} ms` };
    for (const pid of childrenOf(process.pid)) process.kill(pid, 'SIGKILL');
  }, maxRunMs);
  try {
    const { testModules, unhandledErrors } = await vitest.runTestSpecifications([...tests]);
    if (failure) return failure;
    if (unhandledErrors.length > 0) return { what: String(unhandledErrors[0]) };
    const module = testModules.find((one) => !one.ok());
    return module && { what: module.relativeModuleId, file: module.moduleId };
  } catch (error) {
    if (failure) return failure;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Workers in an endless loop do not react to anything else. */
function childrenOf(pid: number): readonly number[] {
  const { stdout } = spawnSync('pgrep', ['-P', String(pid), 'node'], { encoding: 'utf8' });
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : Number(line)));
}
