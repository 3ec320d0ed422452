import { sharedOperations, type Operation } from '../provisioning/wire-error.js';

/** The operations of version 0.3.0 and our extensions, by their names in the path. */
export const operations = {
  get_me: { state: undefined, start: undefined, doing: 'getting the user info' },
  ...sharedOperations,
} as const satisfies Record<string, Operation>;

/** The name of an operation of version 0.3.0. */
export type OperationName = keyof typeof operations;

/** Returns whether the endpoint's name is that of an operation. */
export function isOperationName(name: string): name is OperationName {
  return Object.hasOwn(operations, name);
}
