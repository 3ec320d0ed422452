import { vi } from 'vitest';

/** Resolves once `condition` holds; fails before a test's own time is over. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  await vi.waitUntil(condition, { timeout: 25_000, interval: 20 });
}
