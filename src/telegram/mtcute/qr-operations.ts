import type { tl } from '@mtcute/core';
import { systemClock } from '../../base/clock.js';
import { Secret } from '../../base/secret.js';
import { lifeOfToken, type EngineCalls, type EngineOperations, type ExportedToken } from '../engine-calls.js';
import { followMoves, orMoved } from '../moves.js';
import { unknownAnswer } from '../read-user.js';
import { orPasswordNeeded } from '../rpc-error.js';
import type { Client } from './client.js';
import type { LiveSession } from './live-session.js';
import { readAuthorization } from './read-user.js';

/** The calls of a login by QR code (core.telegram.org/api/qr-login). */
export const qrOperations: Pick<EngineOperations<Client>, keyof EngineCalls & `${string}LoginToken`> = {
  exportLoginToken({ session, apiId, apiHash }) {
    session.receiveUpdates();
    const request: tl.auth.RawExportLoginTokenRequest = { _: 'auth.exportLoginToken', apiId, apiHash, exceptIds: [] };
    return orPasswordNeeded(
      () => fetchHint(session),
      () => followMoves(session, () => outcomeOf(session, request)),
    );
  },

  importLoginToken({ session }, token) {
    const request = { _: 'auth.importLoginToken', token: Buffer.from(token.reveal(), 'base64url') } as const;
    return orPasswordNeeded(
      () => fetchHint(session),
      () =>
        orMoved(session, async () => {
          const outcome = await outcomeOf(session, request);
          if (outcome.kind === 'authorized' || outcome.kind === 'password_needed') return outcome;
          throw unknownAnswer('auth.importLoginToken', outcome.kind);
        }),
    );
  },
};

/** Returns the hint of the cloud password, if it has one. */
export async function fetchHint(session: LiveSession): Promise<string | undefined> {
  return (await session.query({ _: 'account.getPassword' })).hint;
}

async function outcomeOf(
  session: LiveSession,
  request: tl.auth.RawExportLoginTokenRequest | tl.auth.RawImportLoginTokenRequest,
): Promise<ExportedToken> {
  const result = await session.invoke(request);
  if (result._ === 'auth.loginTokenSuccess') {
    return { kind: 'authorized', user: readAuthorization(result.authorization) };
  }
  const token = new Secret(Buffer.from(result.token).toString('base64url'));
  if (result._ === 'auth.loginToken') {
    return { kind: 'token', token, lifeMs: lifeOfToken(result.expires, systemClock.now()) };
  }
  await session.moveTo(result.dcId);
  return { kind: 'accepted_elsewhere', token };
}
