import { readCapped } from '../base/read-capped.js';
import { channelDown } from './channel.js';

/** A request to a provider of the admin's choice. */
export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
  /** Called before anything goes out. */
  readonly handOver: () => void;
}

/** What a provider answered. */
export interface PostAnswer {
  readonly status: number;
  /** How long it asks us to wait, in milliseconds, or undefined if it does not say. */
  readonly retryAfterMs: number | undefined;
  readonly text: string;
}

const maxAnswerBytes = 64 * 1024;

/**
 * Posts, and reads an answer of bounded size; follows no redirect, because that would take a secret
 * elsewhere. Throws DeliveryFailure.
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
      throw channelDown('answer_unfit', `status ${status}, and no end to it`, { mayHaveSent: true });
    }
    return { status, retryAfterMs: retryAfterMs(response.headers.get('Retry-After')), text };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // What fetch says of a connection that failed; the reason is below it.
    const { cause } = error;
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'no reason given';
    throw channelDown('no_connection', reason, { cause: error, mayHaveSent: !isOfConnecting(reason) });
  }
}

/**
 * Returns whether an error is one from before the first byte of a request: of names, of connecting,
 * of certificates.
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
