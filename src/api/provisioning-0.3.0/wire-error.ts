import type { Operation, State } from './operation.js';

/** The values that an error's text can depend on. */
export interface ErrorContext {
  readonly operation: Operation | undefined;
  readonly retryAfterMs: number;
  /** Telegram's name of the error. */
  readonly name: string;
}

/** An error of version 0.3.0. */
export interface WireError {
  readonly status: number;
  readonly errcode: string;
  readonly error: string | ((context: ErrorContext) => string);
  /**
   * The step to take next: a state of the specification, the operation's own step again, or the
   * first step of its flow. None if absent.
   */
  readonly state?: State | 'own' | 'start';
}

/** The reply to a defect. */
export const internal: WireError = {
  status: 500,
  errcode: 'exception',
  error: ({ operation }) => (operation ? `Internal server error while ${operation.doing}.` : 'Internal server error.'),
  state: 'own',
};
