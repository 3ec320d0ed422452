import type { ValidationTicket } from '../../threepid/validation.js';
import type { RequestBody } from './account-addresses.js';

/** Returns the reply to a token request. */
export function ticketReply(
  medium: 'email' | 'msisdn',
  { sid, address, internationalFormat: written }: ValidationTicket,
  submitUrl: string | undefined,
): RequestBody {
  return {
    sid,
    ...(submitUrl !== undefined && { submit_url: submitUrl }),
    ...(medium === 'msisdn' && { success: true, msisdn: address.address }),
    ...(written !== undefined && { intl_fmt: written }),
  };
}
