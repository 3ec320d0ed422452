/** A text by a stranger that is fit to be shown under our name; see strangersText. */
export type StrangersText = string & { readonly __brand: 'StrangersText' };

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The text in one line: what breaks lines, controls and white space become single spaces. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
}

/**
 * A name that a stranger has chosen, fit for a message that we answer for: one line, no invisible characters or changes of the direction
 * of writing, no start of a web address, and at most `maxCharacters`, with an ellipsis where it was longer. Undefined where nothing remains.
 */
export function strangersText(text: string | undefined, maxCharacters: number): StrangersText | undefined {
  // What is far too long is not even looked at.
  const clean = oneLine((text ?? '').slice(0, maxCharacters * 16))
    .replaceAll(/[\p{Cf}\p{Cs}\p{Co}\p{Cn}]/gu, '')
    .replaceAll('://', ' ')
    .trim();
  const characters = [...segmenter.segment(clean)].map(({ segment }) => bounded(segment));
  if (characters.length === 0) return undefined;
  if (characters.length <= maxCharacters) return characters.join('') as StrangersText;
  return `${characters.slice(0, maxCharacters).join('').trimEnd()}…` as StrangersText;
}

// One letter may have any number of accents.
function bounded(character: string): string {
  return Array.from(character).slice(0, 8).join('');
}
