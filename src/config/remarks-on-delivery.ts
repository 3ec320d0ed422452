import type { Config } from './config.js';
import { isPublicName } from './network-address.js';
import type { Remark } from './remark.js';

/** What is worth a look in how messages get to humans. */
export function deliveryRemarks(read: Partial<Config>): Remark[] {
  return [...emptyRemarks(read), ...fileRemarks(read), ...smtpRemarks(read), ...costRemarks(read)];
}

/** Whether anything sends messages: both are known, and one is on. */
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
      ? 'Nobody can give back what is sent: neither accounts.public_url nor an identity service says where Gangway is reached.'
      : 'It has no effect: identity.enabled is false and accounts.mode is off, and nothing else sends messages.';
    return [...(email.length > 0 ? ['email'] : []), ...(phone.length > 0 ? ['phone'] : [])].map((key) => ({
      path: ['delivery', key],
      message,
    }));
  }
  if (email.length === 0 && phone.length === 0) {
    const message =
      'The identity service has no channel for messages, so nobody can prove an address: see the section delivery.';
    return [{ path: ['identity', 'enabled'], message }];
  }
  if (identity.delegate && phone.length === 0) {
    const message = 'delivery.phone has no channel: a homeserver that delegates to Gangway can prove no phone number.';
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
        'Messages go to a file and reach nobody, and whoever reads it can prove any address: this is for tests.';
      return [{ path: ['delivery', key, index], message }];
    }),
  );
}

function smtpRemarks({ delivery }: Partial<Config>): Remark[] {
  return (delivery?.email ?? []).flatMap((channel, index) => {
    if (channel.type !== 'smtp' || !isPublicName(channel.host)) return [];
    if (channel.security !== 'none' && channel.security !== 'opportunistic') return [];
    const what = channel.credentials ? 'The password and the links' : 'Links';
    const message = `${what} in mails may travel there without encryption. Use starttls or tls unless the way there is your own.`;
    return [{ path: ['delivery', 'email', index, 'security'], message }];
  });
}

function costRemarks(read: Partial<Config>): Remark[] {
  const { delivery, threepids } = read;
  if (!sends(read) || !delivery || !threepids || threepids.allowedCountries.length > 0) return [];
  const costly = delivery.phone.findIndex(({ type }) => type !== 'file');
  if (costly === -1) return [];
  const message =
    'Codes are sent to every country, and cost money: name the countries of your users in threepids.allowed_countries.';
  return [{ path: ['delivery', 'phone', costly], message }];
}
