import type { Secret } from '../../base/secret.js';
import { baseUrl } from '../network-address.js';
import { group, optional, withDefault } from '../setting.js';
import { oneOf, secretText, wholeNumber } from '../value.js';

/** The bridge that logins are handed over to. */
export interface BridgeUpstream {
  /** The base URL of its provisioning API, without a trailing slash. */
  readonly address: string;
  readonly sharedSecret: Secret;
  readonly handOver: 'automatic' | 'on_request' | 'off';
  /** How long the answer to the last step of a login waits for the bridge. */
  readonly waitMs: number;
}

const sharedSecret = secretText(
  {
    expects: "the bridge's provisioning.shared_secret",
    samples: ['the-shared-secret-of-the-bridge'],
    // The bridge disables its provisioning API if its secret is shorter.
    minLength: 16,
    todo: "Copy provisioning.shared_secret from the bridge's configuration.",
  },
  (input) => /^[\x21-\x7e]+$/.test(input),
);

/** The bridge that Gangway works with. */
export const upstream = group(
  'The bridge that logins are handed over to: mautrix-telegram v26.04 or newer. If address is unset, ' +
    'there is no bridge, and Gangway keeps the logins. telegram.api_id and telegram.api_hash must equal ' +
    'those of the bridge: a Telegram session belongs to one application.',
  {
    address: optional(
      baseUrl,
      'http://localhost:29317',
      "The base URL of the bridge's listener: appservice.address in the bridge's configuration.",
    ),
    shared_secret: optional(
      sharedSecret,
      'the-shared-secret-of-the-bridge',
      "provisioning.shared_secret in the bridge's configuration, which must not be `generate` or `disable`.",
    ),
    hand_over: withDefault(
      oneOf(['automatic', 'on_request', 'off']),
      'automatic',
      'When a login is handed over to the bridge. automatic: as soon as it is complete. on_request: when the user or an administrator ' +
        'requests it. off: never.',
    ),
    wait_seconds: withDefault(
      wholeNumber(0, 50),
      '8',
      'How long the reply to the last step of a login waits for the bridge. The hand-over continues after that.',
    ),
  },
  (keys, context): BridgeUpstream | undefined => {
    const { address, shared_secret } = keys;
    if (address === undefined && shared_secret === undefined) return undefined;
    if (address === undefined || shared_secret === undefined) {
      const [path, other] = address === undefined ? ['address', 'shared_secret'] : ['shared_secret', 'address'];
      context.addIssue({ code: 'custom', path: [path], message: `This key is missing. ${other} requires it.` });
      return undefined;
    }
    return { address, sharedSecret: shared_secret, handOver: keys.hand_over, waitMs: keys.wait_seconds * 1000 };
  },
);
