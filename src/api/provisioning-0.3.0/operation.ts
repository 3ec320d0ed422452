/** The next step of a client, named as in the specification. */
export const states = ['request', 'code', 'password', 'token', 'logged-in'] as const;

/** One of `states`. */
export type State = (typeof states)[number];

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

/** The operations of version 0.3.0 and our extensions, by their names in the path. */
export const operations = {
  get_me: { state: undefined, start: undefined, doing: 'getting the user info' },
  request_code: { state: 'request', start: 'request', doing: 'requesting code' },
  send_code: { state: 'code', start: 'request', doing: 'sending code' },
  send_password: { state: 'password', start: 'request', doing: 'sending password' },
  bot_token: { state: 'token', start: 'token', doing: 'sending token' },
  add_phone: { state: undefined, start: undefined, doing: 'adding the phone number' },
} as const satisfies Record<string, Operation>;

/** The name of an operation of version 0.3.0. */
export type OperationName = keyof typeof operations;

/** Returns whether the endpoint's name is that of an operation. */
export function isOperationName(name: string): name is OperationName {
  return Object.hasOwn(operations, name);
}
