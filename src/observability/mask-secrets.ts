/** The replacement for a secret in a log line. */
export const hidden = '[secret]';

interface Pattern {
  readonly shape: RegExp;
  readonly replace: (...match: string[]) => string;
}

const longRun = 40;

const patterns: readonly Pattern[] = [
  { shape: /-----BEGIN [A-Z ]+-----[\s\S]*?(?:-----END [A-Z ]+-----|$)/g, replace: () => hidden },
  {
    shape: /(authorization["']?\s*[:=]\s*["']?)(?:[a-z]+\s+)?[^\s"',;]+/gi,
    replace: (_all, name) => `${name}${hidden}`,
  },
  { shape: /\b(bearer)\s+[\w.~+/=-]{8,}/gi, replace: (_all, scheme) => `${scheme} ${hidden}` },
  {
    shape: /\b([\w-]{0,40}(?:token|password|secret|api_hash|phone_code|phone))=[^&\s"']+/gi,
    replace: (_all, name) => `${name}=${hidden}`,
  },
  { shape: /:\/\/[^\s/@:]*:[^\s/@]*@/g, replace: () => `://${hidden}@` },
  { shape: /\b\d{5,12}(?::|%3a)[\w-]{30,}/gi, replace: () => hidden },
  { shape: /(?<![\w-])[\da-f]{48,}(?![\w-])/gi, replace: () => hidden },
  { shape: /[\w+/-]{40,}={0,2}/g, replace: (run) => (isLikelyKey(run) ? hidden : run) },
  {
    shape: /(?:\+|%2b)\d(?:[ ().\-/]{0,2}\d){6,14}(?!\d)/gi,
    replace: (number) => `+…${number.replaceAll(/\D/g, '').slice(-2)}`,
  },
];

// Each pattern requires one of these characters, or a run as long as a key.
const delimiter = /[\s=:+%]/;

/**
 * Masks everything in `text` that looks like a credential or a full phone number, in addition to
 * redaction by type. Request IDs (UUIDs, up to 32 hexadecimal digits), timestamps and file paths do
 * not change.
 */
export function maskSecrets(text: string): string {
  if (text.length < longRun && !delimiter.test(text)) return text;
  return patterns.reduce((rest, { shape, replace }) => rest.replaceAll(shape, replace), text);
}

const secretName =
  /(?:password|passphrase|secret|token|cookie|authorization|authkey|apihash|phonecode|phonecodehash|phone|phonenumber)s?$/;

/**
 * Returns whether a field with this name is secret whatever its value: `bot_token`, `Set-Cookie`,
 * `phoneCode`.
 */
export function namesSecret(field: string): boolean {
  return secretName.test(field.toLowerCase().replaceAll(/[^a-z]/g, ''));
}

/**
 * Base64 mixes cases and digits. A run with slashes counts as a path unless it has a plus or one
 * long segment.
 */
function isLikelyKey(run: string): boolean {
  if (!/\d/.test(run) || !/[a-z]/.test(run) || !/[A-Z]/.test(run)) {
    return false;
  }
  return run.includes('+') || run.split('/').some((segment) => segment.length >= longRun);
}
