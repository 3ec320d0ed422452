import { z } from 'zod';
import type { AccountAddresses, Caller } from '../../accounts/threepids/account-addresses.js';
import type { AccountAuthority } from '../../accounts/authority.js';
import { AccountFailure } from '../../accounts/failure.js';
import type { Secret } from '../../base/secret.js';
import { clientNetwork } from '../../http/client-ip.js';
import { defineEndpoint, type ReplyShape } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { errorShapes, homeserverErrors, type ErrorKind } from '../client-server/error-shapes.js';
import { member } from '../client-server/member.js';
import { bodyKinds } from '../client-server/operation-errors.js';
import { addressBodyKinds, anyAddressKinds } from './address-shapes.js';

/** The dependencies of token requests. */
export interface AddressTokenDeps {
  readonly addresses: Pick<AccountAddresses, 'admitToken' | 'requestToken'>;
  /** Undefined if access tokens are ignored. */
  readonly authority: Pick<AccountAuthority, 'whoAmI'> | undefined;
}

/** The purpose of the tokens. */
export interface TokenUse {
  /** The prefix of operation IDs. */
  readonly suffix: string;
  readonly path: string;
  readonly operationIds: { readonly email: string; readonly msisdn: string };
  readonly summaries: { readonly email: string; readonly msisdn: string };
  readonly description: string;
  readonly kinds: readonly ErrorKind[];
  readonly otherErrors?: ReplyShape;
}

const members = {
  client_secret: z.string().meta({
    description: 'An identifier of your choice for this attempt: 1 to 255 of `[0-9a-zA-Z.=_-]`.',
    examples: ['monkeys_are_GREAT'],
  }),
  send_attempt: z.int().meta({
    description: 'A message is sent only if this is greater than the greatest so far for this 3PID and client secret.',
  }),
  next_link: z
    .string()
    .nullish()
    .meta({ description: 'The URL that the browser is redirected to after the link in the message was opened.' }),
  id_server: z.string().nullish().meta({ description: 'Deprecated. Ignored.' }),
  id_access_token: z.string().nullish().meta({ description: 'Required if `id_server` is present. Not used.' }),
};

const session = {
  sid: member('string', 'The session ID.'),
  submit_url: member('string', 'The URL to submit the token to, unless it is opened as a link.'),
};

const anyKinds: readonly ErrorKind[] = [
  ...bodyKinds,
  'missing',
  'parameter_invalid',
  'medium_unsupported',
  'client_secret_invalid',
  'address_invalid',
  'next_link_refused',
  'rate_limited',
];

const shared = { method: 'POST', params: {}, access: 'public' } as const;

/** Tokens for adding a 3PID to an account. */
export const forAddresses: TokenUse = {
  suffix: '',
  path: '/account/3pid',
  operationIds: { email: 'requestTokenTo3PIDEmail', msisdn: 'requestTokenTo3PIDMSISDN' },
  summaries: {
    email: 'Send a mail with a link that validates an e-mail address',
    msisdn: 'Send a code that validates a phone number',
  },
  description:
    'The access token is optional. With one, only its user can add the 3PID, and the request fails if it ' +
    'is already in use. Without one, the reply does not reveal this. The owner of an e-mail address that ' +
    'is in use gets a mail instead.',
  kinds: [
    ...addressBodyKinds,
    'address_changes_disabled',
    'address_in_use',
    'send_failed',
    ...anyAddressKinds.filter((kind) => kind !== 'unauthorized'),
  ],
  otherErrors: homeserverErrors,
};

/** Tokens for setting a new password for the account that a 3PID belongs to. */
export const forPasswords: TokenUse = {
  suffix: '_for_password',
  path: '/account/password',
  operationIds: { email: 'requestTokenToResetPasswordEmail', msisdn: 'requestTokenToResetPasswordMSISDN' },
  summaries: {
    email: 'Send a mail with a link that allows a new password',
    msisdn: 'Send a code that allows a new password',
  },
  description:
    'The access token is optional. The reply does not depend on whether the 3PID belongs to an account, ' +
    'or whether the message can be sent.',
  kinds: ['unavailable', 'defect'],
};

/** POST /account/3pid/email/requestToken, and the same for passwords */
export function requestEmailToken(use: TokenUse) {
  return defineEndpoint(
    {
      ...shared,
      name: `request_email_token${use.suffix}`,
      operationId: use.operationIds.email,
      path: `${use.path}/email/requestToken`,
      summary: use.summaries.email,
      description: use.description,
      body: z
        .looseObject({
          email: z.string().meta({ description: 'The e-mail address.', examples: ['foo@example.com'] }),
          ...members,
        })
        .meta({ title: 'RequestEmailTokenRequest' }),
      replies: {
        200: {
          description: 'The mail was accepted for delivery',
          schema: z.looseObject(session).meta({ title: 'EmailTokenSession' }),
        },
      },
      ...errorsOf(use),
    },
    ({ addresses, authority }: AddressTokenDeps) => ({
      admit: ({ clientAddress }) => addresses.admitToken('email', clientNetwork(clientAddress)),
      async handler(request) {
        const { body } = request;
        const typed = { medium: 'email', address: body.email, country: undefined } as const;
        return reply(200, { ...(await addresses.requestToken({ ...typed, ...(await wished(request, authority)) })) });
      },
    }),
  );
}

/** POST /account/3pid/msisdn/requestToken, and the same for passwords */
export function requestPhoneToken(use: TokenUse) {
  return defineEndpoint(
    {
      ...shared,
      name: `request_msisdn_token${use.suffix}`,
      operationId: use.operationIds.msisdn,
      path: `${use.path}/msisdn/requestToken`,
      summary: use.summaries.msisdn,
      description: use.description,
      body: z
        .looseObject({
          country: z.string().meta({
            description: 'The country in whose national format the number is: two letters, ISO 3166-1.',
            examples: ['GB'],
          }),
          phone_number: z.string().meta({ description: 'The phone number.', examples: ['07470 674927'] }),
          ...members,
        })
        .meta({ title: 'RequestPhoneTokenRequest' }),
      replies: {
        200: {
          description: 'The code was accepted for delivery',
          schema: z
            .looseObject({
              ...session,
              success: member('boolean', 'Always true.'),
              msisdn: member('string', 'The phone number in its canonical form: digits, country code first.'),
              intl_fmt: member('string', 'The phone number in international notation.'),
            })
            .meta({ title: 'PhoneTokenSession' }),
        },
      },
      ...errorsOf(use, 'destination_refused'),
    },
    ({ addresses, authority }: AddressTokenDeps) => ({
      admit: ({ clientAddress }) => addresses.admitToken('msisdn', clientNetwork(clientAddress)),
      async handler(request) {
        const { body } = request;
        const typed = { medium: 'msisdn', address: body.phone_number, country: body.country } as const;
        return reply(200, { ...(await addresses.requestToken({ ...typed, ...(await wished(request, authority)) })) });
      },
    }),
  );
}

function errorsOf({ kinds, otherErrors }: TokenUse, ...more: readonly ErrorKind[]) {
  const errors = errorShapes([...anyKinds, ...kinds, ...more]);
  return otherErrors === undefined ? { errors } : { errors, otherErrors };
}

interface TokenWish extends Asking {
  readonly body: z.output<z.ZodObject<typeof members, z.core.$loose>>;
}

interface Asking {
  readonly accessToken: Secret | undefined;
  readonly clientAddress: string;
}

async function wished({ body, ...asking }: TokenWish, authority: AddressTokenDeps['authority']) {
  const { clientAddress } = asking;
  // Identity servers are not used. Requests that name one still get the error that the
  // specification requires.
  if (typeof body.id_server === 'string' && typeof body.id_access_token !== 'string') {
    const problem = 'It is required if id_server is present.';
    throw new AccountFailure({ kind: 'parameter_invalid', name: 'id_access_token', problem });
  }
  return {
    clientSecret: body.client_secret,
    sendAttempt: body.send_attempt,
    nextLink: body.next_link ?? undefined,
    caller: await callerIfAny(asking, authority),
    clientAddress,
    client: clientNetwork(clientAddress),
    body,
  };
}

async function callerIfAny(
  { accessToken, clientAddress }: Asking,
  authority: AddressTokenDeps['authority'],
): Promise<Caller | undefined> {
  if (accessToken === undefined || !authority) return undefined;
  const { mxid } = await authority.whoAmI(accessToken, clientAddress);
  return { mxid, accessToken, clientAddress };
}
