import { createHash, createHmac } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { answerJson, startHttpListener, type HeardRequest } from './http-listener.js';

/** A code that the stand-in has accepted. */
export interface SentCode {
  readonly requestId: string;
  readonly phoneNumber: string;
  readonly code: string;
  readonly ttl: number;
  readonly senderUsername: string | undefined;
  readonly callbackUrl: string | undefined;
}

/** The fields of Telegram's report. */
export interface ReportOptions {
  readonly delivery: 'sent' | 'delivered' | 'read' | 'expired' | 'revoked';
  /** Seconds since 1970. */
  readonly at: number;
  /** The signing token; the stand-in's own by default. */
  readonly token?: string;
}

/** A stand-in for Telegram's Gateway API, which validates its requests. */
export interface GatewayApi {
  readonly url: string;
  readonly token: string;
  /** All accepted codes so far. */
  readonly sent: readonly SentCode[];
  /** All requests so far, whether accepted or not. */
  readonly asked: readonly HeardRequest[];
  /** Resolves with the `count`th code for a number, or immediately if it is already here. */
  next(phoneNumber: string, count?: number): Promise<SentCode>;
  /** Reports the delivery status of a code to its callback URL. */
  report(sent: SentCode, options: ReportOptions): Promise<Response>;
  stop(): Promise<void>;
}

/** The stand-in's errors for numbers, by their last three digits. */
const trouble: Readonly<Record<string, string>> = {
  '400': 'PHONE_NUMBER_INVALID',
  '402': 'BALANCE_NOT_ENOUGH',
  '404': 'PHONE_NUMBER_NOT_FOUND',
  '410': 'PHONE_NUMBER_NOT_AVAILABLE',
  '429': 'FLOOD_WAIT_17',
  '499': 'SOMETHING_NEW',
};

const parameters = ['phone_number', 'code', 'ttl', 'sender_username', 'callback_url'];

/**
 * Starts the stand-in. The caller stops it. It knows one method, one token, and the sender
 * `gangway_test`. Numbers that end in 400, 402, 404, 410, 429 and 499 get an error, 418 no answer
 * at all, 302 a redirect, 500 a page, and 413 an endless answer.
 */
export async function startGatewayApi(token = 'AAEgw-token-of-the-tests'): Promise<GatewayApi> {
  const sent: SentCode[] = [];
  const asked: HeardRequest[] = [];
  const look = new Set<() => void>();

  const take = (request: HeardRequest, response: ServerResponse) => {
    asked.push(request);
    if (request.method !== 'POST' || request.uri !== '/sendVerificationMessage') {
      return answerJson(response, 404, { ok: false, error: 'UNKNOWN_METHOD' });
    }
    if (request.headers.authorization !== `Bearer ${token}`) {
      return answerJson(response, 401, { ok: false, error: 'ACCESS_TOKEN_INVALID' });
    }
    const given = JSON.parse(request.body) as Record<string, unknown>;
    const error = errorOf(given) ?? trouble[String(given['phone_number']).slice(-3)];
    if (error !== undefined) return answerJson(response, 200, { ok: false, error });
    if (misbehave(String(given['phone_number']).slice(-3), response)) return;
    const code: SentCode = {
      requestId: `request-${sent.length + 1}`,
      phoneNumber: String(given['phone_number']),
      code: String(given['code']),
      ttl: Number(given['ttl']),
      senderUsername: given['sender_username'] as string | undefined,
      callbackUrl: given['callback_url'] as string | undefined,
    };
    sent.push(code);
    for (const tell of look) tell();
    answerJson(response, 200, { ok: true, result: statusOf(code) });
  };
  const listener = await startHttpListener(take);

  return {
    url: listener.url,
    token,
    sent,
    asked,
    next: (phoneNumber, count = 1) =>
      new Promise((resolve) => {
        const tell = () => {
          const found = sent.filter((code) => code.phoneNumber === phoneNumber)[count - 1];
          if (found === undefined) return;
          look.delete(tell);
          resolve(found);
        };
        look.add(tell);
        tell();
      }),
    report(code, { delivery, at, token: signedWith = token }) {
      if (code.callbackUrl === undefined) throw new Error('no report was requested');
      const body = JSON.stringify({ ...statusOf(code), delivery_status: { status: delivery, updated_at: at } });
      return fetch(code.callbackUrl, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          'X-Request-Timestamp': String(at),
          'X-Request-Signature': signature(signedWith, String(at), body),
        },
        body,
      });
    },
    stop: () => listener.stop(),
  };
}

/** The signature of a report, as Telegram computes it. */
export function signature(token: string, timestamp: string, body: string): string {
  const key = createHash('sha256').update(token).digest();
  return createHmac('sha256', key).update(`${timestamp}\n${body}`).digest('hex');
}

function errorOf(given: Readonly<Record<string, unknown>>): string | undefined {
  const { phone_number: number, code, ttl, sender_username: sender, callback_url: callback } = given;
  if (Object.keys(given).some((name) => !parameters.includes(name))) return 'PARAMETER_UNKNOWN';
  if (typeof number !== 'string' || !/^\+[1-9]\d{6,14}$/.test(number)) return 'PHONE_NUMBER_INVALID';
  if (typeof code !== 'string' || !/^\d{4,8}$/.test(code)) return 'CODE_INVALID';
  if (typeof ttl !== 'number' || !Number.isInteger(ttl) || ttl < 30 || ttl > 3600) return 'TTL_INVALID';
  if (sender !== undefined && sender !== 'gangway_test') return 'SENDER_NOT_VERIFIED';
  const isUrl = typeof callback === 'string' && URL.canParse(callback) && Buffer.byteLength(callback) <= 256;
  return callback === undefined || isUrl ? undefined : 'CALLBACK_URL_INVALID';
}

function misbehave(ending: string, response: ServerResponse): boolean {
  switch (ending) {
    case '418':
      return true;
    case '302':
      response.writeHead(302, { Location: '/elsewhere' }).end();
      return true;
    case '500':
      response.writeHead(500, { 'Content-Type': 'text/html' }).end('<h1>Oh dear</h1>');
      return true;
    case '413': {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      const pour = () => {
        while (!response.destroyed && response.write(' '.repeat(65_536)));
      };
      response.on('drain', pour);
      pour();
      return true;
    }
    default:
      return false;
  }
}

function statusOf({ requestId, phoneNumber }: SentCode): Readonly<Record<string, unknown>> {
  return { request_id: requestId, phone_number: phoneNumber, request_cost: 0.01, remaining_balance: 12.34 };
}
