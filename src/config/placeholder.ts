/** Placeholders that make up the whole text. */
const wholeForms = [
  /^%[\w.-]+%$/,
  /^<[^<>]*>$/,
  /^\[[^\]]*\]$/,
  /^ENC\[.*\]$/s,
  /^\$[A-Za-z_]\w*$/,
  /^(__|@@|##)[\w.-]+\1$/,
  /^(op:\/\/|vault:|env:|file:\/|arn:aws:|\/run\/secrets\/)/,
  /^([x*.?_-])\1*$/i,
];

/** Placeholders inside a longer text, such as a URI. */
const innerForms = [/\$\{[^}]*\}/, /\$\([^)]*\)/, /\{\{.*?\}\}/s, /<%.*?%>/s, /#\{[^}]*\}/];

/** Words of sample files, without their punctuation. */
const words = [
  /^(please)?(change|replace)(me|this|it)?(now|please)*$/,
  /^(put|insert|enter|write|paste|type).*here$/,
  /^(your|my|the|a|some|new|very|super|top)*(shared|bot|access|api|admin|database|db|smtp|mail|random|gateway|proxy)*(secret|password|passwd|passphrase|token|key|hash|value)+(goes)?(here)?$/,
  /^(todo|tbd|fixme|placeholder|redacted|example|sample|none|null|undefined|default|dummy)$/,
];

/** Returns whether a secret is a placeholder: an unset variable or a sample value. */
export function isPlaceholder(text: string): boolean {
  const value = text.replace(/^(Bearer|Basic) +/i, '').trim();
  if (wholeForms.some((form) => form.test(value)) || innerForms.some((form) => form.test(value))) return true;
  const plain = value.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  return plain !== '' && words.some((word) => word.test(plain));
}
