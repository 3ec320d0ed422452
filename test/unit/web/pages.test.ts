import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failurePage } from '../../../src/web/failure-page.js';
import { failureReasons } from '../../../src/web/failure-reason.js';
import { html, Html } from '../../../src/web/html.js';
import { catalogues, chooseLanguage } from '../../../src/web/languages.js';
import { confirmPage, provenPage, redirectPage } from '../../../src/web/validation-pages.js';

const hostile = `</title><script>alert('1')</script><img src=x onerror="alert(2)">&amp;\``;

describe('HTML from a template', () => {
  it('escapes its values', () => {
    expect(html`<p title="${hostile}">${hostile}</p>`.text).not.toMatch(/<script|<img|'|`|onerror="|&amp;/);
    expect(html`<p>${'<&>"\'`'}</p>`.text).toBe('<p>&#60;&#38;&#62;&#34;&#39;&#96;</p>');
  });

  it('keeps nested HTML unchanged', () => {
    const items = [html`<li>${'<'}</li>`, html`<li></li>`];
    expect(
      html`<ul>
        ${items}
      </ul>`.text.replaceAll(/\s/g, ''),
    ).toBe('<ul><li>&#60;</li><li></li></ul>');
    expect(html`<p>${new Html('<hr>')}</p>`.text).toBe('<p><hr></p>');
  });

  it('contains its values, and no additional tags', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = html`<b>${text}</b>`.text;
        expect(shown.match(/[<>]/g)).toHaveLength(4);
        const inner = shown.slice('<b>'.length, -'</b>'.length);
        expect(inner.replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))).toBe(text);
      }),
    );
  });
});

const names = { address: hostile, service: hostile, operator: hostile, requester: hostile };
const brand = { name: hostile, logoUrl: hostile };
const pages = {
  confirm: confirmPage('email', names, { action: hostile, fields: { [hostile]: hostile } }, 'identity', brand),
  'confirm a new password': confirmPage('email', names, { action: hostile, fields: {} }, 'password'),
  'confirm a new password, by phone': confirmPage('msisdn', names, { action: hostile, fields: {} }, 'password'),
  'confirm, of a phone': confirmPage('msisdn', names, { action: hostile, fields: {} }, 'account'),
  proven: provenPage('msisdn', undefined),
  'proven, leading on': provenPage('email', hostile, brand),
  redirect: redirectPage('email', hostile),
  ...Object.fromEntries(failureReasons.map((reason) => [`failure, ${reason}`, failurePage(400, reason, brand)])),
};
const languages = Object.keys(catalogues);
const all = Object.entries(pages).flatMap(([name, page]) => languages.map((language) => ({ name, page, language })));

describe.each(all)('the page: $name, in $language', ({ page: { css, page }, language }) => {
  it('is usable, and contains nothing hostile', () => {
    const { html: text, language: chosen } = page(language);
    expect(chosen).toBe(language);
    expect(text.replace(/^ *<header><img src="[^"<>]*" alt="" \/>/m, '')).not.toMatch(/<script|<img|onerror="/i);
    expect(text.match(/<h1>/g)).toHaveLength(1);
    expect(text.match(/<main>/g)).toHaveLength(1);
    expect(text).toContain(`<html lang="${language}">`);
    expect(text).toContain('<meta charset="utf-8"');
    expect(text).toContain('width=device-width');
    expect(text).toContain(`<style>${css}</style>`);
    const title = /<title>([^<]+)<\/title>/.exec(text)?.[1];
    expect(text).toContain(`<h1>${title}</h1>`);
  });

  it('shares no sentence with another language', () => {
    const sentences = (shownIn: string) =>
      new Set(
        page(shownIn)
          .html.replaceAll(/<style>[^<]*<\/style>|<[^>]*>/g, '\n')
          .split('\n')
          .map((line) => line.trim())
          // The name of the operator is the same in each language.
          .filter((line) => line !== '' && line !== html`${hostile}`.text),
      );
    const own = sentences(language);
    expect(own.size).toBeGreaterThan(1);
    for (const other of languages.filter((name) => name !== language)) {
      expect([...sentences(other)].filter((sentence) => own.has(sentence))).toEqual([]);
    }
  });
});

describe('the page that asks for a confirmation', () => {
  it.each(languages)('contains the masked address, the service and the user: %s', (language) => {
    const shown = confirmPage(
      'email',
      { address: 'a…@mail.test', service: 'id.example.test', operator: 'operator.test', requester: 'asking.test' },
      { action: 'confirm', fields: {} },
      'identity',
    ).page(language).html;
    for (const name of ['a…@mail.test', 'id.example.test', 'Matrix', 'operator.test', 'asking.test']) {
      expect(shown).toContain(name);
    }
  });
});

describe('the page after a validation', () => {
  it('contains what was validated', () => {
    expect(provenPage('email', undefined).page('en').html).toContain('Your e-mail address is confirmed');
    expect(provenPage('msisdn', undefined).page('en').html).toContain('Your phone number is confirmed');
  });

  it('continues automatically and by a link, or as a redirect', () => {
    const next = 'https://chat.test/?a=1;b=2&c#d';
    const shown = 'https://chat.test/?a=1;b=2&#38;c#d';
    expect(provenPage('email', next).page('en').html).toContain(`http-equiv="refresh" content="0; url=${shown}"`);
    expect(provenPage('email', next).page('en').html).toContain(`href="${shown}"`);
    expect(redirectPage('email', next)).toMatchObject({ status: 302, headers: { Location: next } });
  });
});

describe('the language of a page', () => {
  it.each([
    [null, 'en'],
    ['', 'en'],
    ['de', 'de'],
    ['de-AT, en;q=0.8', 'de'],
    ['DE', 'de'],
    ['en-GB, de;q=0.9', 'en'],
    ['en;q=0.2, de;q=0.9', 'de'],
    ['fr, de;q=0.5, en;q=0.1', 'de'],
    ['fr, ja;q=0.5', 'en'],
    ['*, de;q=0.5', 'en'],
    ['de;q=0', 'en'],
    ['de;q=0, *', 'en'],
    ['de ; q=0.7 , en ; q=0.8', 'en'],
    ['constructor, __proto__, de;q=0.1', 'de'],
    [';;;,,q=,de', 'de'],
    [`${'x,'.repeat(5_000)}de`, 'en'],
  ])('for %j is %s', (header, language) => {
    expect(chooseLanguage(header ?? undefined)).toBe(language);
  });

  it('is supported, for any header', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (header) => {
        expect(languages).toContain(chooseLanguage(header));
      }),
    );
  });
});
