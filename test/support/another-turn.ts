/** Resolves in the next turn of the event loop: what was put off until the answer is out has begun by then. */
export function anotherTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
