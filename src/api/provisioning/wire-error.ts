/** A client's next step, named as in the specification of version 0.3.0. */
export type State = 'request' | 'code' | 'password' | 'token' | 'logged-in';

/** The properties of an operation that its errors depend on. */
export interface Operation {
  /**
   * The step that the operation answers, for errors after which it can be repeated; undefined if
   * none.
   */
  readonly state: State | undefined;
  /** The first step of the login flow. */
  readonly start: State | undefined;
  /** Ends "Internal server error while …". */
  readonly doing: string;
}

/** The operations that versions 0.3.0 and 1 share, by the last segment of their paths. */
export const sharedOperations = {
  request_code: { state: 'request', start: 'request', doing: 'requesting code' },
  send_code: { state: 'code', start: 'request', doing: 'sending code' },
  send_password: { state: 'password', start: 'request', doing: 'sending password' },
  bot_token: { state: 'token', start: 'token', doing: 'sending token' },
  add_phone: { state: undefined, start: undefined, doing: 'adding the phone number' },
} as const satisfies Record<string, Operation>;

/** The name of an operation that versions 0.3.0 and 1 share. */
export type SharedOperation = keyof typeof sharedOperations;

/** The values that an error's text can depend on. */
export interface ErrorContext {
  readonly operation: Operation | undefined;
  readonly retryAfterMs: number;
  /** Telegram's name of the error. */
  readonly name: string;
}

/** An error of versions 0.3.0 and 1. */
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

/** Returns the state in an operation's error, if any. */
export function stateOf({ state }: WireError, operation: Operation | undefined): State | undefined {
  if (state === 'own') return operation?.state;
  if (state === 'start') return operation?.start;
  return state;
}
