const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/**
 * Returns the duration in English, rounded up to seconds: "1 day, 1 hour, 1 minute and 1 second".
 * Zero is "1 second".
 */
export function describeDuration(durationMs: number): string {
  let rest = Math.max(1, Math.ceil(durationMs / 1000));
  const parts: string[] = [];
  for (const [name, seconds] of units) {
    const count = Math.floor(rest / seconds);
    rest -= count * seconds;
    if (count > 0) parts.push(`${count} ${name}${count === 1 ? '' : 's'}`);
  }
  return [parts.slice(0, -1).join(', '), ...parts.slice(-1)].filter(Boolean).join(' and ');
}
