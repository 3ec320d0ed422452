import { PhoneNumber } from '../../src/base/phone.js';
import type { SessionDeath } from '../../src/telegram/failure.js';
import { createFakeClock } from '../support/fake-clock.js';
import { createFakeTelegram } from '../support/fake-telegram.js';
import { createTestGateway, engines } from '../support/engine-on-sandbox.js';
import { numberOf } from '../support/magic-logins.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';
import { describeTelegramGateway } from './telegram-gateway.js';

const connectDeadlineMs = 20_000;
const callDeadlineMs = 15_000;

/** How the sandbox reports that a session has ended. */
const errorOf: Readonly<Record<Exclude<SessionDeath, 'auth_key_forgotten'>, string>> = {
  revoked: 'SESSION_REVOKED',
  expired: 'SESSION_EXPIRED',
  deactivated: 'USER_DEACTIVATED_BAN',
  duplicated: 'AUTH_KEY_DUPLICATED',
};

for (const engine of engines) {
  describeTelegramGateway(`${engine} on the sandbox`, async () => {
    const sandbox = await startStrictSandbox();
    const clock = createFakeClock();
    return {
      createGateway: () => createTestGateway(sandbox, { clock, connectDeadlineMs, callDeadlineMs }, engine),
      endSessions(phoneOrToken, reason) {
        if (reason === 'auth_key_forgotten') sandbox.control.deleteAuthKeys(phoneOrToken);
        else sandbox.control.revokeSessions(phoneOrToken, errorOf[reason]);
      },
      scan: (token, digits) => sandbox.control.acceptLoginToken(Buffer.from(token.reveal(), 'base64url'), digits),
      scanUnheard(token, digits) {
        sandbox.control.cutConnections();
        sandbox.control.acceptLoginToken(Buffer.from(token.reveal(), 'base64url'), digits);
      },
      goDown() {
        sandbox.control.addFault({ kind: 'refuse' });
        sandbox.control.cutConnections();
      },
      goSilent: () => void sandbox.control.addFault({ kind: 'silent' }),
      comeBack: () => sandbox.control.clearFaults(),
      now: () => clock.now(),
      advance: (ms) => clock.advance(ms),
      connectDeadlineMs,
      callDeadlineMs,
      stop: () => sandbox.stop(),
    };
  });
}

describeTelegramGateway('the fake', async () => {
  const clock = createFakeClock();
  const telegram = createFakeTelegram({ clock, deadlineMs: callDeadlineMs });
  return {
    createGateway: () => telegram.gateway,
    endSessions: (phoneOrToken, reason) =>
      telegram.endSessions(reason, PhoneNumber.parse(phoneOrToken)?.reveal().slice(1)),
    scan: (token, digits) => telegram.acceptLoginToken(token, numberOf(digits)),
    scanUnheard(token, digits) {
      telegram.acceptLoginToken(token, numberOf(digits), { unheard: true });
      telegram.shakeConnections();
    },
    goDown: () => telegram.goDown(),
    goSilent: () => telegram.goSilent(),
    comeBack: () => telegram.comeBack(),
    now: () => clock.now(),
    advance: (ms) => clock.advance(ms),
    connectDeadlineMs,
    callDeadlineMs,
    async stop() {
      return;
    },
  };
});
