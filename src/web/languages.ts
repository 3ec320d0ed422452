import { de as siteDe } from './site/de.js';
import { en as siteEn } from './site/en.js';
import { de } from './texts/de.js';
import { en } from './texts/en.js';
import type { Texts } from './texts/page-texts.js';

/** The texts of each language; the first one is used if none of them is accepted. */
export const catalogues = {
  en: { ...en, site: siteEn },
  de: { ...de, site: siteDe },
} as const satisfies Readonly<Record<string, Texts>>;

/** A language of the pages, as BCP 47 names it. */
export type Language = keyof typeof catalogues;

const maxHeaderLength = 1_000;

/**
 * Returns the language that an Accept-Language header prefers among ours (RFC 9110, 12.5.4),
 * English if it names none of them.
 */
export function chooseLanguage(acceptLanguage: string | undefined): Language {
  const ranges = (acceptLanguage ?? '').slice(0, maxHeaderLength).split(',').map(readRange);
  const accepted = ranges.filter(({ weight }) => weight > 0).toSorted((one, other) => other.weight - one.weight);
  for (const { language } of accepted) {
    if (language === '*') break;
    if (isLanguage(language)) return language;
  }
  return 'en';
}

function readRange(text: string): { readonly language: string; readonly weight: number } {
  const [range = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.map((parameter) => /^q\s*=\s*([01](?:\.\d{0,3})?)$/.exec(parameter)?.[1]).find(Boolean);
  return { language: range.split('-')[0] ?? '', weight: weight === undefined ? 1 : Number(weight) };
}

function isLanguage(text: string): text is Language {
  return Object.hasOwn(catalogues, text);
}
