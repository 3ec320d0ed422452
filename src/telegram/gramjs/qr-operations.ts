import { Api } from 'telegram';
import { systemClock } from '../../base/clock.js';
import { Secret } from '../../base/secret.js';
import { lifeOfToken, type EngineOperations, type ExportedToken } from '../engine-calls.js';
import { followMoves, orMoved } from '../moves.js';
import { unknownAnswer } from '../read-user.js';
import { orPasswordNeeded } from '../rpc-error.js';
import type { QuietClient } from './client.js';
import { readAuthorization } from './read-user.js';

/** The calls of a login by QR code (core.telegram.org/api/qr-login). */
export const qrOperations: Pick<EngineOperations<QuietClient>, 'exportLoginToken' | 'importLoginToken'> = {
  exportLoginToken(client) {
    const { apiId, apiHash } = client;
    const request = new Api.auth.ExportLoginToken({ apiId, apiHash, exceptIds: [] });
    return orPasswordNeeded(
      () => fetchHint(client),
      () => followMoves(client, () => outcomeOf(client, request)),
    );
  },

  importLoginToken(client, token) {
    const request = new Api.auth.ImportLoginToken({ token: Buffer.from(token.reveal(), 'base64url') });
    return orPasswordNeeded(
      () => fetchHint(client),
      () =>
        orMoved(client, async () => {
          const outcome = await outcomeOf(client, request);
          if (outcome.kind === 'authorized' || outcome.kind === 'password_needed') return outcome;
          throw unknownAnswer('auth.importLoginToken', outcome.kind);
        }),
    );
  },
};

/** Returns the hint of the cloud password, if it has one. */
export async function fetchHint(client: QuietClient): Promise<string | undefined> {
  return (await client.invoke(new Api.account.GetPassword())).hint;
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
    return { kind: 'token', token, lifeMs: lifeOfToken(result.expires, systemClock.now()) };
  }
  await client.moveTo(result.dcId);
  return { kind: 'accepted_elsewhere', token };
}
