import { baseUrl } from './network-address.js';
import { Complaint, text } from './value.js';

/**
 * The schema of the URL at which others reach Gangway: https, or http for this machine. Removes the
 * trailing slash.
 */
export const publicUrl = text({ expects: 'an https:// address' }, (input) => {
  const read = baseUrl.safeParse(input);
  if (!read.success) {
    return URL.canParse(input) ? new Complaint(read.error.issues.map(({ message }) => message).join(' ')) : undefined;
  }
  const { protocol, hostname } = new URL(read.data);
  if (protocol === 'https:' || isLoopback(hostname)) return read.data;
  return new Complaint(
    'The address must begin with https://, since secrets are sent to it. http:// is allowed for this ' +
      'machine only, such as http://localhost.',
  );
});

/** Returns whether the host of a URL is this machine. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127\.[0-9.]+|\[::1\])$/.test(hostname);
}
