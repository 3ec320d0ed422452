import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.js';
import type { ReceivedRequest } from '../../http/received-request.js';
import { reply } from '../../http/reply.js';
import type { Asker, Validation } from '../../threepid/validation.js';
import { anyKinds, errorShapes, inputKinds } from './error-shapes.js';
import { optionalText, sendAttempt, text } from './input.js';
import { clientOf, userOf, type Sender, type Version } from './version.js';
import type { ErrorKind } from './wire-error.js';

const requestKinds: readonly ErrorKind[] = [
  ...inputKinds,
  'wrong_value',
  'threepid:client_secret_invalid',
  'threepid:next_link_refused',
  'threepid:medium_unsupported',
  'threepid:rate_limited',
  ...anyKinds,
];

/** The dependencies of token requests. */
interface TokenRequestDeps {
  readonly validation: Pick<Validation, 'requestToken' | 'checkAsker'>;
}

function members({ needsSendAttempt }: Version) {
  return {
    client_secret: text('An identifier of your choice for this attempt.', 'monkeys_are_GREAT'),
    send_attempt: sendAttempt({ isNeeded: needsSendAttempt }),
    next_link: optionalText('The URL that the browser is redirected to after the link in the message was opened.'),
    brand: optionalText('The design of the message. May also be sent in the query.'),
  };
}

/** POST /validate/email/requestToken */
export function requestEmailToken(version: Version) {
  return defineEndpoint(
    {
      name: 'request_email_token',
      operationId: 'emailRequestToken',
      method: 'POST',
      path: '/validate/email/requestToken',
      params: {},
      access: version.access,
      summary: 'Send a mail that validates an e-mail address',
      body: z
        .looseObject({ email: text('The e-mail address.', 'foo@example.com'), ...members(version) })
        .meta({ required: ['client_secret', 'email', ...(version.needsSendAttempt ? ['send_attempt'] : [])] }),
      bodyFrom: version.inputFrom,
      replies: { 200: { description: 'The session', schema: z.object({ sid: text('The session ID.') }) } },
      errors: errorShapes([...version.entryKinds, ...requestKinds, 'email:address_invalid', 'email:send_failed']),
    },
    ({ validation }: TokenRequestDeps) => ({
      admit: (head) => validation.checkAsker(askerOf(head, version)),
      async handler(request) {
        const { email, ...rest } = request.body;
        const typed = { medium: 'email', address: email } as const;
        const { sid } = await validation.requestToken({ typed, ...wished(rest, request, version) });
        return reply(200, { sid });
      },
    }),
  );
}

/** POST /validate/msisdn/requestToken */
export function requestPhoneToken(version: Version) {
  const session = z.object({
    success: z.boolean().meta({ description: 'Always true.' }),
    sid: text('The session ID.'),
    msisdn: text('The phone number in its canonical form: digits, country code first.', '447470674927'),
    intl_fmt: z.string().optional().meta({ description: 'The phone number in international notation.' }),
  });
  return defineEndpoint(
    {
      name: 'request_msisdn_token',
      operationId: 'msisdnRequestToken',
      method: 'POST',
      path: '/validate/msisdn/requestToken',
      params: {},
      access: version.access,
      summary: 'Send a code that validates a phone number',
      body: z
        .looseObject({
          country: text('The country in whose national format the number is: two letters, ISO 3166-1.', 'GB'),
          phone_number: text('The phone number.', '07470 674927'),
          ...members(version),
        })
        .meta({
          required: ['client_secret', 'country', 'phone_number', ...(version.needsSendAttempt ? ['send_attempt'] : [])],
        }),
      bodyFrom: version.inputFrom,
      replies: { 200: { description: 'The session', schema: session } },
      errors: errorShapes([
        ...version.entryKinds,
        ...requestKinds,
        'threepid:address_invalid',
        'threepid:destination_refused',
        'threepid:send_failed',
      ]),
    },
    ({ validation }: TokenRequestDeps) => ({
      admit: (head) => validation.checkAsker(askerOf(head, version)),
      async handler(request) {
        const { country, phone_number: address, ...rest } = request.body;
        const typed = { medium: 'msisdn', address, country } as const;
        const ticket = await validation.requestToken({ typed, ...wished(rest, request, version) });
        const { internationalFormat: written } = ticket;
        const { sid, address: canonical } = ticket;
        return reply(200, {
          success: true,
          sid,
          msisdn: canonical.address,
          ...(written === undefined ? {} : { intl_fmt: written }),
        });
      },
    }),
  );
}

interface Wishes {
  readonly client_secret: string;
  readonly send_attempt: number | undefined;
  readonly next_link?: string | undefined;
  readonly brand?: string | undefined;
}

function wished(wishes: Wishes, request: Sender & { readonly received: ReceivedRequest }, version: Version) {
  return {
    purpose: 'identity',
    clientSecret: wishes.client_secret,
    sendAttempt: wishes.send_attempt,
    nextLink: wishes.next_link,
    brand: wishes.brand ?? brandInQuery(request.received),
    asker: askerOf(request, version),
  } as const;
}

function askerOf(sender: Sender, version: Version): Asker {
  return { client: clientOf(sender, version), mxid: userOf(sender) };
}

/** Returns the `brand` in the query, which is where clients that send JSON put it. */
export function brandInQuery({ uri }: ReceivedRequest): string | undefined {
  const query = uri.includes('?') ? uri.slice(uri.indexOf('?') + 1) : '';
  return new URLSearchParams(query).get('brand') ?? undefined;
}
