/** How much of an address everybody may see. */
const shown = 3;

/**
 * Returns an e-mail address of which strangers see that it is one, and its owner that it is theirs:
 * `ali...@exa...`.
 */
export function redactAddress(address: string): string {
  const at = address.indexOf('@');
  return `${redact(address.slice(0, at))}@${redact(address.slice(at + 1))}`;
}

// By characters, so that none is cut in two.
function redact(text: string): string {
  const characters = Array.from(text);
  const { length } = characters;
  const visible = length > shown ? shown : length > 1 ? 1 : 0;
  return `${characters.slice(0, visible).join('')}...`;
}
