import { network } from '../network-address.js';
import { group, withDefault } from '../setting.js';
import { listOf, text, trueOrFalse } from '../value.js';

/** Whether a part of version 1 is served, and to whom. */
export interface V1Part {
  readonly enabled: boolean;
  /** IP addresses and networks; empty: anybody. */
  readonly allowedClients: readonly string[];
}

/** Version 1 of the identity service, part by part. */
export interface IdentityV1 {
  readonly validate: V1Part;
  readonly bind: V1Part;
  readonly lookup: V1Part;
  readonly invite: V1Part;
  /** The status of an answer to submitToken that says `success: false`. */
  readonly submitErrorStatus: 200 | 400;
}

function part(about: string) {
  return group(
    about,
    {
      enabled: withDefault(trueOrFalse, 'false', 'Whether it is served.'),
      allowed_clients: withDefault(
        listOf(network, 'IP addresses, or networks such as 10.0.0.0/8'),
        [],
        'The client addresses that it is served to. Empty: anybody. Behind a reverse proxy this needs http.trusted_proxies.',
      ),
    },
    (keys): V1Part => ({ enabled: keys.enabled, allowedClients: keys.allowed_clients }),
  );
}

/** Version 1, which asks nobody who they are. */
export const v1 = group(
  'Version 1, which asks nobody who they are: what it serves, it serves to whoever can reach it. Clients of today use version 2, and ' +
    'of version 1 only what is always there: public keys, the page behind the link in a mail, and the signing of an invite.',
  {
    validate: part(
      'Proving an address. Off, because anybody could have mails sent to anybody; limits apply. A homeserver that delegates the proof ' +
        'of phone numbers uses identity.delegate instead.',
    ),
    bind: part('Publishing a proven address, for any user: off, because nobody asks whether it is the own one.'),
    lookup: part('Whose address it is, in clear: off, because anybody could try addresses.'),
    invite: part(
      'Storing and mailing an invite: off, because anybody could have mails sent in the name of anybody, and learn whose an address is.',
    ),
    submit_error_status: withDefault(
      text<200 | 400>({ expects: '200 or 400' }, (input) =>
        input === '200' ? 200 : input === '400' ? 400 : undefined,
      ),
      '200',
      'The status of the answer to a wrong token: 200, as Synapse needs it to pass on the reason, or 400.',
    ),
  },
  ({ submit_error_status: submitErrorStatus, ...parts }): IdentityV1 => ({ ...parts, submitErrorStatus }),
);
