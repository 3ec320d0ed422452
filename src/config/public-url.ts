import { baseUrl } from './network-address.js';
import { Complaint, text } from './value.js';

/** The address under which others reach us: https, or http where it is this machine. Without a slash at the end. */
export const publicUrl = text({ expects: 'an https:// address' }, (input) => {
  const read = baseUrl.safeParse(input);
  if (!read.success) {
    return URL.canParse(input) ? new Complaint(read.error.issues.map(({ message }) => message).join(' ')) : undefined;
  }
  const { protocol, hostname } = new URL(read.data);
  if (protocol === 'https:' || isLoopback(hostname)) return read.data;
  return new Complaint(
    'The address must begin with https://: secrets and proofs travel there. http:// is for this machine only, as http://localhost.',
  );
});

/** Whether the host of a URL is this very machine by name. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127\.[0-9.]+|\[::1\])$/.test(hostname);
}
