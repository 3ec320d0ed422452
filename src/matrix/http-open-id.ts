import { createHash } from 'node:crypto';
import type { Clock } from '../base/clock.js';
import { parseMxid, serverNameOf, type Mxid, type ServerName } from '../base/mxid.js';
import type { Secret } from '../base/secret.js';
import { WorkQueue } from '../base/work-queue.js';
import { SingleFlight } from '../base/single-flight.js';
import { readCapped } from '../base/read-capped.js';

/** Whose OpenID token a text is, or why that is not known. */
export type OpenIdVerdict =
  | { readonly kind: 'user'; readonly mxid: Mxid }
  /** Unknown on that server, or expired. */
  | { readonly kind: 'unknown' }
  /** The homeserver does not answer at the moment. */
  | { readonly kind: 'unavailable' };

export interface HttpOpenIdDeps {
  /**
   * Base URL of the homeserver, without a trailing slash; it must serve its federation API, or the
   * OpenID part of it, there too.
   */
  readonly address: string;
  /** Of the homeserver. Tokens of other servers are unknown. */
  readonly serverName: ServerName;
  readonly deadlineMs: number;
  readonly clock: Clock;
}

const maxAnswerBytes = 16 * 1024;
/**
 * How long a token that was good is not asked about again; clients send theirs with every request.
 */
const rememberMs = 60_000;
const maxRemembered = 10_000;
const queueBounds = { maxConcurrent: 20, maxWaiting: 100 };

/**
 * Asks the homeserver whose OpenID tokens are (server-server API, "OpenID", GET /openid/userinfo).
 */
export function createHttpOpenId({ address, serverName, deadlineMs, clock }: HttpOpenIdDeps) {
  const flights = new SingleFlight();
  const queue = new WorkQueue(queueBounds);
  // In the order of insertion, which is also the order of expiry.
  const known = new Map<string, { readonly mxid: Mxid; readonly until: number }>();

  async function ask(token: Secret): Promise<OpenIdVerdict> {
    const controller = new AbortController();
    const cancel = clock.after(deadlineMs, () => controller.abort());
    const { signal } = controller;
    try {
      return await queue.run(() => answerTo(token, signal), { signal });
    } catch {
      // What fetch throws may hold the address with the token in it.
      return { kind: 'unavailable' };
    } finally {
      cancel();
    }
  }

  async function answerTo(token: Secret, signal: AbortSignal): Promise<OpenIdVerdict> {
    const query = new URLSearchParams({ access_token: token.reveal() });
    const response = await fetch(`${address}/_matrix/federation/v1/openid/userinfo?${query.toString()}`, {
      headers: { Accept: 'application/json', 'User-Agent': 'Gangway' },
      redirect: 'manual',
      signal,
    });
    const text = await readCapped(response.body, maxAnswerBytes);
    if (response.status === 401 || response.status === 403) return { kind: 'unknown' };
    const mxid = response.status === 200 && text !== undefined ? subjectOf(text) : undefined;
    if (mxid === undefined) return { kind: 'unavailable' };
    // A server speaks for its own users only.
    return serverNameOf(mxid) === serverName ? { kind: 'user', mxid } : { kind: 'unknown' };
  }

  return async (token: Secret, server: ServerName): Promise<OpenIdVerdict> => {
    if (server !== serverName) return { kind: 'unknown' };
    const key = createHash('sha256').update(token.reveal()).digest('base64');
    const remembered = known.get(key);
    if (remembered && clock.now() < remembered.until) return { kind: 'user', mxid: remembered.mxid };
    known.delete(key);
    const askedAt = clock.now();
    const verdict = await flights.run(key, () => ask(token));
    if (verdict.kind === 'user') known.set(key, { mxid: verdict.mxid, until: askedAt + rememberMs });
    for (const oldest of known.keys()) {
      if (known.size <= maxRemembered) break;
      known.delete(oldest);
    }
    return verdict;
  };
}

function subjectOf(text: string): Mxid | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    const subject = typeof answer === 'object' && answer !== null && 'sub' in answer ? answer.sub : undefined;
    return typeof subject === 'string' ? parseMxid(subject) : undefined;
  } catch {
    return undefined;
  }
}
