import type { Operation, State } from './operation.js';

/** What an error's text may depend on. */
export interface ErrorContext {
  readonly operation: Operation | undefined;
  readonly retryAfterMs: number;
  /** Telegram's name of the error. */
  readonly name: string;
}

/** How version 0.3.0 spells an error. */
export interface WireError {
  readonly status: number;
  readonly errcode: string;
  readonly error: string | ((context: ErrorContext) => string);
  /** The step to take next: one of the specification's, the operation's own again, or the first of its way; none if absent. */
  readonly state?: State | 'own' | 'start';
}

/** A defect. */
export const internal: WireError = {
  status: 500,
  errcode: 'exception',
  error: ({ operation }) => (operation ? `Internal server error while ${operation.doing}.` : 'Internal server error.'),
  state: 'own',
};
