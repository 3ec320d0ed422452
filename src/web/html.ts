import { escapeHtml } from '../base/escape-html.js';

/** A piece of HTML that is safe to show. */
export class Html {
  constructor(readonly text: string) {}
}

/** Returns HTML from a template. All values except HTML are escaped. Attributes must be quoted. */
export function html(parts: TemplateStringsArray, ...values: readonly (string | Html | readonly Html[])[]): Html {
  return new Html(parts.map((part, index) => part + textOf(values[index] ?? '')).join(''));
}

function textOf(value: string | Html | readonly Html[]): string {
  if (typeof value === 'string') return escapeHtml(value);
  return value instanceof Html ? value.text : value.map(({ text }) => text).join('');
}
