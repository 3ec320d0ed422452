import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import type { Secret } from '../../src/base/secret.js';
import type { SessionDeath } from '../../src/telegram/failure.js';
import type { TelegramConnection, TelegramGateway, TelegramSession } from '../../src/telegram/gateway.js';
import type { LoginCode, TelegramUser } from '../../src/telegram/shapes.js';
import { codeOf, numberOf } from '../support/magic-logins.js';
import { describeLogins } from './telegram-gateway-logins.js';
import { describeContacts } from './telegram-gateway-contacts.js';
import { describeQrLogins } from './telegram-gateway-qr.js';
import { describeTrouble } from './telegram-gateway-trouble.js';

/**
 * A Telegram with the magic accounts of the sandbox, new logins beginning at data centre 1, and
 * ways to disturb it.
 */
export interface TelegramUnderTest {
  createGateway(): TelegramGateway;
  /** Ends all sessions of this phone number or bot token. */
  endSessions(phoneOrToken: string, reason: SessionDeath): void;
  /** Lets the account of this number scan a QR code; the client is notified. */
  scan(token: Secret, digits: string): void;
  /**
   * The same while every connection breaks, so that the client cannot be notified. New connections
   * can be opened at once.
   */
  scanUnheard(token: Secret, digits: string): void;
  /** Closes all connections, and refuses new ones. */
  goDown(): void;
  /** Accepts all connections, and never answers. */
  goSilent(): void;
  comeBack(): void;
  /** The time on that clock. */
  now(): number;
  /** Advances the clock of the gateways. */
  advance(ms: number): Promise<void>;
  readonly connectDeadlineMs: number;
  readonly callDeadlineMs: number;
  stop(): Promise<void>;
}

/** The context of the tests; valid in tests only. */
export interface GatewayContext {
  readonly telegram: TelegramUnderTest;
  /** Connects; the connection is destroyed after the test. */
  connect(session?: TelegramSession): Promise<TelegramConnection>;
  askForCode(digits: string): Promise<{ readonly connection: TelegramConnection; readonly sent: LoginCode }>;
  /** A connection on which an account without a password is logged in. */
  logIn(digits: string): Promise<TelegramConnection>;
  /** Destroys the connection and opens another on its session. */
  reconnect(connection: TelegramConnection): Promise<TelegramConnection>;
  /** Requests the logged-in user on a new connection. */
  use(session: TelegramSession): Promise<TelegramUser>;
}

/** The contract of every implementation of the port. */
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
    describeContacts(context);
    describeTrouble(context);
  });
}
