import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failurePage } from '../../../src/web/failure-page.js';
import { html, Html } from '../../../src/web/html.js';
import { confirmPage, provenPage, redirectPage } from '../../../src/web/validation-pages.js';

const hostile = `</title><script>alert('1')</script><img src=x onerror="alert(2)">&amp;\``;

describe('HTML from a template', () => {
  it('escapes whatever is put in', () => {
    expect(html`<p title="${hostile}">${hostile}</p>`.text).not.toMatch(/<script|<img|'|`|onerror="|&amp;/);
    expect(html`<p>${'<&>"\'`'}</p>`.text).toBe('<p>&#60;&#38;&#62;&#34;&#39;&#96;</p>');
  });

  it('leaves other pieces as they are', () => {
    const items = [html`<li>${'<'}</li>`, html`<li></li>`];
    expect(
      html`<ul>
        ${items}
      </ul>`.text.replaceAll(/\s/g, ''),
    ).toBe('<ul><li>&#60;</li><li></li></ul>');
    expect(html`<p>${new Html('<hr>')}</p>`.text).toBe('<p><hr></p>');
  });

  it('says what was put in, and has no more tags for it', () => {
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

const pages = {
  confirm: confirmPage('email', { action: hostile, fields: { [hostile]: hostile } }, 'identity'),
  'confirm a new password': confirmPage('email', { action: hostile, fields: { [hostile]: hostile } }, 'password'),
  proven: provenPage('msisdn', undefined),
  'proven, leading on': provenPage('email', hostile),
  redirect: redirectPage('email', hostile),
  failure: failurePage(400, 'unfit'),
};

describe.each(Object.entries(pages))('the page: %s', (_name, page) => {
  it('is one that people can use, and holds nothing hostile', () => {
    const { html: text, css } = page;
    expect(text).not.toMatch(/<script|<img|onerror="/i);
    expect(text.match(/<h1>/g)).toHaveLength(1);
    expect(text.match(/<main>/g)).toHaveLength(1);
    expect(text).toMatch(/<html lang="en">/);
    expect(text).toContain('<meta charset="utf-8"');
    expect(text).toContain('width=device-width');
    expect(text).toContain(`<style>${css}</style>`);
    const title = /<title>([^<]+)<\/title>/.exec(text)?.[1];
    expect(text).toContain(`<h1>${title}</h1>`);
  });
});

describe('the page after a proof', () => {
  it('names what is proven', () => {
    expect(provenPage('email', undefined).html).toContain('Your e-mail address is confirmed');
    expect(provenPage('msisdn', undefined).html).toContain('Your phone number is confirmed');
  });

  it('leads on by itself and by a link, or as a redirect', () => {
    const next = 'https://chat.test/?a=1;b=2&c#d';
    const shown = 'https://chat.test/?a=1;b=2&#38;c#d';
    expect(provenPage('email', next).html).toContain(`http-equiv="refresh" content="0; url=${shown}"`);
    expect(provenPage('email', next).html).toContain(`href="${shown}"`);
    expect(redirectPage('email', next)).toMatchObject({ status: 302, headers: { Location: next } });
  });
});
