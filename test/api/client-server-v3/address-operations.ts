import type { Spelling } from './address-faults.js';
import * as faults from './address-faults.js';

/** An operation on 3PIDs, and a valid request. */
export interface AddressOperation {
  /** Method and path, as in the OpenAPI file. */
  readonly operation: string;
  readonly body: Readonly<Record<string, unknown>> | undefined;
  /** Required members of the body. */
  readonly needed: readonly string[];
  /** The possible faults of the service. */
  readonly faults: readonly Spelling[];
  readonly access: 'a token' | 'all clients';
}

const session = { sid: 'abc123', client_secret: 'monkeys_are_GREAT' };
const address = { medium: 'email', address: 'alice@mail.test' };
const attempt = { client_secret: 'monkeys_are_GREAT', send_attempt: 1 };

export const addressOperations: readonly AddressOperation[] = [
  { operation: 'get /account/3pid', body: undefined, needed: [], faults: faults.ofAny, access: 'a token' },
  {
    operation: 'post /account/3pid',
    body: { three_pid_creds: session },
    needed: ['three_pid_creds'],
    faults: [...faults.ofPost, ...faults.ofAny],
    access: 'a token',
  },
  {
    operation: 'post /account/3pid/add',
    body: session,
    needed: ['sid', 'client_secret'],
    faults: [...faults.ofAddition, ...faults.ofAny],
    access: 'a token',
  },
  {
    operation: 'post /account/3pid/bind',
    body: { ...session, id_server: 'id.test', id_access_token: 'token' },
    needed: ['sid', 'client_secret', 'id_server', 'id_access_token'],
    faults: [...faults.ofBinding, ...faults.ofAny],
    access: 'a token',
  },
  {
    operation: 'post /account/3pid/delete',
    body: address,
    needed: ['medium', 'address'],
    faults: [...faults.ofRemoval, ...faults.ofAny],
    access: 'a token',
  },
  {
    operation: 'post /account/3pid/unbind',
    body: address,
    needed: ['medium', 'address'],
    faults: [...faults.ofUnbinding, ...faults.ofAny],
    access: 'a token',
  },
  {
    operation: 'post /account/3pid/email/requestToken',
    body: { email: 'alice@mail.test', ...attempt },
    needed: ['email', 'client_secret', 'send_attempt'],
    faults: [...faults.ofTokenRequest('email'), ...faults.ofAny],
    access: 'all clients',
  },
  {
    operation: 'post /account/3pid/msisdn/requestToken',
    body: { country: 'GB', phone_number: '07470 674927', ...attempt },
    needed: ['country', 'phone_number', 'client_secret', 'send_attempt'],
    faults: [...faults.ofTokenRequest('msisdn'), ...faults.ofAny],
    access: 'all clients',
  },
];
