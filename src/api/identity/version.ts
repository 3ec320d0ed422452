import type { Mxid } from '../../base/mxid.js';
import { clientNetwork } from '../../http/client-ip.js';
import type { Access } from '../../http/endpoint.js';
import type { Principal } from '../../http/principal.js';
import type { LookupCaller } from '../../identity/lookup-limits.js';
import type { Purpose } from '../../threepid/validation.js';
import type { ErrorKind } from './wire-error.js';

/** In what the versions of the identity service differ where an operation is the same in both; and the client-server API, which has some too. */
export interface Version {
  /** What the IDs of its operations begin with, if one document describes several versions. */
  readonly operationPrefix: string;
  /** What its sessions are for. */
  readonly purpose: Purpose;
  /** Where a token is submitted, below the prefix. */
  readonly submitPath: (medium: 'email' | 'msisdn') => string;
  /** Where the input of a POST comes from. */
  readonly inputFrom: 'arguments' | 'json';
  readonly access: Access;
  /** What can go wrong before an operation of this access is reached. */
  readonly entryKinds: readonly ErrorKind[];
  readonly needsSendAttempt: boolean;
  /** The status of an answer to submitToken that says `success: false`. */
  readonly submitFailureStatus: 200 | 400;
  /** Whether the client's address says who asks. */
  readonly countsClients: boolean;
}

/** Version 1, which asks nobody who they are. */
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

/** What the `submit_url` of the client-server API names: the same as in version 2, without an access token (Matrix 1.18). */
export const accountSubmission: Version = {
  ...version2,
  purpose: 'account',
  submitPath: (medium) => `/${medium}/submit_token`,
  access: 'public',
  entryKinds: [],
};

/** The same for tokens that allow to set a new password. */
export const passwordSubmission: Version = {
  ...accountSubmission,
  operationPrefix: 'password_',
  purpose: 'password',
  submitPath: (medium) => `/password/${medium}/submit_token`,
};

function submitTokenPath(medium: 'email' | 'msisdn'): string {
  return `/validate/${medium}/submitToken`;
}

/** Who sends a request. */
export interface Sender {
  readonly principal: Principal;
  readonly clientAddress: string;
}

/** The user of a request's access token. */
export function userOf({ principal }: Sender): Mxid | undefined {
  return principal.kind === 'user' ? principal.mxid : undefined;
}

/** What stands for the client's address; undefined where that says nothing. */
export function clientOf({ clientAddress }: Sender, { countsClients }: Version): string | undefined {
  return countsClients ? clientNetwork(clientAddress) : undefined;
}

/** Who asks whose addresses are. */
export function callerOf(sender: Sender): LookupCaller {
  return { mxid: userOf(sender), clientAddress: sender.clientAddress };
}
