import { Api } from 'telegram';
import { systemClock } from '../../base/clock.js';
import type { QuietClient } from './client.js';
import { followMoves, orMoved } from './moves.js';
import type { Calls, PlainLoginTokenResult, PlainSignInResult } from './protocol.js';
import { readAuthorization, unknownAnswer } from './read-user.js';
import { readRpcError } from './rpc-failure.js';

// If the lifetime of a token differs much from this, one of the two clocks is wrong.
const usualLifeMs = 30_000;
const shortestLifeMs = 1_000;
const longestLifeMs = 60_000;

type QrCalls = Pick<Calls, 'exportLoginToken' | 'importLoginToken'>;

/** The calls of a login by QR code (core.telegram.org/api/qr-login). */
export const qrOperations: {
  readonly [N in keyof QrCalls]: (client: QuietClient, args: QrCalls[N]['args']) => Promise<QrCalls[N]['result']>;
} = {
  exportLoginToken(client) {
    const { apiId, apiHash } = client;
    const request = new Api.auth.ExportLoginToken({ apiId, apiHash, exceptIds: [] });
    return orPasswordNeeded(client, () => followMoves(client, () => outcomeOf(client, request)));
  },

  importLoginToken(client, { token }) {
    const request = new Api.auth.ImportLoginToken({ token: Buffer.from(token, 'base64url') });
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
): Promise<T | Extract<PlainSignInResult, { kind: 'password_needed' }>> {
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
): Promise<PlainLoginTokenResult> {
  const result = await client.invokeOnce(request);
  if (result instanceof Api.auth.LoginTokenSuccess) {
    return { kind: 'authorized', user: readAuthorization(result.authorization) };
  }
  const token = result.token.toString('base64url');
  if (result instanceof Api.auth.LoginToken) {
    const lifeMs = 1000 * result.expires - systemClock.now();
    const isLikely = shortestLifeMs <= lifeMs && lifeMs <= longestLifeMs;
    return { kind: 'token', token, lifeMs: isLikely ? lifeMs : usualLifeMs };
  }
  await client.moveTo(result.dcId);
  return { kind: 'accepted_elsewhere', token };
}
