/** The deepest nesting of arrays and objects that is parsed. No API has bodies that come near it. */
export const maxJsonDepth = 100;

const quote = 0x22;
const backslash = 0x5c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const letterU = 0x75;

/**
 * Returns whether bytes may be parsed as JSON: nested at most `maxJsonDepth` deep, and without escapes of lone surrogates, which are no Unicode
 * text and cannot be written as UTF-8 again (RFC 7493, 2.1). Costs one pass and no memory; whether it is JSON at all is for the parser to decide.
 */
export function isSafeJson(bytes: Uint8Array): boolean {
  let depth = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === openBracket || byte === openBrace) {
      depth += 1;
      if (depth > maxJsonDepth) return false;
    } else if (byte === closeBracket || byte === closeBrace) {
      depth -= 1;
    } else if (byte === quote) {
      const end = endOfString(bytes, at + 1);
      if (end === undefined) return false;
      at = end;
    }
  }
  return true;
}

/** The index of the closing quote, or of the end; undefined if a surrogate stands alone. */
function endOfString(bytes: Uint8Array, start: number): number | undefined {
  let at = start;
  while (at < bytes.length && bytes[at] !== quote) {
    if (bytes[at] !== backslash) {
      at += 1;
    } else if (bytes[at + 1] !== letterU) {
      at += 2;
    } else if (!isSurrogate(bytes, at)) {
      at += 6;
    } else {
      const unit = codeUnit(bytes, at);
      if (isLow(unit)) return undefined;
      at += 6;
      if (!isHigh(unit)) continue;
      if (bytes[at] !== backslash || bytes[at + 1] !== letterU || !isLow(codeUnit(bytes, at))) return undefined;
      at += 6;
    }
  }
  return at;
}

/** Whether the escape `\uXXXX` at an index begins with a D, as those of all surrogates do. */
function isSurrogate(bytes: Uint8Array, at: number): boolean {
  return bytes[at + 2] === 0x64 || bytes[at + 2] === 0x44;
}

/** The code unit of the escape `\uXXXX` at an index; NaN if it is none. */
function codeUnit(bytes: Uint8Array, at: number): number {
  return Number(`0x${String.fromCharCode(...bytes.subarray(at + 2, at + 6))}`);
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
