/** What every failure has: a kind from a closed union, and public data of that kind. */
export interface Fact {
  readonly kind: string;
}

/**
 * A known way for an operation to go wrong, thrown by services and adapters. `fact` is safe to
 * show; `cause` is for the log only. Anything thrown that is not a Failure is a defect. Each module
 * has a subclass of its own for its closed union of facts.
 */
export abstract class Failure<F extends Fact = Fact> extends Error {
  constructor(
    readonly fact: F,
    options?: { readonly cause?: unknown },
  ) {
    super(fact.kind, options);
    this.name = new.target.name;
  }
}

/** Returns whether something that was thrown is a known way to go wrong. */
export function isFailure(error: unknown): error is Failure {
  return error instanceof Failure;
}
