import type { Config } from './config.js';
import { isPublicName } from './network-address.js';
import type { Remark } from './remark.js';

/** Returns remarks about the delivery of messages to users. */
export function deliveryRemarks(read: Partial<Config>): Remark[] {
  return [...emptyRemarks(read), ...fileRemarks(read), ...smtpRemarks(read), ...costRemarks(read)];
}

/** Returns whether messages are sent: both sections are valid, and one is enabled. */
function sends({ identity, accounts }: Partial<Config>): boolean {
  return identity?.enabled === true || (accounts !== undefined && accounts.mode !== 'off');
}

function emptyRemarks(read: Partial<Config>): Remark[] {
  const { identity, accounts, delivery } = read;
  if (!identity || !accounts || !delivery) return [];
  const { email, phone } = delivery;
  if (!identity.enabled) {
    if (sends(read) && accounts.publicUrl !== undefined) return [];
    const message = sends(read)
      ? 'Codes cannot be submitted: set accounts.public_url, or enable the identity service.'
      : 'It has no effect: identity.enabled is false and accounts.mode is off, so no messages are sent.';
    return [...(email.length > 0 ? ['email'] : []), ...(phone.length > 0 ? ['phone'] : [])].map((key) => ({
      path: ['delivery', key],
      message,
    }));
  }
  if (email.length === 0 && phone.length === 0) {
    const message =
      'The identity service cannot validate 3PIDs without a channel for messages. Add one to the section ' +
      'delivery.';
    return [{ path: ['identity', 'enabled'], message }];
  }
  if (identity.delegate && phone.length === 0) {
    const message = 'delivery.phone has no channel, so the delegate cannot validate phone numbers. Add a channel.';
    return [{ path: ['identity', 'delegate', 'secret'], message }];
  }
  return [];
}

function fileRemarks(read: Partial<Config>): Remark[] {
  const { delivery } = read;
  if (!sends(read) || !delivery) return [];
  const { email, phone } = delivery;
  return Object.entries({ email, phone }).flatMap(([key, channels]) =>
    channels.flatMap(({ type }, index) => {
      if (type !== 'file') return [];
      const message =
        'Messages are written to a file and not delivered. A user who can read the file can validate any ' +
        '3PID. Use this for tests only.';
      return [{ path: ['delivery', key, index], message }];
    }),
  );
}

function smtpRemarks({ delivery }: Partial<Config>): Remark[] {
  return (delivery?.email ?? []).flatMap((channel, index) => {
    if (channel.type !== 'smtp' || !isPublicName(channel.host)) return [];
    if (channel.security !== 'none' && channel.security !== 'opportunistic') return [];
    const what = channel.credentials ? 'The password and the links' : 'Links';
    const message = `${what} in mails may be sent without encryption. Use starttls or tls unless the network is your own.`;
    return [{ path: ['delivery', 'email', index, 'security'], message }];
  });
}

function costRemarks(read: Partial<Config>): Remark[] {
  const { delivery, threepids } = read;
  if (!sends(read) || !delivery || !threepids || threepids.allowedCountries.length > 0) return [];
  const costly = delivery.phone.findIndex(({ type }) => type !== 'file');
  if (costly === -1) return [];
  const message =
    'Codes are sent to every country and cost money. List the countries of your users in ' +
    'threepids.allowed_countries.';
  return [{ path: ['delivery', 'phone', costly], message }];
}
