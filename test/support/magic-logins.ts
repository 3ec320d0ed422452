import { expect } from 'vitest';
import { PhoneNumber } from '../../src/base/phone.js';
import { Secret } from '../../src/base/secret.js';
import { magicBotSecret, magicPasswords } from '../../src/sandbox/world/magic.js';
import { TelegramFailure, type TelegramFailureDetails } from '../../src/telegram/failure.js';
import type { TelegramConnection } from '../../src/telegram/gateway.js';

/** The cloud password of the magic accounts that have one. */
export const magicPassword = new Secret(magicPasswords.password.password);

export const numberOf = (digits: string): PhoneNumber => PhoneNumber.parse(digits) ?? expect.unreachable();
/** The login code of a magic number. */
export const codeOf = (digits: string): Secret => new Secret((digits[5] ?? '').repeat(5));

/** The token of a magic bot. */
export const tokenOf = (number: string): Secret => new Secret(`${number}:${magicBotSecret}`);

/** Returns the failure that `work` rejects with; rethrows anything else. */
export async function failureOf(work: Promise<unknown>): Promise<TelegramFailure> {
  try {
    await work;
  } catch (error) {
    if (error instanceof TelegramFailure) return error;
    throw error;
  }
  return expect.unreachable('it went well');
}

export const detailsOf = async (work: Promise<unknown>): Promise<TelegramFailureDetails> =>
  (await failureOf(work)).details;

/** Logs a magic account in. */
export async function logIn(connection: TelegramConnection, digits: string): Promise<void> {
  const sent = await connection.sendCode(numberOf(digits));
  const result = await connection.signIn(numberOf(digits), sent.phoneCodeHash, codeOf(digits));
  if (result.kind === 'password_needed') await connection.checkPassword(magicPassword);
}
