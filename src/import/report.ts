import { describeRefusal, type ImportOutcome } from './outcome.js';
import type { RowOutcome } from './part.js';

/** The numbers of rows with each outcome. */
export type OutcomeCounts = Record<ImportOutcome['kind'], number>;

/** Counts the outcomes. Prints each refused row at once, so that it keeps numbers only. */
export interface ImportReport {
  /** Adds the part, without rows. */
  begin(part: string): void;
  add(part: string, outcomes: readonly RowOutcome[]): void;
  /** Prints the numbers. */
  end(): void;
  readonly hasRefusals: boolean;
}

export interface ImportReportOptions {
  readonly source: string;
  readonly isDryRun: boolean;
  /** Whether to print a JSON object a line. */
  readonly isJson: boolean;
  readonly print: (line: string) => void;
}

interface PartCounts {
  readonly outcomes: OutcomeCounts;
  readonly leftOut: Map<string, number>;
}

const noRows: OutcomeCounts = { imported: 0, unchanged: 0, refused: 0, left_out: 0 };

export function createImportReport({ source, isDryRun, isJson, print }: ImportReportOptions): ImportReport {
  const parts = new Map<string, PartCounts>();

  const countsOf = (part: string): PartCounts => {
    const counts = parts.get(part) ?? { outcomes: { ...noRows }, leftOut: new Map<string, number>() };
    parts.set(part, counts);
    return counts;
  };

  const addOne = (part: string, { row, outcome }: RowOutcome): void => {
    const { outcomes, leftOut } = countsOf(part);
    outcomes[outcome.kind] += 1;
    if (outcome.kind === 'left_out') leftOut.set(outcome.why, (leftOut.get(outcome.why) ?? 0) + 1);
    if (outcome.kind !== 'refused') return;
    const { kind, ...details } = outcome.refusal;
    const json = () => JSON.stringify({ refused: { part, row, reason: kind, ...details } });
    print(isJson ? json() : `refused: ${part}, ${row}: ${describeRefusal(outcome.refusal)}`);
  };

  const printJson = (): void => {
    const counts = Array.from(parts, ([part, { outcomes, leftOut }]): [string, object] => [
      part,
      { ...outcomes, left_out_because: Object.fromEntries(leftOut) },
    ]);
    print(JSON.stringify({ summary: { source, dry_run: isDryRun, ...Object.fromEntries(counts) } }));
  };

  const printText = (): void => {
    for (const [part, { outcomes, leftOut }] of parts) {
      const why = [...leftOut]
        .toSorted(([one], [other]) => (one < other ? -1 : 1))
        .map(([reason, count]) => `${reason.replaceAll('_', ' ')} ${count}`)
        .join(', ');
      const { imported, unchanged, refused, left_out: out } = outcomes;
      print(
        `${part}: ${imported} ${isDryRun ? 'to import' : 'imported'}, ${unchanged} unchanged, ${refused} refused, ` +
          `${out} left out${why === '' ? '' : ` (${why})`}`,
      );
    }
    if (isDryRun) print('This was a dry run: nothing has changed. Add --apply to import.');
  };

  return {
    begin: (part) => void countsOf(part),
    add(part, outcomes) {
      for (const outcome of outcomes) addOne(part, outcome);
    },
    end: () => (isJson ? printJson() : printText()),
    get hasRefusals() {
      return [...parts.values()].some(({ outcomes }) => outcomes.refused > 0);
    },
  };
}
