import { isIP } from 'node:net';
import { domainToASCII, domainToUnicode } from 'node:url';

/** The two parts of an e-mail address. */
export interface Mailbox {
  /** As it was written. */
  readonly localPart: string;
  /** Lower-case ASCII, as DNS has it: of all spellings of one domain the same (UTS 46). */
  readonly domain: string;
}

const longestAddress = 500;

// RFC 5321 has local parts in quotes, too. Nobody uses them but those who look for holes in mail programs.
const localPartForm = /^[^\s\p{C}"(),:;<>@[\\\]]+$/u;
// The last three are full stops of other scripts, which UTS 46 takes for dots.
const writtenDomainForm = /^[\p{L}\p{M}\p{N}.\-。．｡]+$/u;
const domainForm = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/;

/**
 * The parts of an address of the ordinary form, which means one mailbox wherever it is written, in a header or in a command: nothing quoted,
 * no comments, no groups, no number in place of the domain. Undefined for all else, and for more than 500 characters.
 */
export function readMailbox(address: string): Mailbox | undefined {
  if (address.length > longestAddress) return undefined;
  const [localPart = '', written = '', ...more] = address.split('@');
  if (more.length > 0 || !localPartForm.test(localPart) || !writtenDomainForm.test(written)) return undefined;
  const domain = domainToASCII(written);
  return domainForm.test(domain) && isIP(domain) === 0 && domain.split('.').every(isRealLabel)
    ? { localPart, domain }
    : undefined;
}

// A label with the prefix of Punycode must be Punycode, of something that needs it. Node 20 refuses most of what is not; Node 24 lets it pass.
function isRealLabel(label: string): boolean {
  return !label.startsWith('xn--') || /\P{ASCII}/u.test(domainToUnicode(label));
}
