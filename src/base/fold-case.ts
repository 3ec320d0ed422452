/**
 * Full case folding of Unicode (CaseFolding.txt, C and F): texts that differ only in case become
 * equal, as in "Straße" and "STRASSE". Character by character, so that a final sigma is a sigma
 * like any other.
 */
export function foldCase(text: string): string {
  return Array.from(text, foldCharacter).join('');
}

// The dotless i is a separate letter, which its upper case loses; Cherokee, which had capitals
// first, folds to them.
function foldCharacter(character: string): string {
  if (character === 'ı') return character;
  if (/\p{Script=Cherokee}/u.test(character)) return character.toUpperCase();
  return character.toLowerCase().toUpperCase().toLowerCase();
}
