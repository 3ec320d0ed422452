import { vi } from 'vitest';

/** Resolves once `condition` holds. Fails before the timeout of a test. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  await vi.waitUntil(condition, { timeout: 25_000, interval: 20 });
}
