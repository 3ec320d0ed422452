import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/database.js';
import type { TelegramConnection } from '../../src/telegram/gateway.js';
import { openTestDatabase } from '../support/database.js';
import { startEngineLogins } from '../support/engine-logins.js';
import { useEngineOnSandbox, type Engine } from '../support/engine-on-sandbox.js';
import { code, mxidOf, password, phone } from '../support/login-fixture.js';
import { codeOf, logIn, magicPassword, numberOf, tokenOf } from '../support/magic-logins.js';

const alice = mxidOf('@alice:example.org');

describe.each([
  { from: 'gramjs', to: 'mtcute' },
  { from: 'mtcute', to: 'gramjs' },
] as const)('a change of the engine from $from to $to', ({ from, to }) => {
  const telegram = useEngineOnSandbox(from);

  /** Opens the session of the connection on the other engine. */
  async function change(connection: TelegramConnection, engine: Engine = to): Promise<TelegramConnection> {
    const { session } = connection;
    await connection.destroy();
    return telegram.createGateway({}, engine).connect(session);
  }

  it('keeps a login, there and back', async () => {
    const connection = await telegram.createGateway().connect();
    await logIn(connection, '9996620301');
    const user = await connection.getMe();
    const changed = await change(connection);
    expect(await changed.getMe()).toEqual(user);
    expect(await (await change(changed, from)).getMe()).toEqual(user);
  });

  it('keeps a code that was sent, also after a move to another data centre', async () => {
    for (const digits of ['9996610302', '9996620302']) {
      const connection = await telegram.createGateway().connect();
      const { phoneCodeHash } = await connection.sendCode(numberOf(digits));
      const changed = await change(connection);
      const result = await changed.signIn(numberOf(digits), phoneCodeHash, codeOf(digits));
      expect(result.kind).toBe('authorized');
    }
  });

  it('keeps a login that waits for the cloud password', async () => {
    const digits = '9996611303';
    const connection = await telegram.createGateway().connect();
    const { phoneCodeHash } = await connection.sendCode(numberOf(digits));
    await connection.signIn(numberOf(digits), phoneCodeHash, codeOf(digits));
    expect((await (await change(connection)).checkPassword(magicPassword)).phone?.reveal()).toBe(`+${digits}`);
  });

  it('keeps a QR code that is scanned by an account of another data centre', async () => {
    const connection = await telegram.createGateway().connect();
    const shown = await connection.exportLoginToken();
    const { token } = shown.kind === 'token' ? shown.token : expect.unreachable(shown.kind);
    telegram.sandbox.control.acceptLoginToken(Buffer.from(token.reveal(), 'base64url'), '9996630304');
    const changed = await change(connection);
    const moved = await changed.exportLoginToken();
    const scanned = moved.kind === 'accepted_elsewhere' ? moved.token : expect.unreachable(moved.kind);
    expect((await (await change(changed, from)).importLoginToken(scanned)).kind).toBe('authorized');
  });

  it('keeps the login of a bot, and its end', async () => {
    const connection = await telegram.createGateway().connect();
    const bot = await connection.signInBot(tokenOf('2000020305'), async () => undefined);
    const changed = await change(connection);
    expect(await changed.getMe()).toEqual(bot);
    await changed.logOut();
    const back = await change(changed, from);
    await expect(back.getMe()).rejects.toMatchObject({ details: { kind: 'session_dead', reason: 'revoked' } });
  });

  describe('of a daemon', () => {
    let database: Database;

    beforeEach(async () => {
      database = await openTestDatabase();
    });
    afterEach(() => database.close());

    const startDaemon = (engine: Engine) => startEngineLogins(telegram, database, engine);

    it('continues a login process at each step', async () => {
      const first = startDaemon(from);
      const begun = await first.login.start(alice, { flow: 'phone' });
      const sent = await first.login.answer(alice, begun.loginId, phone('9996621306'), begun.stepNumber);
      await first.stop();
      const second = startDaemon(to);
      const checked = await second.login.answer(alice, begun.loginId, code('22222'), sent.stepNumber);
      expect(checked.step.kind).toBe('password');
      await second.stop();
      const third = startDaemon(from);
      const answer = password(magicPassword.reveal());
      const done = await third.login.answer(alice, begun.loginId, answer, checked.stepNumber);
      expect(done).toMatchObject({ step: { kind: 'complete', user: { username: 'sandbox_21306' } } });
      await third.stop();
      const fourth = startDaemon(to);
      expect(await fourth.login.accounts(alice)).toMatchObject([{ condition: 'connected' }]);
      await fourth.stop();
    });
  });
});
