import { afterEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { systemClock } from '../../../src/base/clock.js';
import { Secret } from '../../../src/base/secret.js';
import { createMessenger } from '../../../src/delivery/create-messenger.js';
import { createTemplates } from '../../../src/delivery/templates.js';
import { createWebhookChannel, type WebhookDeps } from '../../../src/delivery/webhook.js';
import { readWebhookBody } from '../../../src/delivery/webhook-body.js';
import { startHttpListener, type HeardRequest } from '../../support/http-listener.js';
import { phoneValidation } from '../../support/messages.js';
import { createRecordingLogger } from '../../support/recording-logger.js';

const after: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of after.splice(0).reverse()) await undo();
});

interface Receiving {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

async function webhook({ status = 200, headers = {} }: Receiving, overrides: Partial<WebhookDeps> = {}) {
  const heard: HeardRequest[] = [];
  const listener = await startHttpListener((request, response) => {
    heard.push(request);
    response.writeHead(status, headers).end('whatever');
  });
  after.push(() => listener.stop());
  const logger = createRecordingLogger();
  const channel = createWebhookChannel({
    url: `${listener.url}/send?from=gangway`,
    format: 'json',
    templates: createTemplates({ service: 'id.example.test' }),
    ...overrides,
  });
  const messenger = createMessenger({ email: [], phone: [channel], clock: systemClock, logger });
  return { messenger, logger, heard };
}

const text = '123456 is your code for id.example.test. It is good for 10 minutes.';

describe('codes through a webhook', () => {
  it('posts number, code and text as JSON', async () => {
    const { messenger, heard } = await webhook({});
    await messenger.send(phoneValidation());
    expect(heard).toHaveLength(1);
    expect(heard[0]).toMatchObject({ method: 'POST', uri: '/send?from=gangway' });
    expect(heard[0]?.headers['content-type']).toBe('application/json');
    expect(JSON.parse(heard[0]?.body ?? '')).toEqual({ to: '+447700900123', code: '123456', text });
  });

  it('posts them as a form', async () => {
    const { messenger, heard } = await webhook({}, { format: 'form' });
    await messenger.send(phoneValidation());
    expect(heard[0]?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(Object.fromEntries(new URLSearchParams(heard[0]?.body))).toEqual({
      to: '+447700900123',
      code: '123456',
      text,
    });
  });

  it('posts the configured body', async () => {
    const body = '{"messages":[{"destinations":[{"to":"{digits}"}],"text":"Code: {code}","flash":false,"ttl":5}]}';
    const { messenger, heard } = await webhook({}, { body });
    await messenger.send(phoneValidation());
    expect(JSON.parse(heard[0]?.body ?? '')).toEqual({
      messages: [{ destinations: [{ to: '447700900123' }], text: 'Code: 123456', flash: false, ttl: 5 }],
    });
  });

  it('sends the configured headers, in place of its own', async () => {
    const headers = new Map<string, Secret>([
      ['X-Api-Key', new Secret('key of the tests')],
      ['content-type', new Secret('application/vnd.sms+json')],
    ]);
    const { messenger, heard } = await webhook({}, { headers, authorization: new Secret('Basic abc') });
    await messenger.send(phoneValidation());
    expect(heard[0]?.headers).toMatchObject({
      'x-api-key': 'key of the tests',
      'content-type': 'application/vnd.sms+json',
      authorization: 'Basic abc',
    });
  });

  it.each([200, 201, 202, 204])('treats %i as accepted', async (status) => {
    const { messenger } = await webhook({ status });
    await expect(messenger.send(phoneValidation())).resolves.toBeUndefined();
  });

  interface Row {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly details: object;
    readonly problem?: string;
  }

  it.each<[string, Row]>([
    ['400 to an unreachable address', { status: 400, details: { kind: 'address_unreachable' } }],
    ['422 to an unreachable address', { status: 422, details: { kind: 'address_unreachable' } }],
    ['429 to a pause of a minute', { status: 429, details: { kind: 'slow_down', retryAfterMs: 60_000 } }],
    [
      '429 with Retry-After to that pause',
      { status: 429, headers: { 'Retry-After': '7' }, details: { kind: 'slow_down', retryAfterMs: 7000 } },
    ],
    ['401 to refused credentials', { status: 401, details: { kind: 'channel_down' }, problem: 'credentials_refused' }],
    ['403 to refused credentials', { status: 403, details: { kind: 'channel_down' }, problem: 'credentials_refused' }],
    ['402 to a lack of credit', { status: 402, details: { kind: 'channel_down' }, problem: 'no_credit' }],
    ['404 to refused settings', { status: 404, details: { kind: 'channel_down' }, problem: 'settings_refused' }],
    [
      '307 to an unfit answer',
      { status: 307, headers: { Location: '/other' }, details: { kind: 'channel_down' }, problem: 'answer_unfit' },
    ],
    ['500 to a channel out of order', { status: 500, details: { kind: 'channel_down' }, problem: 'out_of_order' }],
    ['503 to a channel out of order', { status: 503, details: { kind: 'channel_down' }, problem: 'out_of_order' }],
  ])('maps %s', async (_, { status, headers, details, problem }) => {
    const { messenger, logger, heard } = await webhook({ status, ...(headers ? { headers } : {}) });
    await expect(messenger.send(phoneValidation())).rejects.toMatchObject({ details });
    expect(logger.lines.filter(({ level }) => level === 'error').map(({ fields }) => fields['problem'])).toEqual(
      problem === undefined ? [] : [problem],
    );
    expect(heard).toHaveLength(1);
  });

  it.each(['bad name', '', 'with:colon', 'Content-Length', 'connection'])('rejects the header %j', (name) => {
    const make = () =>
      createWebhookChannel({
        url: 'http://127.0.0.1:1',
        format: 'json',
        headers: new Map([[name, new Secret('x')]]),
        templates: createTemplates({ service: 'id.example.test' }),
      });
    expect(make).toThrow(expect.objectContaining({ details: { kind: 'webhook_header_unusable', name } }));
  });
});

describe('the body of a webhook', () => {
  it.each([
    { format: 'json', template: '{"to":"{number}","code":{code}}', problem: 'not JSON' },
    { format: 'json', template: 'to={number}&code={code}', problem: 'not JSON' },
    { format: 'json', template: '{"to":"{number}"}', problem: 'neither {code} nor {text}' },
    { format: 'form', template: 'code={code}', problem: 'neither {number} nor {digits}' },
    { format: 'form', template: 'to={nummer}&code={code}', problem: '{nummer}' },
  ] as const)('refuses $template as $format: $problem', ({ format, template, problem }) => {
    expect(() => readWebhookBody(format, template)).toThrow(
      expect.objectContaining({
        details: { kind: 'webhook_body_unusable', problem: expect.stringContaining(problem) },
      }),
    );
  });

  it('keeps every text in its position, for any content', () => {
    const json = readWebhookBody('json', '{"a":"{text}","b":["{number} {code}"]}');
    const form = readWebhookBody('form', 'a={text}&b={number}+{code}');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (anything) => {
        const values = { number: '+1', digits: '1', code: '2', text: anything };
        expect(JSON.parse(json(values))).toEqual({ a: anything, b: ['+1 2'] });
        expect([...new URLSearchParams(form(values))]).toEqual([
          ['a', anything],
          ['b', '+1 2'],
        ]);
      }),
    );
  });
});
