import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Mxid, ServerName } from '../../../src/base/mxid.js';
import { systemRandom } from '../../../src/base/random.js';
import type { Database } from '../../../src/database/database.js';
import type { ForeignDatabase } from '../../../src/database/foreign/foreign-database.js';
import { imported, refused } from '../../../src/import/outcome.js';
import { createPart, type SourceRow } from '../../../src/import/part.js';
import { createImportReport } from '../../../src/import/report.js';
import { runImport } from '../../../src/import/run-import.js';
import { openSynapse } from '../../../src/import/synapse.js';
import { openTestDatabase } from '../../support/database.js';
import { createFakeClock } from '../../support/fake-clock.js';
import { executeAll, runImportFrom, sourceKinds } from '../../support/imports.js';

const serverName = 'example.test' as ServerName;
let database: Database;

beforeEach(async () => {
  database = await openTestDatabase();
});
afterEach(() => database.close());

/** Writes each number as a flood wait. */
function partOf(count: number) {
  async function* rows(): AsyncGenerator<SourceRow<number>> {
    for (let value = 0; value < count; value += 1) {
      yield await Promise.resolve({ row: `row ${value}`, content: { kind: 'read', value } } as const);
    }
  }
  return createPart('numbers', rows, async (tx, value) => {
    if ((await tx.floodWaits.find(`${value}`, 0)) !== undefined) return { kind: 'unchanged' };
    await tx.floodWaits.save(`${value}`, 1);
    return imported;
  });
}

describe('an import', () => {
  it('keeps what it has reported when it is interrupted, and a second run imports the rest', async () => {
    const counts = { imported: 0, unchanged: 0, refused: 0, left_out: 0 };
    const run = (failsAfter: number) => {
      let batches = 0;
      return runImport({
        database,
        parts: [partOf(450)],
        isDryRun: false,
        report(_part, outcomes) {
          for (const { outcome } of outcomes) counts[outcome.kind] += 1;
          if ((batches += 1) === failsAfter) throw new Error('interrupted');
        },
      });
    };
    await expect(run(2)).rejects.toThrow('interrupted');
    expect(counts).toMatchObject({ imported: 400, unchanged: 0 });
    await run(9);
    expect(counts).toMatchObject({ imported: 450, unchanged: 400 });
  });

  it('changes nothing in a dry run, also if that fails', async () => {
    const run = (isFailing: boolean) =>
      runImport({
        database,
        parts: [partOf(450)],
        isDryRun: true,
        report: () => {
          if (isFailing) throw new Error('interrupted');
        },
      });
    await expect(run(true)).rejects.toThrow('interrupted');
    await expect(run(false)).resolves.toBeUndefined();
    expect(await database.transaction((tx) => tx.floodWaits.find('0', 0))).toBeUndefined();
  });

  it('prints JSON objects: each refused row, and the numbers', () => {
    const lines: unknown[] = [];
    const print = (line: string) => void lines.push(JSON.parse(line));
    const report = createImportReport({ source: 'sydent', isDryRun: true, isJson: true, print });
    report.begin('bindings');
    report.begin('invites');
    report.add('bindings', [
      { row: 'row 1', outcome: imported },
      { row: 'row 2', outcome: refused({ kind: 'bound_to_another', mxid: '@bob:example.test' as Mxid }) },
      { row: 'row 3', outcome: { kind: 'left_out', why: 'expired' } },
    ]);
    report.end();
    const none = { imported: 0, unchanged: 0, refused: 0, left_out: 0, left_out_because: {} };
    expect(lines).toEqual([
      { refused: { part: 'bindings', row: 'row 2', reason: 'bound_to_another', mxid: '@bob:example.test' } },
      {
        summary: {
          source: 'sydent',
          dry_run: true,
          bindings: { imported: 1, unchanged: 0, refused: 1, left_out: 1, left_out_because: { expired: 1 } },
          invites: none,
        },
      },
    ]);
    expect(report.hasRefusals).toBe(true);
  });
});

/** Returns the garbage collector, which Node offers to programs only if a flag is set. */
function collectGarbage(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

describe.each(sourceKinds)('20,000 long rows of a $kind database', ({ kind, create, missing }) => {
  it.skipIf(missing)('pass with few of them in memory', { timeout: 120_000 }, async () => {
    const viewDatabase = await create();
    const long = kind === 'SQLite' ? `printf('%.15000c', 'x')` : `repeat('x', 15000)`;
    const numbers =
      kind === 'SQLite'
        ? 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)'
        : 'WITH n(i) AS (SELECT generate_series(1, 20000))';
    await executeAll(viewDatabase, [
      `CREATE VIEW user_threepids AS ${numbers} SELECT '@' || i || ':example.test' AS user_id, 'email' AS medium,
       ${long} AS address, 1 AS validated_at, i AS added_at FROM n`,
    ]);
    const measured = { read: 0, most: 0 };
    const collect = collectGarbage();
    const usedNow = () => {
      collect();
      return process.memoryUsage().heapUsed;
    };
    const before = usedNow();
    const measuring = (source: ForeignDatabase): ForeignDatabase => ({
      ...source,
      async *rows(sql) {
        for await (const row of source.rows(sql)) {
          measured.read += 1;
          if (measured.read % 4_000 === 0) measured.most = Math.max(measured.most, usedNow());
          yield row;
        }
      },
    });
    const lines = await runImportFrom(viewDatabase, database, (source) =>
      openSynapse(measuring(source), {
        serverName,
        hasOwnAccounts: false,
        random: systemRandom,
        clock: createFakeClock(),
      }),
    );
    await viewDatabase.remove();
    expect(lines.at(-1)).toBe('addresses: 0 imported, 0 unchanged, 20000 refused, 0 left out');
    expect(measured.read).toBe(20_000);
    // All rows would take 300 MB. The lines of the report take 4.
    expect(measured.most - before).toBeLessThan(150_000_000);
  });
});
