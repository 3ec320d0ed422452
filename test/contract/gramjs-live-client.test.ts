import { Api, helpers } from 'telegram';
import { _serverKeys } from 'telegram/crypto/RSA.js';
import { MTProtoSender } from 'telegram/network/index.js';
import { expect, it, vi } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { LiveClient } from '../../src/telegram/gramjs/live-client.js';
import { createSaltCache, type SaltCache } from '../../src/telegram/salt-cache.js';
import { operations } from '../../src/telegram/gramjs/operations.js';
import { workerSettings } from '../../src/telegram/gramjs/options.js';
import type { TelegramSession } from '../../src/telegram/gateway.js';
import { createTurns } from '../../src/telegram/turns.js';
import { optionsFor, useGramjsOnSandbox } from '../support/engine-on-sandbox.js';
import { detailsOf } from '../support/magic-logins.js';

const gramjs = useGramjsOnSandbox();

function createClient(session: TelegramSession | null, salts: SaltCache): LiveClient {
  const settings = workerSettings(optionsFor(gramjs.sandbox));
  for (const { fingerprint, modulus, exponent } of settings.publicKeys) {
    _serverKeys.set(fingerprint, { n: helpers.readBigIntFromBuffer(Buffer.from(modulus), false), e: exponent });
  }
  return new LiveClient({
    settings,
    session,
    turns: createTurns(systemClock),
    salts,
    log: (level, message) => gramjs.logger[level](message),
    onTurn: () => undefined,
    onLoginToken: () => undefined,
  });
}

it('a client that is destroyed before it reopens stays closed', async () => {
  const client = createClient(null, createSaltCache());
  await client.open();
  gramjs.sandbox.control.addFault({ kind: 'refuse' });
  gramjs.sandbox.control.cutConnections();
  await gramjs.logger.line('connection abandoned');
  gramjs.sandbox.control.clearFaults();
  const outcome = detailsOf(client.run((quiet) => operations.getMe(quiet)));
  await client.destroy();
  expect(await outcome).toEqual({ kind: 'unreachable' });
});

it('a client has the salt of a new key, and of a key that was used before', async () => {
  const wrongSalts = vi.spyOn(MTProtoSender.prototype, '_handleBadServerSalt');
  const open = async (session: TelegramSession | null, salts: SaltCache): Promise<TelegramSession | null> => {
    const client = createClient(session, salts);
    await client.open();
    await client.run((quiet) => quiet.invoke(new Api.help.GetNearestDc()));
    await client.destroy();
    return client.session;
  };
  try {
    const salts = createSaltCache();
    const session = await open(null, salts);
    await open(session, salts);
    expect(wrongSalts).not.toHaveBeenCalled();
    await open(session, createSaltCache());
    expect(wrongSalts).toHaveBeenCalled();
  } finally {
    wrongSalts.mockRestore();
  }
});
