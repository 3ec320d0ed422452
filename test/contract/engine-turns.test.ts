import { describe, expect, it } from 'vitest';
import type { TelegramConnection, TelegramGateway } from '../../src/telegram/gateway.js';
import { maxTurnWaitMs } from '../../src/telegram/turns.js';
import {
  callDeadlineMs,
  connectDeadlineMs,
  engines,
  useEngineOnSandbox,
  workerAfter,
} from '../support/engine-on-sandbox.js';
import { codeOf, detailsOf, magicPassword, numberOf } from '../support/magic-logins.js';
import { startSilentServer } from '../support/silent-server.js';

const keysAtOnce = 4;

const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

async function atPassword(gateway: TelegramGateway, digits: string): Promise<TelegramConnection> {
  const connection = await gateway.connect();
  const sent = await connection.sendCode(numberOf(digits));
  await connection.signIn(numberOf(digits), sent.phoneCodeHash, codeOf(digits));
  return connection;
}

const waits = { gramjs: 'call queued', mtcute: 'telegram call queued' };

describe.each(engines)('%s', (engine) => {
  const telegram = useEngineOnSandbox(engine);

  describe('a deadline', () => {
    it('is not used by a connect that waits for other key exchanges', async () => {
      const server = await startSilentServer();
      try {
        const gateway = telegram.createGateway({ dataCentres: [{ id: 2, ip: '127.0.0.1', port: server.port }] });
        const first = times(keysAtOnce, () => detailsOf(gateway.connect()));
        let settled = false;
        const last = detailsOf(gateway.connect()).finally(() => (settled = true));
        await telegram.logger.line(waits[engine]);
        await telegram.clock.advance(connectDeadlineMs);
        expect(await Promise.all(first)).toEqual(first.map(() => ({ kind: 'unreachable' })));
        expect(settled).toBe(false);
        await telegram.clock.advance(maxTurnWaitMs);
        expect(await last).toEqual({ kind: 'unreachable' });
      } finally {
        await server.stop();
      }
    });

    // The computation of gramjs can be replaced in its worker.
    if (engine === 'gramjs') {
      it('is not used by a password that waits for the computation of another', async () => {
        // The first computation never ends.
        const stuck = `
      const crypto = require('node:crypto');
      const { pbkdf2 } = crypto;
      let computations = 0;
      crypto.pbkdf2 = (...args) => {
        computations += 1;
        if (computations > 1) return pbkdf2(...args);
        console.log('computing');
      };
      require('node:module').syncBuiltinESMExports();`;
        const gateway = telegram.createGateway({ workerUrl: workerAfter(stuck) });
        const [stuckOne, patientOne] = await Promise.all([
          atPassword(gateway, '9996611080'),
          atPassword(gateway, '9996611081'),
        ]);
        const first = detailsOf(stuckOne.checkPassword(magicPassword));
        await telegram.logger.line('gramjs console output of type string');
        const second = patientOne.checkPassword(magicPassword);
        await telegram.logger.line(waits[engine]);
        await telegram.clock.advance(callDeadlineMs);
        expect(await first).toEqual({ kind: 'unreachable' });
        expect((await second).phone?.reveal()).toBe('+9996611081');
      });
    }
  });

  describe('a data centre that does not answer', () => {
    it('delays no connect to another one with a session', async () => {
      const gateway = telegram.createGateway();
      const connection = await telegram.loggedIn('9996620082', gateway);
      const { session } = connection;
      await connection.destroy();
      telegram.sandbox.control.addFault({ kind: 'silent', dc: 1 });
      const waiting = times(2 * keysAtOnce, () => detailsOf(gateway.connect()));
      await telegram.logger.line(waits[engine]);
      expect((await (await gateway.connect(session)).getMe()).phone?.reveal()).toBe('+9996620082');
      await gateway.close();
      expect(await Promise.all(waiting)).toEqual(waiting.map(() => ({ kind: 'unreachable' })));
    });

    it('delays no login that moves to another one', async () => {
      const gateway = telegram.createGateway();
      const connections = await Promise.all(times(2 * keysAtOnce, () => gateway.connect()));
      const lucky = await gateway.connect();
      telegram.sandbox.control.addFault({ kind: 'silent', dc: 2 });
      const waiting = connections.map((one, index) => detailsOf(one.sendCode(numberOf(`999662010${index}`))));
      await telegram.logger.line(waits[engine]);
      expect((await lucky.sendCode(numberOf('9996630100'))).length).toBe(5);
      await gateway.close();
      expect(await Promise.all(waiting)).toEqual(waiting.map(() => ({ kind: 'unreachable' })));
    });
  });
});
