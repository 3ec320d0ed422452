import { serverNameOf, type Mxid } from './mxid.js';

/**
 * An untrusted text, sanitized so that it can be shown in messages of this server. See
 * sanitizeUntrustedText.
 */
export type UntrustedText = string & { readonly __brand: 'UntrustedText' };

const maxMxidLength = 60;
const maxServerNameLength = 40;
// Today's grammar, and capitals of older servers. Historical user IDs may hold nearly any text,
// with blanks that no program takes for blanks.
const plainMxid = /^@[0-9A-Za-z._=/+-]+:[0-9A-Za-z.:[\]-]+$/;

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * Returns the text in one line: what breaks lines, controls, white space and the Braille blank
 * become single spaces.
 */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Z}\s\u2800]+/gu, ' ').trim();
}

/**
 * Returns a Matrix ID that can be shown in messages of this server: the ID if it is printable ASCII
 * of at most 60 characters, else only its safe part. So it cannot contain sentences.
 */
export function shownMxid(mxid: Mxid): UntrustedText {
  if (mxid.length <= maxMxidLength && plainMxid.test(mxid)) return mxid as string as UntrustedText;
  const serverName = serverNameOf(mxid);
  const isShown = serverName.length <= maxServerNameLength && /^[0-9A-Za-z.:[\]-]+$/.test(serverName);
  return (isShown ? `a user of ${serverName}` : 'a Matrix user') as UntrustedText;
}

/**
 * Sanitizes an untrusted name for messages of this server: one line, no
 * invisible characters or changes of the direction of writing, no start of a web address, and at
 * most `maxCharacters`, with an ellipsis if it was longer. Undefined if nothing remains.
 */
export function sanitizeUntrustedText(text: string | undefined, maxCharacters: number): UntrustedText | undefined {
  // What is far too long is not even looked at.
  const clean = oneLine((text ?? '').slice(0, maxCharacters * 16))
    .replaceAll(/[\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Default_Ignorable_Code_Point}]/gu, '')
    .replaceAll('://', ' ')
    .trim();
  const characters = [...segmenter.segment(clean)].map(({ segment }) => bounded(segment));
  if (characters.length === 0) return undefined;
  if (characters.length <= maxCharacters) return characters.join('') as UntrustedText;
  return `${characters.slice(0, maxCharacters).join('').trimEnd()}…` as UntrustedText;
}

// One letter may have any number of accents.
function bounded(character: string): string {
  return Array.from(character).slice(0, 8).join('');
}
