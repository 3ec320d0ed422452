/** The number of characters that stay visible. */
const shown = 3;

/** Returns a redacted e-mail address, which only its owner can recognize: `ali...@exa...`. */
export function redactAddress(address: string): string {
  const at = address.indexOf('@');
  return `${redact(address.slice(0, at))}@${redact(address.slice(at + 1))}`;
}

// Splits by characters, so that none is cut in two.
function redact(text: string): string {
  const characters = Array.from(text);
  const { length } = characters;
  const visible = length > shown ? shown : length > 1 ? 1 : 0;
  return `${characters.slice(0, visible).join('')}...`;
}
