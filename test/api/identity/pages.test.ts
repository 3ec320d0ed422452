import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { DatabaseFailure } from '../../../src/database/failure.js';
import { lastLink, startIdentityApi, type IdentityApi, type IdentityReply } from '../../support/identity-api.js';
import { breakable } from './breakable.js';
import { ofToken } from './faults.js';
import { testPages } from '../../support/test-pages.js';

let api: IdentityApi;

afterEach(() => api.close());

const v1 = '/_matrix/identity/api/v1';
const prefixes = [v1, '/_matrix/identity/v2'];
const query = 'sid=1234&client_secret=secret&token=token';
const asForm = { 'content-type': 'application/x-www-form-urlencoded' };

async function askForMail(
  nextLink?: string,
): Promise<{ readonly path: string; readonly form: string; readonly proven: string }> {
  const wish = { email: 'alice@mail.test', client_secret: 'secret', send_attempt: 1, next_link: nextLink };
  const { json } = await api.call('POST', `${v1}/validate/email/requestToken`, wish);
  const { pathname, search } = lastLink(api.messenger);
  const proven = `${v1}/3pid/getValidated3pid?sid=${String(json['sid'])}&client_secret=secret`;
  return { path: `${pathname}${search}`, form: search.slice(1), proven };
}

const press = (form: string, prefix = v1) =>
  api.send({ method: 'POST', path: `${prefix}/validate/email/submitToken/confirm`, headers: asForm, body: form });

function expectPage({ headers, text }: IdentityReply): void {
  const style = /<style>([^<]*)<\/style>/.exec(text)?.[1] ?? '';
  const hash = createHash('sha256').update(style).digest('base64');
  expect(headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  });
  expect(text).toMatch(/^<!doctype html>/);
  expect(text).toContain('<html lang="en">');
  expect(text).toContain('name="viewport"');
  expect(text).not.toMatch(/<script|javascript:|style=|src=/i);
}

describe('the page behind the link', () => {
  it.each(prefixes)('contains the request, a button, and no external resources: %s', async (prefix) => {
    api = await startIdentityApi();
    const { form } = await askForMail();
    const reply = await api.send({ method: 'GET', path: `${prefix}/validate/email/submitToken?${form}` });
    expect(reply.status).toBe(200);
    expectPage(reply);
    expect(reply.text).toContain('<form method="post" action="submitToken/confirm">');
    expect(reply.text).toContain('<button type="submit">');
    for (const name of ['a…@mail.test', testPages.service, testPages.operator]) expect(reply.text).toContain(name);
    expect(reply.text).not.toContain('alice@');
  });

  it('uses the language that the browser prefers', async () => {
    api = await startIdentityApi();
    const { path } = await askForMail();
    const reply = await api.send({ method: 'GET', path, headers: { 'accept-language': 'de-AT,de;q=0.9,en;q=0.8' } });
    expect(reply).toMatchObject({ status: 200, headers: { 'content-language': 'de', vary: 'Accept-Language' } });
    expect(reply.text).toContain('<html lang="de">');
    expect(reply.text).toContain('Bestätigen</button>');
    const dead = await api.send({ method: 'GET', path: `${path}x`, headers: { 'accept-language': 'de' } });
    expect(dead.text).toContain('<h1>Dieser Link funktioniert nicht</h1>');
  });

  it.each<[string, (path: string) => string | Promise<string>]>([
    ['another token', (path) => path.replace(/token=\w+/, 'token=wrong')],
    ['another session', (path) => path.replace(/sid=\w+/, 'sid=other')],
    ['another secret', (path) => path.replace(/client_secret=\w+/, 'client_secret=other')],
    ['another medium', (path) => path.replace('/email/', '/msisdn/')],
    ['no token', (path) => path.replace(/token=\w+&/, '')],
  ])('has no button if the link is invalid: %s', async (_, spoiled) => {
    api = await startIdentityApi();
    const { path, proven } = await askForMail();
    const reply = await api.send({ method: 'GET', path: await spoiled(path) });
    expect(reply.status).toBe(400);
    expectPage(reply);
    expect(reply.text).toContain('<h1>This link does not work</h1>');
    expect(reply.text).not.toContain('<form');
    expect((await api.call('GET', proven)).json).toMatchObject({ errcode: 'M_SESSION_NOT_VALIDATED' });
  });

  it('has no button if the link has expired', async () => {
    api = await startIdentityApi();
    const { path } = await askForMail();
    await api.clock.advance(2 * 86_400_000);
    const reply = await api.send({ method: 'GET', path });
    expect(reply.text).toContain('<h1>This link has expired</h1>');
    expect(reply.text).not.toContain('<form');
  });

  it('answers HEAD as it answers GET, and validates nothing', async () => {
    api = await startIdentityApi();
    const { path, proven } = await askForMail();
    expect(await api.send({ method: 'HEAD', path })).toMatchObject({ status: 200, text: '' });
    expect((await api.call('GET', proven)).json).toMatchObject({ errcode: 'M_SESSION_NOT_VALIDATED' });
  });
});

describe('its button', () => {
  it.each(prefixes)('leads to a page without scripts, which describes the next step: %s', async (prefix) => {
    api = await startIdentityApi();
    const reply = await api.send({ method: 'GET', path: `${prefix}/validate/email/submitToken/confirm?${query}` });
    expect(reply).toMatchObject({ status: 405, headers: { allow: 'POST' } });
    expectPage(reply);
    const other = await api.send({ method: 'PUT', path: `${prefix}/validate/email/submitToken` });
    expect(other).toMatchObject({ status: 405, headers: { 'content-type': expect.stringContaining('json') } });
  });

  it.each(prefixes)('validates the 3PID, and can be repeated: %s', async (prefix) => {
    api = await startIdentityApi();
    const { form, proven } = await askForMail();
    for (const _ of [1, 2]) {
      const reply = await press(form, prefix);
      expect(reply.status).toBe(200);
      expectPage(reply);
      expect(reply.text).toContain('Your e-mail address is confirmed');
      expect(reply.text).not.toContain('http-equiv="refresh"');
    }
    expect((await api.call('GET', proven)).status).toBe(200);
  });

  it('continues from the page: form-action would block a redirect in some browsers', async () => {
    api = await startIdentityApi();
    const { form } = await askForMail(`https://chat.test/?a=1&b="><script>#/next`);
    const reply = await press(form);
    expect(reply.status).toBe(200);
    expect(reply.headers).not.toHaveProperty('location');
    expectPage(reply);
    const target = /<meta http-equiv="refresh" content="0; url=([^"]+)"/.exec(reply.text)?.[1];
    expect(target).toMatch(/^https:\/\/chat\.test\/\?a=1&#38;b=%22%3E%3Cscript%3E&#38;sid=\w+#\/next$/);
    expect(reply.text).toContain(`<a class="next" href="${target}">Continue</a>`);
  });
});

describe('a link that validates when it is opened', () => {
  const start = () =>
    startIdentityApi({ change: (deps) => ({ ...deps, pages: { ...testPages, confirmClick: false } }) });

  it('shows the result', async () => {
    api = await start();
    const { path, proven } = await askForMail();
    const reply = await api.send({ method: 'GET', path });
    expect(reply.status).toBe(200);
    expectPage(reply);
    expect((await api.call('GET', proven)).status).toBe(200);
  });

  it('leads to the next link', async () => {
    api = await start();
    const { path } = await askForMail('https://chat.test/#/next');
    const reply = await api.send({ method: 'GET', path });
    expect(reply.status).toBe(302);
    expectPage(reply);
    expect(reply.headers['location']).toMatch(/^https:\/\/chat\.test\/\?sid=\w+#\/next$/);
  });

  it('never leads to a URL in its own query', async () => {
    api = await start();
    const { path } = await askForMail();
    const reply = await api.send({
      method: 'GET',
      path: `${path}&next_link=https%3A%2F%2Fevil.test&nextLink=https%3A%2F%2Fevil.test`,
    });
    expect(reply.status).toBe(200);
    expect(reply.text).not.toContain('evil');
  });
});

describe('a failure', () => {
  const words: Readonly<Record<string, string>> = {
    token_wrong: 'This link does not work',
    session_unknown: 'This link does not work',
    client_secret_invalid: 'This link does not work',
    session_expired: 'This link has expired',
    too_many_guesses: 'Too many attempts',
    'too_many_guesses without a wait': 'Too many attempts',
    rate_limited: 'Too many attempts',
  };

  it.each(ofToken(400))('is described in plain words: $title', async ({ title, failure, status, json }) => {
    const { change, fail } = breakable();
    api = await startIdentityApi({
      change: (deps) => change({ ...deps, pages: { ...testPages, confirmClick: false } }),
    });
    fail(failure);
    for (const prefix of prefixes) {
      const opened = await api.send({ method: 'GET', path: `${prefix}/validate/email/submitToken?${query}` });
      for (const reply of [opened, await press(query, prefix)]) {
        expect(reply.status).toBe(status);
        expectPage(reply);
        expect(reply.text).toContain(`<h1>${words[title] ?? '?'}</h1>`);
        expect(reply.text).not.toContain('M_');
        expect(reply.headers['retry-after']).toBe('retry_after_ms' in json ? '2' : undefined);
      }
    }
  });

  it.each<[string, number, Error]>([
    ['a defect', 500, new Error('hunter2')],
    ['an unavailable database', 503, new DatabaseFailure({ kind: 'unreachable', server: 'db.example.test' })],
  ])('is shown as an error of the server: %s', async (_title, status, error) => {
    const { change, fail } = breakable();
    api = await startIdentityApi({ change });
    fail(error);
    const reply = await press(query);
    expect(reply.status).toBe(status);
    expectPage(reply);
    expect(reply.text).toContain('<h1>Something went wrong</h1>');
    expect(reply.text).not.toMatch(/hunter2|db\.example/);
  });

  it.each<[string, string, number]>([
    ['a link without its end', 'GET', 400],
    ['a form without its fields', 'POST', 400],
  ])('may be %s', async (_title, method, status) => {
    api = await startIdentityApi();
    const path = `${v1}/validate/email/submitToken${method === 'GET' ? '?sid=1' : '/confirm'}`;
    const reply = await api.send({ method, path });
    expect(reply.status).toBe(status);
    expectPage(reply);
    expect(reply.text).toContain('<h1>This link does not work</h1>');
  });

  it('may be a form that is too large, or compressed', async () => {
    api = await startIdentityApi();
    const tooLarge = await press(`sid=${'x'.repeat(1024 * 1024)}`);
    expect(tooLarge.status).toBe(413);
    expectPage(tooLarge);
    const path = `${v1}/validate/email/submitToken/confirm`;
    const packed = await api.send({
      method: 'POST',
      path,
      headers: { ...asForm, 'content-encoding': 'gzip' },
      body: query,
    });
    expect(packed.status).toBe(415);
    expectPage(packed);
  });
});

describe('the log', () => {
  it('contains nothing of a link', async () => {
    api = await startIdentityApi();
    const { path, form } = await askForMail();
    await api.send({ method: 'GET', path });
    await press(form);
    const token = api.messenger.tokens()[0] ?? '?';
    const text = JSON.stringify(api.log.lines);
    expect(text).toContain('submitToken/confirm');
    expect(text).not.toContain(token);
    expect(text).not.toContain('client_secret');
  });
});
