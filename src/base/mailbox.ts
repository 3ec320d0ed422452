import { createRequire } from 'node:module';
import { isIP } from 'node:net';
import type * as tr46 from 'tr46';

/** The two parts of an e-mail address. */
export interface Mailbox {
  /** As it was written. */
  readonly localPart: string;
  /** Lower-case ASCII, as DNS has it: of all spellings of one domain the same (UTS 46). */
  readonly domain: string;
}

const maxAddressLength = 500;

// RFC 5321 has local parts in quotes, too. They are common in attacks on mail programs, and nowhere
// else.
const localPartForm = /^[^\s\p{C}"(),:;<>@[\\\]]+$/u;
// Mail programs read more into these: an encoded word, a route (host!user, user%host), an option, a
// file, a program.
const meaningInLocalPart = /=\?|\?=|[!%]|^[-/|]/;
// UTS 46 takes full stops of other scripts for dots. They must be dots before the case changes: a
// final sigma depends on what follows.
const foreignStop = /[。．｡]/g;
const writtenDomainForm = /^[\p{L}\p{M}\p{N}.-]+$/u;
const domainForm = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/;

/**
 * Returns the parts of an address of the ordinary form, which means one mailbox wherever it is
 * written, in a header or in a command: nothing quoted, no comments, groups, encoded words or
 * routes, no number in place of the domain. Undefined for all else, and for more than 500
 * characters.
 */
export function readMailbox(address: string): Mailbox | undefined {
  if (address.length > maxAddressLength) return undefined;
  const [localPart = '', written = '', ...more] = address.split('@');
  if (more.length > 0 || !isPlain(localPart)) return undefined;
  const domain = readDomain(written.replaceAll(foreignStop, '.'));
  return domain === undefined ? undefined : { localPart, domain };
}

// Programs that normalize read compatibility forms, such as a small commercial at, as what they
// look like.
function isPlain(localPart: string): boolean {
  return [localPart, localPart.normalize('NFKC')].every(
    (form) => localPartForm.test(form) && !meaningInLocalPart.test(form),
  );
}

const require = createRequire(import.meta.url);

// Loaded for the first address: its tables take memory.
const unicodeDomains = () => require('tr46') as typeof tr46;

/**
 * Returns the domain in the ASCII of DNS. Lower case comes first, as in the clients that look
 * addresses up. The tables are those of a library: those of Node differ from version to version.
 */
function readDomain(written: string): string | undefined {
  if (!writtenDomainForm.test(written)) return undefined;
  const options = { checkBidi: true, checkJoiners: true, useSTD3ASCIIRules: true };
  const domain = unicodeDomains().toASCII(written.toLowerCase(), options);
  return domain !== null && domainForm.test(domain) && !isNumeric(domain) ? domain : undefined;
}

// URLs take a last label of digits for an IPv4 address, in any number of parts: 127.1, 0x7f000001.
function isNumeric(domain: string): boolean {
  return isIP(domain) !== 0 || /(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$/.test(domain);
}
