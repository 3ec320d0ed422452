import { z } from 'zod';
import type { AccountAddresses, Caller } from '../../accounts/contacts/account-addresses.js';
import type { AccountAuthority } from '../../accounts/authority.js';
import { AccountFailure } from '../../accounts/failure.js';
import type { Secret } from '../../base/secret.js';
import { clientNetwork } from '../../http/client-ip.js';
import { endpoint, type Endpoint, type ReplyShape } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { errorShapes, homeserverErrors, type ErrorKind } from '../client-server/error-shapes.js';
import { member } from '../client-server/member.js';
import { bodyKinds } from '../client-server/operation-errors.js';
import { addressBodyKinds, anyAddressKinds } from './address-shapes.js';

/** What the requests for tokens need. */
export interface AddressTokenDeps {
  readonly addresses: Pick<AccountAddresses, 'admitToken' | 'requestToken'>;
  /** Undefined if access tokens do not matter. */
  readonly authority: Pick<AccountAuthority, 'whoAmI'> | undefined;
}

/** What the tokens are for. */
export interface TokenUse {
  /** Of the endpoints' names. */
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
    description: 'A text of your choice that stands for this attempt: 1 to 255 of `[0-9a-zA-Z.=_-]`.',
    examples: ['monkeys_are_GREAT'],
  }),
  send_attempt: z.int().meta({
    description:
      'A message goes out only where this is greater than the greatest so far for this address and client secret.',
  }),
  next_link: z
    .string()
    .nullish()
    .meta({ description: 'Where the browser goes when the link in the message has been opened.' }),
  id_server: z.string().nullish().meta({ description: 'Deprecated. It is not asked.' }),
  id_access_token: z.string().nullish().meta({ description: 'Required where `id_server` is given. It is not used.' }),
};

const session = {
  sid: member('string', 'The session ID.'),
  submit_url: member('string', 'Where to send the token that was sent, if it is not opened as a link.'),
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

/** Tokens by which an address is added to an account. */
export const forAddresses: TokenUse = {
  suffix: '',
  path: '/account/3pid',
  operationIds: { email: 'requestTokenTo3PIDEmail', msisdn: 'requestTokenTo3PIDMSISDN' },
  summaries: {
    email: 'Have a link mailed, to prove an e-mail address with',
    msisdn: 'Have a code sent to a phone, to prove its number with',
  },
  description:
    'An access token is not needed; with one, only its user can add the address, and learns whether it is in use already. Without one that ' +
    'cannot be told, and the owner of an e-mail address that is in use gets a mail instead.',
  kinds: [
    ...addressBodyKinds,
    'address_changes_disabled',
    'address_in_use',
    'send_failed',
    ...anyAddressKinds.filter((kind) => kind !== 'unauthorized'),
  ],
  otherErrors: homeserverErrors,
};

/** Tokens by which a new password is set for the account that the address belongs to. */
export const forPasswords: TokenUse = {
  suffix: '_for_password',
  path: '/account/password',
  operationIds: { email: 'requestTokenToResetPasswordEmail', msisdn: 'requestTokenToResetPasswordMSISDN' },
  summaries: {
    email: 'Have a link mailed, to set a new password with',
    msisdn: 'Have a code sent to a phone, to set a new password with',
  },
  description:
    'An access token is not needed. The answer is the same whether the address belongs to an account or not, and whether the message can be ' +
    'sent or not.',
  kinds: ['unavailable', 'defect'],
};

/** POST /account/3pid/email/requestToken, and the same for passwords */
export function requestEmailToken({ addresses, authority }: AddressTokenDeps, use: TokenUse): Endpoint {
  return endpoint({
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
      200: { description: 'A mail is on its way', schema: z.looseObject(session).meta({ title: 'EmailTokenSession' }) },
    },
    ...errorsOf(use),
    admit: ({ clientAddress }) => addresses.admitToken('email', clientNetwork(clientAddress)),
    async handler(request) {
      const { body } = request;
      const typed = { medium: 'email', address: body.email, country: undefined } as const;
      return reply(200, { ...(await addresses.requestToken({ ...typed, ...(await wished(request, authority)) })) });
    },
  });
}

/** POST /account/3pid/msisdn/requestToken, and the same for passwords */
export function requestPhoneToken({ addresses, authority }: AddressTokenDeps, use: TokenUse): Endpoint {
  return endpoint({
    ...shared,
    name: `request_msisdn_token${use.suffix}`,
    operationId: use.operationIds.msisdn,
    path: `${use.path}/msisdn/requestToken`,
    summary: use.summaries.msisdn,
    description: use.description,
    body: z
      .looseObject({
        country: z.string().meta({
          description: 'The country where the number is dialled as it is given: two letters, ISO 3166-1.',
          examples: ['GB'],
        }),
        phone_number: z.string().meta({ description: 'The phone number.', examples: ['07470 674927'] }),
        ...members,
      })
      .meta({ title: 'RequestPhoneTokenRequest' }),
    replies: {
      200: {
        description: 'A code is on its way',
        schema: z
          .looseObject({
            ...session,
            success: member('boolean', 'Always true.'),
            msisdn: member('string', 'The phone number in its canonical form: digits, country code first.'),
            intl_fmt: member('string', 'The phone number as people write it.'),
          })
          .meta({ title: 'PhoneTokenSession' }),
      },
    },
    ...errorsOf(use, 'destination_refused'),
    admit: ({ clientAddress }) => addresses.admitToken('msisdn', clientNetwork(clientAddress)),
    async handler(request) {
      const { body } = request;
      const typed = { medium: 'msisdn', address: body.phone_number, country: body.country } as const;
      return reply(200, { ...(await addresses.requestToken({ ...typed, ...(await wished(request, authority)) })) });
    },
  });
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
  // Identity servers are not asked; who names one is told what the specification tells them all the same.
  if (typeof body.id_server === 'string' && typeof body.id_access_token !== 'string') {
    const problem = 'It is required where id_server is given.';
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
