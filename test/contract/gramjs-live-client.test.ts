import { helpers } from 'telegram';
import { _serverKeys } from 'telegram/crypto/RSA.js';
import { expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { LiveClient } from '../../src/telegram/gramjs/live-client.js';
import { operations } from '../../src/telegram/gramjs/operations.js';
import { workerSettings } from '../../src/telegram/gramjs/options.js';
import { createTurns } from '../../src/telegram/gramjs/turns.js';
import { optionsFor, useGramjsOnSandbox } from '../support/gramjs-on-sandbox.js';
import { faultOf } from '../support/magic-logins.js';

const gramjs = useGramjsOnSandbox();

it('a client that is destroyed before it reopens stays closed', async () => {
  const settings = workerSettings(optionsFor(gramjs.sandbox));
  for (const { fingerprint, modulus, exponent } of settings.publicKeys) {
    _serverKeys.set(fingerprint, { n: helpers.readBigIntFromBuffer(Buffer.from(modulus), false), e: exponent });
  }
  const client = new LiveClient({
    settings,
    session: null,
    turns: createTurns(systemClock),
    log: (level, message) => gramjs.logger[level](message),
    onTurn: () => undefined,
    onLoginToken: () => undefined,
  });
  await client.open();
  gramjs.sandbox.control.addFault({ kind: 'refuse' });
  gramjs.sandbox.control.cutConnections();
  await gramjs.logger.line('connection abandoned');
  gramjs.sandbox.control.clearFaults();
  const outcome = faultOf(client.run((quiet) => operations.getMe(quiet)));
  await client.destroy();
  expect(await outcome).toEqual({ kind: 'unreachable' });
});
