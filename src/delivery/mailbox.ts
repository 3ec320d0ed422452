/** An address of e-mail that means one mailbox wherever it is written, in a header or in a command. */
export type Mailbox = string & { readonly __brand: 'Mailbox' };

// RFC 5321 has local parts in quotes, too. Nobody uses them but those who look for holes in mail programs.
const shape = /^[^\s\p{C}"(),:;<>@[\\\]]{1,128}@[\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N}.-]{0,252}$/u;

/** The address, where it is of the ordinary form: nothing quoted, no comments, no groups, no number in place of the domain. */
export function readMailbox(address: string): Mailbox | undefined {
  return shape.test(address) ? (address as Mailbox) : undefined;
}
