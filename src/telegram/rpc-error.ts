import { TelegramFailure, type TelegramFailureDetails } from './failure.js';
import { MoveRequired } from './moves.js';
import { UntrustedAnswer } from './mtproto/untrusted-answer.js';
import { detailsOfRpcError } from './rpc-failure-details.js';

/** An error that Telegram returned for a request, with its code and its name. */
export class RpcError extends Error {
  constructor(
    readonly code: number | undefined,
    readonly rpcName: string,
    method: string,
  ) {
    super(`${code ?? 'no code'}: ${rpcName} (${method})`);
    this.name = 'RPCError';
  }
}

/** Returns the result of `request`, or undefined if Telegram rejects it with one of these names. */
export async function unless<T>(names: readonly string[], request: () => Promise<T>): Promise<T | undefined> {
  try {
    return await request();
  } catch (error) {
    if (!(error instanceof RpcError) || !names.includes(error.rpcName)) throw error;
    return undefined;
  }
}

/** Sends the request, and once again if it fails with such a name. */
export async function againAfter<T>(isWorthIt: (name: string) => boolean, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    if (!(error instanceof RpcError) || !isWorthIt(error.rpcName)) throw error;
    return request();
  }
}

/** The result of a sign-in that requires the cloud password too. */
export interface PasswordNeeded {
  readonly kind: 'password_needed';
  readonly hint: string | null;
}

/** Returns the result of `work`, or that the cloud password is required too, with its hint. */
export async function orPasswordNeeded<T>(
  fetchHint: () => Promise<string | undefined>,
  work: () => Promise<T>,
): Promise<T | PasswordNeeded> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RpcError) || error.rpcName !== 'SESSION_PASSWORD_NEEDED') throw error;
  }
  return { kind: 'password_needed', hint: (await fetchHint()) ?? null };
}

/**
 * Returns the failure for an error that each engine knows. Returns any other error unchanged.
 */
export function explainRpcError(error: unknown): unknown {
  const details = detailsOf(error);
  return details === undefined ? error : new TelegramFailure(details, { cause: error });
}

function detailsOf(error: unknown): TelegramFailureDetails | undefined {
  if (error instanceof RpcError) return detailsOfRpcError(error.code, error.rpcName);
  if (error instanceof MoveRequired || error instanceof UntrustedAnswer) return { kind: 'unreachable' };
  return undefined;
}
