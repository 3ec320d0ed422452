import { SettingsFailure } from './settings-failure.js';

/** The format of a request body. */
export type WebhookFormat = 'json' | 'form';

/** The values of `{number}`, `{digits}`, `{code}` and `{text}`. */
export interface WebhookValues {
  /** With the plus. */
  readonly number: string;
  /** The number without its plus. */
  readonly digits: string;
  readonly code: string;
  readonly text: string;
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

const placeholder = /\{(\w+)\}/g;
const names: readonly string[] = ['number', 'digits', 'code', 'text'] satisfies (keyof WebhookValues)[];

/** The default body. */
export const usualBodies: Readonly<Record<WebhookFormat, string>> = {
  json: '{"to":"{number}","code":"{code}","text":"{text}"}',
  form: 'to={number}&code={code}&text={text}',
};

/**
 * Reads the template of a body, in which `{number}`, `{digits}`, `{code}` and `{text}` are inside
 * strings of the JSON or values of the form. Inserted values cannot escape from them. Throws
 * SettingsFailure if it is invalid, or contains neither the code nor the text.
 */
export function readWebhookBody(format: WebhookFormat, template: string): (values: WebhookValues) => string {
  const used = [...template.matchAll(placeholder)].map(([, name = '']) => name);
  const unknown = used.find((name) => !names.includes(name));
  if (unknown !== undefined) throw unusable(`{${unknown}} is unknown. Use {number}, {digits}, {code} or {text}.`);
  if (!used.includes('code') && !used.includes('text')) {
    throw unusable('It contains neither {code} nor {text}. Add one of them.');
  }
  if (!used.includes('number') && !used.includes('digits')) {
    throw unusable('It contains neither {number} nor {digits}. Add one of them.');
  }
  switch (format) {
    case 'json':
      return jsonBody(template);
    case 'form':
      return formBody(template);
  }
}

function jsonBody(template: string): (values: WebhookValues) => string {
  let tree: Json;
  try {
    tree = JSON.parse(template) as Json;
  } catch {
    throw unusable('It is not JSON. Put placeholders inside quotation marks: "{code}".');
  }
  return (values) => JSON.stringify(filledTree(tree, values));
}

function filledTree(tree: Json, values: WebhookValues): Json {
  if (typeof tree === 'string') return filled(tree, values);
  if (typeof tree !== 'object' || tree === null) return tree;
  if (isList(tree)) return tree.map((item) => filledTree(item, values));
  return Object.fromEntries(Object.entries(tree).map(([key, item]) => [key, filledTree(item, values)]));
}

function isList(tree: Json): tree is readonly Json[] {
  return Array.isArray(tree);
}

function formBody(template: string): (values: WebhookValues) => string {
  const fields = [...new URLSearchParams(template)];
  return (values) =>
    new URLSearchParams(fields.map(([key, value]): [string, string] => [key, filled(value, values)])).toString();
}

function filled(text: string, values: WebhookValues): string {
  return text.replaceAll(placeholder, (_all, name: keyof WebhookValues) => values[name]);
}

function unusable(problem: string): SettingsFailure {
  return new SettingsFailure({ kind: 'webhook_body_unusable', problem });
}
