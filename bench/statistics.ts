/** Returns the value that so many per cent of the values do not exceed; NaN if there are none. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? Number.NaN;
}

/** Returns a sentence about times in milliseconds. */
export function describeTimes(times: readonly number[]): string {
  const [p50, p99, max] = [50, 99, 100].map((percent) => percentile(times, percent).toFixed(1));
  return `${times.length} requests: p50 ${p50} ms, p99 ${p99} ms, longest ${max} ms`;
}

/**
 * How likely a value of the one is less than a value of the other (Mann-Whitney U, as a share): 0.5
 * if the values of both are alike, 0 or 1 if each of them does.
 */
export function shareBelow(one: readonly number[], other: readonly number[]): number {
  const wins = one.flatMap((a) => other.map((b): number => (a < b ? 1 : a === b ? 0.5 : 0)));
  return wins.reduce((sum, win) => sum + win, 0) / wins.length;
}
