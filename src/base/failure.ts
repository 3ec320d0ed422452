/** The details of a failure: a kind from a closed union, and public data of that kind. */
export interface FailureDetails {
  readonly kind: string;
}

/**
 * A known way for an operation to go wrong, thrown by services and adapters. `details` is safe to
 * show; `cause` is for the log only. Anything thrown that is not a Failure is a defect. Each module
 * has a subclass of its own for its closed union of details.
 */
export abstract class Failure<F extends FailureDetails = FailureDetails> extends Error {
  constructor(
    readonly details: F,
    options?: { readonly cause?: unknown },
  ) {
    super(details.kind, options);
    this.name = new.target.name;
  }
}

/** Returns whether something that was thrown is a known way to go wrong. */
export function isFailure(error: unknown): error is Failure {
  return error instanceof Failure;
}
