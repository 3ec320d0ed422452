import { createYieldQueue } from '../../base/yield-queue.js';

/**
 * Resolves in another turn of the event loop than that of any earlier call. To be awaited before
 * each computation that takes milliseconds, so that many logins at once delay other work by one of
 * them only.
 */
export const beforeComputation = createYieldQueue();
