/**
 * Lets callers through in the order in which they come, each in another turn of the event loop, so
 * that whatever else is ready to run gets its chance between any two of them.
 */
export function createYieldQueue(): () => Promise<void> {
  let last = Promise.resolve();
  return () => (last = last.then(() => new Promise((resolve) => setImmediate(resolve))));
}
