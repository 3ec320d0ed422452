import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTelegramGatewayApi } from '../../../src/api/telegram-gateway/index.js';
import { Secret } from '../../../src/base/secret.js';
import { createTelegramGatewayChannel } from '../../../src/delivery/telegram-gateway.js';
import { createGatewayReports } from '../../../src/delivery/telegram-gateway-reports.js';
import { createFakeClock } from '../../support/fake-clock.js';
import { signature, startGatewayApi, type GatewayApi, type SentCode } from '../../support/gateway-api.js';
import { startServer, type TestServer } from '../../support/http-server.js';
import { phoneValidation } from '../../support/messages.js';
import { createRecordingLogger, type RecordingLogger } from '../../support/recording-logger.js';

const path = '/telegram-gateway/report';
const otherToken = 'AAEanother-token-of-the-tests';
const now = 1_700_000_000;

let api: GatewayApi;
let server: TestServer;
let logger: RecordingLogger;
let code: SentCode;

beforeEach(async () => {
  api = await startGatewayApi();
  logger = createRecordingLogger();
  const tokens = [new Secret(otherToken), new Secret(api.token)];
  const reports = createGatewayReports({ tokens, clock: createFakeClock(now * 1000), logger });
  server = await startServer([createTelegramGatewayApi({ path, reports })]);
  const callbackUrl = `http://127.0.0.1:${server.port}${path}`;
  const channel = createTelegramGatewayChannel({ token: new Secret(api.token), address: api.url, callbackUrl });
  await channel.send(phoneValidation(), new AbortController().signal, () => undefined);
  code = await api.next('+447700900123');
});

afterEach(async () => {
  await server.stop(1000);
  await api.stop();
});

const noted = 'telegram gateway report';

async function post(body: string, headers: Record<string, string>) {
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method: 'POST', headers, body });
  return { status: response.status, body: await response.json() };
}

describe('reports of the Telegram Gateway', () => {
  it('are accepted and logged, with the number masked', async () => {
    const response = await api.report(code, { delivery: 'delivered', at: now });
    expect(response.status).toBe(200);
    const { fields } = await logger.line(noted);
    expect(JSON.parse(JSON.stringify(fields))).toEqual({
      request: 'request-1',
      to: '+…23',
      delivery: 'delivered',
      cost: 0.01,
      balance: 12.34,
    });
  });

  it('are accepted under any of the tokens', async () => {
    expect((await api.report(code, { delivery: 'read', at: now, token: otherToken })).status).toBe(200);
  });

  it('are rejected under an unknown token', async () => {
    const response = await api.report(code, { delivery: 'read', at: now, token: 'AAEsomebody-elses' });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ errcode: 'signature_wrong' });
    expect(logger.lines).toEqual([]);
  });

  it.each([
    { age: 299, status: 200 },
    { age: -299, status: 200 },
    { age: 301, status: 403 },
    { age: -301, status: 403 },
  ])('of $age seconds ago are answered with $status', async ({ age, status }) => {
    expect((await api.report(code, { delivery: 'read', at: now - age })).status).toBe(status);
  });

  it.each([
    { what: 'no signature', headers: { 'X-Request-Timestamp': String(now) } },
    { what: 'no time', headers: { 'X-Request-Signature': signature('AAEgw-token-of-the-tests', String(now), '{}') } },
    { what: 'a short signature', headers: { 'X-Request-Timestamp': String(now), 'X-Request-Signature': 'ab' } },
    {
      what: 'a signature over another time',
      headers: {
        'X-Request-Timestamp': String(now + 1),
        'X-Request-Signature': signature('AAEgw-token-of-the-tests', String(now), '{}'),
      },
    },
    {
      what: 'a signature over another body',
      headers: {
        'X-Request-Timestamp': String(now),
        'X-Request-Signature': signature('AAEgw-token-of-the-tests', String(now), '{ }'),
      },
    },
  ])('with $what are rejected', async ({ headers }) => {
    expect(await post('{}', headers as Record<string, string>)).toMatchObject({
      status: 401,
      body: { errcode: 'signature_wrong' },
    });
  });

  it('with an invalid time are rejected though they are signed', async () => {
    const headers = { 'X-Request-Timestamp': 'soon', 'X-Request-Signature': signature(api.token, 'soon', '{}') };
    expect(await post('{}', headers)).toMatchObject({ status: 403, body: { errcode: 'report_stale' } });
  });

  it.each(['{}', 'no JSON', '{"request_id":1,"phone_number":"x"}'])(
    'of an unknown format are accepted, so that they are not repeated: %s',
    async (body) => {
      const timestamp = String(now);
      const headers = {
        'X-Request-Timestamp': timestamp,
        'X-Request-Signature': signature(api.token, timestamp, body).toUpperCase(),
      };
      expect(await post(body, headers)).toEqual({ status: 200, body: {} });
      await logger.line('telegram gateway report unknown');
    },
  );

  it('are not accepted by GET', async () => {
    expect((await fetch(`http://127.0.0.1:${server.port}${path}`)).status).toBe(405);
  });
});
