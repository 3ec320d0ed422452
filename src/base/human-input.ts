/**
 * Longer input is trimmed only: no phone number, code, token, address or user name is that long.
 */
const maxInputLength = 2000;

// Within a word of Persian or Hindi a joiner makes another word, in a domain even another domain:
// it stays, and the readers refuse it.
const letterOfWord = String.raw`(?!\p{ASCII})[\p{L}\p{M}]`;
const unseen = new RegExp(
  String.raw`(?![\u200c\u200d])[\p{Cf}\p{Default_Ignorable_Code_Point}]|(?<!${letterOfWord})[\u200c\u200d]|[\u200c\u200d](?!${letterOfWord})`,
  'gu',
);
const fullWidth = /[\uff01-\uff5e]/gu;
const foreignDigit = /(?!\p{ASCII})\p{Nd}/gu;
const digit = /^\p{Nd}$/u;
// The Braille blank is no white space of Unicode, and shows as one.
const blank = /^[\s\p{Z}\u0085\u2800]$/u;
const noiseInCode = /[\s\p{Z}\p{P}\p{S}\u0085\u2800]+/gu;
const noiseInToken = /(?:(?![:_-])[\s\p{Z}\p{P}\p{S}\u0085\u2800])+/gu;

/**
 * Returns the text as its writer sees it: without invisible format characters, with full-width
 * forms and the decimal digits of all scripts as ASCII, and without blanks around it. For phone
 * numbers, codes, tokens, addresses and user names; never for passwords.
 */
export function cleanHumanInput(text: string): string {
  const trimmed = text.trim();
  if (trimmed.length > maxInputLength) return trimmed;
  const seen = trimmed
    .replace(unseen, '')
    .replace(fullWidth, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0))
    .replace(foreignDigit, (sign) => String(digitValue(sign.codePointAt(0) ?? 0)));
  return trimBlanks(seen);
}

/**
 * Returns a code of digits without the blanks, dashes, dots and quotes that users and programs add.
 * Letters stay. For codes that may be words or phrases, use cleanHumanInput.
 */
export function readNumericCode(text: string): string {
  return cleanHumanInput(text).replace(noiseInCode, '');
}

/**
 * Returns a bot token without blanks, line breaks and quotes; tokens consist of letters, digits,
 * colons, dashes and underscores.
 */
export function readBotToken(text: string): string {
  return cleanHumanInput(text).replace(noiseInToken, '');
}

// Unicode assigns decimal digits in runs from zero to nine, so that a run of runs is counted by
// tens as well.
function digitValue(code: number): number {
  let first = code;
  while (digit.test(String.fromCodePoint(first - 1))) first -= 1;
  return (code - first) % 10;
}

// Not a regular expression: those take quadratic time with blanks that are not at the end.
function trimBlanks(text: string): string {
  const characters = text.split('');
  const first = characters.findIndex((character) => !isBlank(character));
  const last = characters.findLastIndex((character) => !isBlank(character));
  return first === -1 ? '' : text.slice(first, last + 1);
}

function isBlank(character: string): boolean {
  return blank.test(character);
}
