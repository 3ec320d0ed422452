/** A value that JSON can hold but canonical JSON cannot. */
export class NotCanonical extends Error {}

/**
 * Canonical JSON (Matrix appendices): keys sorted by code point, no spaces, integers of at most 53
 * bits only. A member that is undefined is left out. Throws NotCanonical, also for what is nested
 * too deeply.
 */
export function canonicalJson(value: unknown): string {
  return write(value, 0);
}

const deepest = 200;

function write(value: unknown, depth: number): string {
  if (depth > deepest) throw new NotCanonical('nested too deeply');
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return writeText(value);
  if (typeof value === 'number') return writeNumber(value);
  if (Array.isArray(value)) return `[${value.map((item) => write(item, depth + 1)).join(',')}]`;
  if (typeof value !== 'object') throw new NotCanonical(`a ${typeof value} is no JSON`);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => compareCodePoints(a, b))
    .map(([name, member]) => `${writeText(name)}:${write(member, depth + 1)}`);
  return `{${members.join(',')}}`;
}

// Half of a surrogate pair is no character, and has no UTF-8.
function writeText(text: string): string {
  if (/\p{Surrogate}/u.test(text)) throw new NotCanonical('a text that is no Unicode');
  return JSON.stringify(text);
}

function writeNumber(value: number): string {
  const isCanonical = Number.isSafeInteger(value) && !Object.is(value, -0);
  if (!isCanonical) throw new NotCanonical('a number that is no integer of 53 bits');
  return String(value);
}

// Sorting compares UTF-16 units by itself, and those of what is beyond U+FFFF come before U+E000.
function compareCodePoints(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));
}
