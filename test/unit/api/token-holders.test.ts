import { expect, it } from 'vitest';
import { AccountFailure, type AccountFailureDetails } from '../../../src/accounts/failure.js';
import { createTokenHolders } from '../../../src/api/token-holders.js';
import type { Mxid } from '../../../src/base/mxid.js';
import { Secret } from '../../../src/base/secret.js';
import { createRecordingLogger } from '../../support/recording-logger.js';

const alice = '@alice:example.org' as Mxid;
const upstream = (status: number): AccountFailureDetails => ({
  kind: 'refused_upstream',
  status,
  body: { errcode: 'M_SOMETHING', error: 'Something' },
  retryAfter: undefined,
});

function ask(whoAmI: () => Promise<{ readonly mxid: Mxid; readonly deviceId: undefined }>) {
  const logger = createRecordingLogger();
  const find = createTokenHolders({ authority: { whoAmI }, logger });
  return { logger, verdict: find(new Secret('token'), '203.0.113.7') };
}

it('the owner of an access token is the user that the authority returns', async () => {
  const { verdict } = ask(() => Promise.resolve({ mxid: alice, deviceId: undefined }));
  expect(await verdict).toEqual({ kind: 'user', mxid: alice });
});

it.each<AccountFailureDetails>([
  { kind: 'token_unknown', softLogout: true },
  { kind: 'token_missing' },
  { kind: 'user_deactivated' },
  upstream(401),
  upstream(403),
])('an access token is invalid if the authority answers %j', async (fault) => {
  const { verdict, logger } = ask(() => Promise.reject(new AccountFailure(fault)));
  expect(await verdict).toEqual({ kind: 'unknown' });
  expect(logger.lines).toEqual([]);
});

it.each<AccountFailureDetails>([
  { kind: 'homeserver_unreachable' },
  { kind: 'rate_limited', retryAfterMs: 1000 },
  upstream(429),
  upstream(500),
])('an access token cannot be checked if the authority answers %j, which is logged', async (fault) => {
  const { verdict, logger } = ask(() => Promise.reject(new AccountFailure(fault)));
  expect(await verdict).toEqual({ kind: 'unavailable' });
  expect(logger.lines).toMatchObject([{ level: 'warn' }]);
});

it('a defect of the authority is a defect', async () => {
  await expect(ask(() => Promise.reject(new Error('a defect'))).verdict).rejects.toThrow('a defect');
});
