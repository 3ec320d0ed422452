import { Api } from 'telegram';
import { systemClock } from '../../base/clock.js';
import { Secret } from '../../base/secret.js';
import type { LoginTokenResult, SignInResult } from '../gateway.js';
import type { QuietClient } from './client.js';
import { followMoves, orMoved, type Moved } from '../moves.js';
import { readAuthorization, unknownAnswer } from './read-user.js';
import { readRpcError } from './rpc-failure.js';

// If the lifetime of a token differs much from this, one of the two clocks is wrong.
const usualLifeMs = 30_000;
const shortestLifeMs = 1_000;
const maxLifeMs = 60_000;

/**
 * The result of requesting a QR code. `lifeMs` is how long the token stays valid from now on, since
 * only the main thread has the clock of the gateway.
 */
type ExportedToken =
  | { readonly kind: 'token'; readonly token: Secret; readonly lifeMs: number }
  | Exclude<LoginTokenResult, { readonly kind: 'token' }>;

/** The calls of a login by QR code (core.telegram.org/api/qr-login). */
export const qrOperations = {
  exportLoginToken(client: QuietClient): Promise<ExportedToken> {
    const { apiId, apiHash } = client;
    const request = new Api.auth.ExportLoginToken({ apiId, apiHash, exceptIds: [] });
    return orPasswordNeeded(client, () => followMoves(client, () => outcomeOf(client, request)));
  },

  importLoginToken(client: QuietClient, token: Secret): Promise<SignInResult | Moved> {
    const request = new Api.auth.ImportLoginToken({ token: Buffer.from(token.reveal(), 'base64url') });
    return orPasswordNeeded(client, () =>
      orMoved(client, async () => {
        const outcome = await outcomeOf(client, request);
        if (outcome.kind === 'authorized' || outcome.kind === 'password_needed') return outcome;
        throw unknownAnswer('auth.importLoginToken', outcome.kind);
      }),
    );
  },
};

/** Returns the result of `work`, or that the cloud password is required too. */
export async function orPasswordNeeded<T>(
  client: QuietClient,
  work: () => Promise<T>,
): Promise<T | Extract<SignInResult, { kind: 'password_needed' }>> {
  try {
    return await work();
  } catch (error) {
    if (readRpcError(error)?.name !== 'SESSION_PASSWORD_NEEDED') throw error;
  }
  const password = await client.invoke(new Api.account.GetPassword());
  return { kind: 'password_needed', hint: password.hint ?? null };
}

async function outcomeOf(
  client: QuietClient,
  request: Api.auth.ExportLoginToken | Api.auth.ImportLoginToken,
): Promise<ExportedToken> {
  const result = await client.invokeOnce(request);
  if (result instanceof Api.auth.LoginTokenSuccess) {
    return { kind: 'authorized', user: readAuthorization(result.authorization) };
  }
  const token = new Secret(result.token.toString('base64url'));
  if (result instanceof Api.auth.LoginToken) {
    const lifeMs = 1000 * result.expires - systemClock.now();
    const isLikely = shortestLifeMs <= lifeMs && lifeMs <= maxLifeMs;
    return { kind: 'token', token, lifeMs: isLikely ? lifeMs : usualLifeMs };
  }
  await client.moveTo(result.dcId);
  return { kind: 'accepted_elsewhere', token };
}
