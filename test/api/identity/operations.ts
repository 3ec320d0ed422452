import type { Spelling } from './faults.js';
import * as faults from './faults.js';

/** An operation, and a valid request. */
export interface Operation {
  /** Method and path, as in the OpenAPI file. */
  readonly operation: string;
  /** With its query. */
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  /** Required members of the body or parameters of the query, in the order of the answer. */
  readonly needed: readonly string[];
  /** The possible faults of the services. */
  readonly faults: readonly Spelling[];
  /** The allowed callers; all if absent. */
  readonly access?: 'a part of version 1' | 'a token' | 'a token and terms' | undefined;
}

const session = { sid: '1234', client_secret: 'monkeys_are_GREAT' };
const sessionQuery = '?sid=1234&client_secret=monkeys_are_GREAT';
const email = { email: 'alice@mail.test', client_secret: 'monkeys_are_GREAT', send_attempt: 1 };
const phone = { country: 'GB', phone_number: '07470674927', client_secret: 'monkeys_are_GREAT', send_attempt: 1 };
const invite = {
  medium: 'email',
  address: 'bob@mail.test',
  room_id: '!room:example.test',
  sender: '@alice:example.test',
};
const signature = { mxid: '@bob:example.test', token: 'token', private_key: 'key' };
const unbind = { mxid: '@alice:example.test', threepid: { medium: 'email', address: 'alice@mail.test' } };

const keys: readonly Operation[] = [
  { operation: 'get /pubkey/isvalid', path: '/pubkey/isvalid?public_key=a', needed: ['public_key'], faults: [] },
  {
    operation: 'get /pubkey/ephemeral/isvalid',
    path: '/pubkey/ephemeral/isvalid?public_key=a',
    needed: ['public_key'],
    faults: [],
  },
  { operation: 'get /pubkey/{keyId}', path: '/pubkey/ed25519:0', needed: [], faults: faults.ofKey },
];

function twins(version: 1 | 2): readonly Operation[] {
  const access = version === 1 ? 'a part of version 1' : 'a token and terms';
  const attempt = version === 1 ? [] : ['send_attempt'];
  return [
    {
      operation: 'post /validate/email/requestToken',
      path: '/validate/email/requestToken',
      body: email,
      needed: ['email', 'client_secret', ...attempt],
      faults: faults.ofRequest('email'),
      access,
    },
    {
      operation: 'post /validate/msisdn/requestToken',
      path: '/validate/msisdn/requestToken',
      body: phone,
      needed: ['country', 'phone_number', 'client_secret', ...attempt],
      faults: faults.ofRequest('msisdn'),
      access,
    },
    ...(['email', 'msisdn'] as const).map((medium): Operation => ({
      operation: `post /validate/${medium}/submitToken`,
      path: `/validate/${medium}/submitToken`,
      body: { ...session, token: 'atoken' },
      needed: ['sid', 'client_secret', 'token'],
      faults: faults.ofToken(version === 1 ? 200 : 400),
      access,
    })),
    {
      operation: 'get /3pid/getValidated3pid',
      path: `/3pid/getValidated3pid${sessionQuery}`,
      needed: ['sid', 'client_secret'],
      faults: faults.ofSession,
      access,
    },
    {
      operation: 'post /3pid/bind',
      path: '/3pid/bind',
      body: { ...session, mxid: '@alice:example.test' },
      needed: ['sid', 'client_secret', 'mxid'],
      faults: version === 1 ? faults.ofBindV1 : faults.ofBindV2,
      access,
    },
    {
      operation: 'post /3pid/unbind',
      path: '/3pid/unbind',
      body: unbind,
      needed: ['mxid', 'threepid'],
      faults: faults.ofUnbind,
      ...(version === 1 ? { access } : {}),
    },
    {
      operation: 'post /store-invite',
      path: '/store-invite',
      body: invite,
      needed: ['medium', 'address', 'room_id', 'sender'],
      faults: version === 1 ? faults.ofInvite : faults.ofInviteV2,
      access,
    },
    {
      operation: 'post /sign-ed25519',
      path: '/sign-ed25519',
      body: signature,
      needed: ['mxid', 'token', 'private_key'],
      faults: faults.ofSignature,
      ...(version === 2 ? { access } : {}),
    },
    ...keys,
  ];
}

/** The operations of version 1, except for its pages. */
export const operationsV1: readonly Operation[] = [
  ...twins(1),
  {
    operation: 'post /bind',
    path: '/bind',
    body: { ...session, mxid: '@alice:example.test' },
    needed: ['sid', 'client_secret', 'mxid'],
    faults: faults.ofBindV1,
    access: 'a part of version 1',
  },
  {
    operation: 'get /lookup',
    path: '/lookup?medium=email&address=alice%40mail.test',
    needed: ['medium', 'address'],
    faults: faults.ofLookupV1,
    access: 'a part of version 1',
  },
  {
    operation: 'post /bulk_lookup',
    path: '/bulk_lookup',
    body: { threepids: [['email', 'alice@mail.test']] },
    needed: ['threepids'],
    faults: faults.ofBulkLookup,
    access: 'a part of version 1',
  },
];

/** The operations of version 2, except for its pages. */
export const operationsV2: readonly Operation[] = [
  ...twins(2),
  {
    operation: 'post /account/register',
    path: '/account/register',
    body: { access_token: '@alice:example.test', matrix_server_name: 'example.test' },
    needed: ['access_token', 'matrix_server_name'],
    faults: faults.ofRegistration,
  },
  { operation: 'get /account', path: '/account', needed: [], faults: [], access: 'a token and terms' },
  {
    operation: 'post /account/logout',
    path: '/account/logout',
    needed: [],
    faults: faults.ofLogOut,
    access: 'a token',
  },
  {
    operation: 'post /terms',
    path: '/terms',
    body: { user_accepts: ['https://id.test/terms'] },
    needed: ['user_accepts'],
    faults: faults.ofTerms,
    access: 'a token',
  },
  { operation: 'get /hash_details', path: '/hash_details', needed: [], faults: [], access: 'a token and terms' },
  {
    operation: 'post /lookup',
    path: '/lookup',
    body: { addresses: ['alice@mail.test email'], algorithm: 'none', pepper: 'pepper' },
    needed: ['addresses', 'algorithm', 'pepper'],
    faults: faults.ofLookupV2,
    access: 'a token and terms',
  },
];
