import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import type { Secret } from '../../src/base/secret.js';
import type { SessionDeath } from '../../src/telegram/failure.js';
import type { TelegramConnection, TelegramGateway, TelegramSession } from '../../src/telegram/gateway.js';
import type { LoginCode, TelegramUser } from '../../src/telegram/shapes.js';
import { codeOf, numberOf } from '../support/magic-logins.js';
import { describeLogins } from './telegram-gateway-logins.js';
import { describePeople } from './telegram-gateway-people.js';
import { describeQrLogins } from './telegram-gateway-qr.js';
import { describeTrouble } from './telegram-gateway-trouble.js';

/** A Telegram with the magic accounts of the sandbox, new logins beginning at data centre 1, and the means to upset it. */
export interface TelegramUnderTest {
  createGateway(): TelegramGateway;
  /** Ends all sessions that have to do with this phone number or bot token. */
  endSessions(phoneOrToken: string, reason: SessionDeath): void;
  /** The account of this number scans a QR code; the client is told. */
  scan(token: Secret, digits: string): void;
  /** The same while every connection breaks, so that the client cannot be told; connections may be opened again at once. */
  scanUnheard(token: Secret, digits: string): void;
  /** Nobody can connect, and nobody stays connected. */
  goDown(): void;
  /** Everybody can connect, and nothing is ever answered. */
  goSilent(): void;
  comeBack(): void;
  /** The time on that clock. */
  now(): number;
  /** Lets time pass on the clock of the gateways. */
  advance(ms: number): Promise<void>;
  readonly connectDeadlineMs: number;
  readonly callDeadlineMs: number;
  stop(): Promise<void>;
}

/** What the tests work with; good in tests only. */
export interface GatewayContext {
  readonly telegram: TelegramUnderTest;
  /** Connects; the connection is destroyed after the test. */
  connect(session?: TelegramSession): Promise<TelegramConnection>;
  askForCode(digits: string): Promise<{ readonly connection: TelegramConnection; readonly sent: LoginCode }>;
  /** A connection on which an account without a password is logged in. */
  logIn(digits: string): Promise<TelegramConnection>;
  /** Destroys the connection and opens another on its session. */
  reconnect(connection: TelegramConnection): Promise<TelegramConnection>;
  /** Asks on a new connection who is logged in. */
  use(session: TelegramSession): Promise<TelegramUser>;
}

/** What every implementation of the port must do. */
export function describeTelegramGateway(name: string, setup: () => Promise<TelegramUnderTest>): void {
  describe(name, () => {
    let running: { readonly telegram: TelegramUnderTest; readonly gateway: TelegramGateway } | undefined;
    const opened: TelegramConnection[] = [];
    const run = () => running ?? expect.unreachable('it does not run');

    beforeAll(async () => {
      const telegram = await setup();
      running = { telegram, gateway: telegram.createGateway() };
    });
    afterEach(async () => {
      run().telegram.comeBack();
      await Promise.all(opened.splice(0).map((connection) => connection.destroy()));
    });
    afterAll(async () => {
      await run().gateway.close();
      await run().telegram.stop();
    });

    const context: GatewayContext = {
      get telegram() {
        return run().telegram;
      },
      async connect(session) {
        const connection = await run().gateway.connect(session);
        opened.push(connection);
        return connection;
      },
      async askForCode(digits) {
        const connection = await context.connect();
        return { connection, sent: await connection.sendCode(numberOf(digits)) };
      },
      async logIn(digits) {
        const { connection, sent } = await context.askForCode(digits);
        await connection.signIn(numberOf(digits), sent.phoneCodeHash, codeOf(digits));
        return connection;
      },
      async reconnect(connection) {
        const { session } = connection;
        await connection.destroy();
        return context.connect(session);
      },
      use: async (session) => (await context.connect(session)).getMe(),
    };

    describeLogins(context);
    describeQrLogins(context);
    describePeople(context);
    describeTrouble(context);
  });
}
