import { parseArgs } from 'node:util';
import { inspected } from '../heap-inspector.js';
import { soak, type RunResult } from './run.js';
import type { RunPlan } from './world.js';

const usage = `npm run soak -- [--minutes 10] [--database sqlite|postgres|both] [--bridge with|without|both]
  [--engine gramjs|mtcute] [--daemons 3] [--seed N]

Random users, faults and restarts, for so many minutes in all. Ends with 1 if something is not as it must be.`;

/** A log at debug level is kept in memory for the search of secrets. */
const longestDebugMinutes = 15;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    database: { type: 'string', default: 'both' },
    bridge: { type: 'string', default: 'both' },
    engine: { type: 'string', default: 'gramjs' },
    daemons: { type: 'string', default: '3' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    help: { type: 'boolean', default: false },
  },
});

const minutes = Number(values.minutes);
const daemons = Number(values.daemons);
const seed = Number(values.seed);
const { engine } = values;

function plansOf(): readonly RunPlan[] | undefined {
  const databases = { sqlite: ['SQLite'], postgres: ['PostgreSQL'], both: ['SQLite', 'PostgreSQL'] } as const;
  const bridges = { with: [true], without: [false], both: [false, true] } as const;
  const { database, bridge } = values;
  if (!isKey(databases, database) || !isKey(bridges, bridge)) return undefined;
  if (engine !== 'gramjs' && engine !== 'mtcute') return undefined;
  return databases[database].flatMap((name) =>
    bridges[bridge].map((hasBridge): RunPlan => ({
      database: name,
      daemons: name === 'SQLite' ? 1 : daemons,
      hasBridge,
      engine,
      logLevel: minutes > longestDebugMinutes ? 'info' : 'debug',
    })),
  );
}

function isKey<T extends object>(object: T, key: string): key is string & keyof T {
  return key in object;
}

function describe({ database, daemons: count, hasBridge }: RunPlan): string {
  return `${database}, ${count} ${count === 1 ? 'daemon' : 'daemons'}, ${hasBridge ? 'with a bridge' : 'without a bridge'}`;
}

function print({ record, memory, seconds }: RunResult): void {
  for (const [what, count] of [...record.counts].sort(([a], [b]) => a.localeCompare(b))) {
    console.log(`${String(count).padStart(8)}  ${what}`);
  }
  for (const { minutes: lived, first, last } of memory) {
    console.log(`          heap ${first.toFixed(1)} MiB, then ${last.toFixed(1)} MiB, in ${lived.toFixed(1)} minutes`);
  }
  console.log(`          ${record.violations.length} violations in ${seconds.toFixed(0)} s`);
  for (const violation of record.violations) console.log(`VIOLATED  ${violation}`);
}

const plans = plansOf();
if (values.help || plans === undefined || !(minutes > 0) || !Number.isInteger(daemons) || !Number.isInteger(seed)) {
  console.error(usage);
  process.exitCode = values.help ? 0 : 2;
} else {
  console.log(`seed ${seed}, engine ${engine}, ${minutes} minutes, Node ${process.versions.node}`);
  let violations = 0;
  // For the daemons.
  process.env['NODE_OPTIONS'] = inspected;
  for (const [index, plan] of plans.entries()) {
    console.log(`\n# ${describe(plan)}`);
    const result = await soak(plan, { seconds: (minutes * 60) / plans.length, seed: seed + index * 1_000 });
    print(result);
    violations += result.record.violations.length;
  }
  console.log(`\n${violations === 0 ? 'everything is as it must be' : `${violations} violations`}`);
  // Requests to a suspended daemon may still be open.
  process.exit(violations === 0 ? 0 : 1);
}
