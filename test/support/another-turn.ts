/**
 * Resolves in the next turn of the event loop, when work that was deferred until after the response
 * has begun.
 */
export function anotherTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
