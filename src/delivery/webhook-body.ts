import { SettingsFailure } from './settings-failure.js';

/** How the body of a request is written. */
export type WebhookFormat = 'json' | 'form';

/** What stands in place of `{number}`, `{digits}`, `{code}` and `{text}`. */
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

/** The body that is sent if the admin has written none. */
export const usualBodies: Readonly<Record<WebhookFormat, string>> = {
  json: '{"to":"{number}","code":"{code}","text":"{text}"}',
  form: 'to={number}&code={code}&text={text}',
};

/**
 * Reads the template of a body, in which `{number}`, `{digits}`, `{code}` and `{text}` stand inside
 * texts of the JSON or values of the form; whatever they become, it stays inside. Throws
 * SettingsFailure if it is none, or holds neither the code nor the text.
 */
export function readWebhookBody(format: WebhookFormat, template: string): (values: WebhookValues) => string {
  const used = [...template.matchAll(placeholder)].map(([, name = '']) => name);
  const unknown = used.find((name) => !names.includes(name));
  if (unknown !== undefined) throw unusable(`{${unknown}} is none of {number}, {digits}, {code} and {text}.`);
  if (!used.includes('code') && !used.includes('text')) throw unusable('It holds neither {code} nor {text}.');
  if (!used.includes('number') && !used.includes('digits')) throw unusable('It holds neither {number} nor {digits}.');
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
    throw unusable('It is not JSON. Placeholders stand inside quotation marks: "{code}".');
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
