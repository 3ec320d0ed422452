import type { EngineCalls } from '../engine-calls.js';
import type { TelegramFailureDetails } from '../failure.js';
import type { TelegramSession } from '../gateway.js';

/**
 * The calls that the main thread sends to a connection in a worker: those of an engine and these.
 */
export type Calls = {
  readonly [N in keyof EngineCalls]: {
    readonly args: Parameters<EngineCalls[N]>;
    readonly result: Awaited<ReturnType<EngineCalls[N]>>;
  };
} & {
  readonly connect: { readonly args: [session: TelegramSession | null]; readonly result: null };
  /** Also ends a connect that is under way; calls under way fail as `unreachable`. */
  readonly destroy: { readonly args: []; readonly result: null };
  /** Answered at once by a worker that does not hang. */
};

export type CallName = keyof Calls;

/** A message from the main thread to a worker. */
export type Request<N extends CallName = CallName> = {
  readonly [M in N]: {
    readonly requestId: number;
    readonly connectionId: number;
    readonly name: M;
    readonly args: Calls[M]['args'];
  };
}[N];

/** An error as sent between threads. Its message is for the log. */
export interface PlainError {
  readonly name: string;
  readonly message: string;
  /** The lines of the stack below the message, or empty. */
  readonly frames: string;
}

/**
 * A message from a worker to the main thread. `session` is the current session, or null if the
 * connection has none.
 */
export type Reply =
  | {
      readonly type: 'result';
      readonly requestId: number;
      readonly session: TelegramSession | null;
      readonly result: unknown;
    }
  | {
      readonly type: 'failure';
      readonly requestId: number;
      readonly session: TelegramSession | null;
      readonly details: TelegramFailureDetails;
      readonly cause: PlainError | null;
    }
  /** The call under way on this connection waits for its turn in the worker, or proceeds. */
  | { readonly type: 'turn'; readonly connectionId: number; readonly waits: boolean }
  /** A QR code of this connection may have been scanned. */
  | { readonly type: 'login_token'; readonly connectionId: number }
  /** An unexpected exception. */
  | { readonly type: 'defect'; readonly requestId: number; readonly error: PlainError }
  | {
      readonly type: 'log';
      readonly level: 'warn' | 'debug';
      readonly message: string;
      readonly connectionId: number | null;
    };
