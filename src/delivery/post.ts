import { readCapped } from '../base/read-capped.js';
import { channelDown } from './channel.js';

/** A request to a provider. */
export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
  /** Called before the request is sent. */
  readonly handOver: () => void;
}

/** The reply of a provider. */
export interface PostAnswer {
  readonly status: number;
  /** How long the provider asks to wait, in milliseconds, or undefined. */
  readonly retryAfterMs: number | undefined;
  readonly text: string;
}

const maxAnswerBytes = 64 * 1024;

/**
 * Posts a request, and reads a reply of bounded size. Follows no redirect, because that would send
 * a secret elsewhere. Throws DeliveryFailure.
 */
export async function post({ url, headers, body, signal, handOver }: Post): Promise<PostAnswer> {
  handOver();
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'user-agent': 'Gangway', ...headers },
      body,
      redirect: 'manual',
      signal,
    });
    const { status } = response;
    if (status >= 300 && status < 400) {
      await response.body?.cancel();
      throw channelDown('answer_unfit', `status ${status}, a redirect`);
    }
    const text = await readCapped(response.body, maxAnswerBytes);
    if (text === undefined) {
      throw channelDown('answer_unfit', `status ${status}, a reply without an end`, { mayHaveSent: true });
    }
    return { status, retryAfterMs: retryAfterMs(response.headers.get('Retry-After')), text };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // The message of fetch for a failed connection. The reason is in its cause.
    const { cause } = error;
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'no reason given';
    throw channelDown('no_connection', reason, { cause: error, mayHaveSent: !isOfConnecting(reason) });
  }
}

/**
 * Returns whether an error occurred before the first byte of a request: name resolution,
 * connecting, certificates.
 */
function isOfConnecting(code: string): boolean {
  return (
    /^(?:ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|ENOTFOUND|EAI_[A-Z]+|UND_ERR_CONNECT_TIMEOUT)$/.test(
      code,
    ) || /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_|ERR_SSL_)/.test(code)
  );
}

function retryAfterMs(header: string | null): number | undefined {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : undefined;
}
