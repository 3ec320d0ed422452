import type { Mxid } from '../../base/mxid.js';
import { clientNetwork } from '../../http/client-ip.js';
import type { Access } from '../../http/endpoint.js';
import type { Principal } from '../../http/principal.js';
import type { LookupCaller } from '../../identity/lookup-limits.js';
import type { Purpose } from '../../threepid/validation.js';
import type { ErrorKind } from './wire-error.js';

/**
 * The differences between the versions of the identity service in operations that are otherwise the
 * same, and those of the client-server API.
 */
export interface Version {
  /** The prefix of operation IDs, if one document describes several versions. */
  readonly operationPrefix: string;
  /** The purpose of its sessions. */
  readonly purpose: Purpose;
  /** The path for submitting a token, below the prefix. */
  readonly submitPath: (medium: 'email' | 'msisdn') => string;
  /** The source of the input of a POST. */
  readonly inputFrom: 'arguments' | 'json';
  readonly access: Access;
  /** The errors that can occur before an operation of this access is reached. */
  readonly entryKinds: readonly ErrorKind[];
  readonly needsSendAttempt: boolean;
  /** The status of a reply of submitToken with `success: false`. */
  readonly submitFailureStatus: 200 | 400;
  /** Whether the client's address identifies the client. */
  readonly countsClients: boolean;
}

/** Version 1, without authentication. */
export function version1(submitFailureStatus: 200 | 400): Version {
  return {
    operationPrefix: '',
    purpose: 'identity',
    submitPath: submitTokenPath,
    inputFrom: 'arguments',
    access: 'public',
    entryKinds: ['route_unknown', 'address_refused'],
    needsSendAttempt: false,
    submitFailureStatus,
    countsClients: true,
  };
}

/** Version 2, for users with a token. */
export const version2: Version = {
  operationPrefix: '',
  purpose: 'identity',
  submitPath: submitTokenPath,
  inputFrom: 'json',
  access: 'authenticated',
  entryKinds: ['unauthorized', 'identity:token_unknown', 'identity:terms_unsigned'],
  needsSendAttempt: true,
  submitFailureStatus: 400,
  countsClients: true,
};

/**
 * The `submit_url` of the client-server API: as in version 2, without an access token (Matrix
 * 1.18).
 */
export const accountSubmission: Version = {
  ...version2,
  purpose: 'account',
  submitPath: (medium) => `/${medium}/submit_token`,
  access: 'public',
  entryKinds: [],
};

/** The `submit_url` for tokens with which a user sets a new password. */
export const passwordSubmission: Version = {
  ...accountSubmission,
  operationPrefix: 'password_',
  purpose: 'password',
  submitPath: (medium) => `/password/${medium}/submit_token`,
};

function submitTokenPath(medium: 'email' | 'msisdn'): string {
  return `/validate/${medium}/submitToken`;
}

/** The sender of a request. */
export interface Sender {
  readonly principal: Principal;
  readonly clientAddress: string;
}

/** Returns the user of the request's access token. */
export function userOf({ principal }: Sender): Mxid | undefined {
  return principal.kind === 'user' ? principal.mxid : undefined;
}

/** Returns the client's address, or undefined if it does not identify the client. */
export function clientOf({ clientAddress }: Sender, { countsClients }: Version): string | undefined {
  return countsClients ? clientNetwork(clientAddress) : undefined;
}

/** Returns the sender of a lookup. */
export function callerOf(sender: Sender): LookupCaller {
  return { mxid: userOf(sender), clientAddress: sender.clientAddress };
}
