/** What a run has counted and found. */
export interface RunRecord {
  count(what: string): void;
  /** Adds something that must not happen. */
  violate(what: string): void;
  readonly counts: ReadonlyMap<string, number>;
  readonly violations: readonly string[];
}

const maxViolations = 50;

export function createRecord(): RunRecord {
  const counts = new Map<string, number>();
  const violations: string[] = [];
  return {
    counts,
    violations,
    count: (what) => void counts.set(what, (counts.get(what) ?? 0) + 1),
    violate(what) {
      if (violations.length < maxViolations) violations.push(what);
    },
  };
}
