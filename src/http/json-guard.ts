/**
 * The deepest nesting of arrays and objects that is parsed. No API has bodies that come near it.
 */
export const maxJsonDepth = 100;

const quote = 0x22;
const backslash = 0x5c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const colon = 0x3a;
const letterU = 0x75;

/**
 * Returns whether bytes may be parsed as JSON: nested at most `maxJsonDepth` deep, with at most so
 * many parts (arrays, objects and members), and without escapes of lone surrogates, which are no
 * Unicode text and cannot be written as UTF-8 again (RFC 7493, 2.1). Costs one pass and no memory;
 * whether it is JSON at all is for the parser to decide.
 */
export function isSafeJson(bytes: Uint8Array, maxParts: number): boolean {
  let depth = 0;
  let parts = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === openBracket || byte === openBrace) {
      depth += 1;
      parts += 1;
      if (depth > maxJsonDepth || parts > maxParts) return false;
    } else if (byte === closeBracket || byte === closeBrace) {
      depth -= 1;
    } else if (byte === colon) {
      parts += 1;
      if (parts > maxParts) return false;
    } else if (byte === quote) {
      const end = endOfString(bytes, at + 1);
      if (end === undefined) return false;
      at = end;
    }
  }
  return true;
}

/**
 * Returns the index of the closing quote, or of the end, or undefined if a surrogate stands alone.
 */
function endOfString(bytes: Uint8Array, start: number): number | undefined {
  let at = start;
  while (at < bytes.length && bytes[at] !== quote) {
    if (bytes[at] !== backslash) {
      at += 1;
    } else if (bytes[at + 1] !== letterU) {
      at += 2;
    } else {
      if (isLow(bytes, at)) return undefined;
      const isFirstOfTwo = isHigh(bytes, at);
      at += 6;
      if (!isFirstOfTwo) continue;
      if (!isLow(bytes, at)) return undefined;
      at += 6;
    }
  }
  return at;
}

/** Returns whether at an index is an escape of a high surrogate: D800 to DBFF. */
function isHigh(bytes: Uint8Array, at: number): boolean {
  return isSurrogate(bytes, at) && !isLow(bytes, at);
}

/** Returns whether at an index is an escape of a low surrogate: DC00 to DFFF. */
function isLow(bytes: Uint8Array, at: number): boolean {
  const digit = bytes[at + 3] ?? 0;
  return isSurrogate(bytes, at) && ((digit >= 0x43 && digit <= 0x46) || (digit >= 0x63 && digit <= 0x66));
}

function isSurrogate(bytes: Uint8Array, at: number): boolean {
  const [d, digit] = [bytes[at + 2], bytes[at + 3] ?? 0];
  // Above D7FF: an 8, a 9 or a letter follows.
  return bytes[at] === backslash && bytes[at + 1] === letterU && (d === 0x64 || d === 0x44) && digit >= 0x38;
}
