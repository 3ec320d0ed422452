import { network } from '../network-address.js';
import { group, withDefault } from '../setting.js';
import { listOf, text, trueOrFalse } from '../value.js';

/** Whether a part of v1 is served, and to which clients. */
export interface V1Part {
  readonly enabled: boolean;
  /** IP addresses and networks. Empty allows all clients. */
  readonly allowedClients: readonly string[];
}

/** Version 1 of the identity service, part by part. */
export interface IdentityV1 {
  readonly validate: V1Part;
  readonly bind: V1Part;
  readonly lookup: V1Part;
  readonly invite: V1Part;
  /** The status of a reply of submitToken with `success: false`. */
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
        'The client addresses that may use it. Empty allows all. Behind a reverse proxy, this requires ' +
          'http.trusted_proxies.',
      ),
    },
    (keys): V1Part => ({ enabled: keys.enabled, allowedClients: keys.allowed_clients }),
  );
}

/** Version 1, which has no authentication. */
export const v1 = group(
  'Version 1, which has no authentication: every client that can reach it can use it. Current clients ' +
    'use version 2. The parts of version 1 that they still need are always served: the public keys, the ' +
    'page behind the link in a mail, and the signing of an invite.',
  {
    validate: part(
      'Validating 3PIDs. Disabled by default: without authentication, any client could send mails to any ' +
        'address, within the rate limits. A homeserver that delegates the validation of phone numbers uses ' +
        'identity.delegate instead.',
    ),
    bind: part(
      'Binding a validated 3PID to a Matrix ID. Disabled by default: without authentication, any client ' +
        'could bind its 3PID to the Matrix ID of another user.',
    ),
    lookup: part('Looking up a 3PID in clear text. Disabled by default: any client could enumerate 3PIDs.'),
    invite: part(
      'Storing and mailing an invite. Disabled by default: any client could send mails in the name of ' +
        'another user, and find out which Matrix ID a 3PID belongs to.',
    ),
    submit_error_status: withDefault(
      text<200 | 400>({ expects: '200 or 400' }, (input) =>
        input === '200' ? 200 : input === '400' ? 400 : undefined,
      ),
      '200',
      'The status of the reply to a wrong token: 200, which Synapse requires in order to pass on the ' +
        'reason, or 400.',
    ),
  },
  ({ submit_error_status: submitErrorStatus, ...parts }): IdentityV1 => ({ ...parts, submitErrorStatus }),
);
