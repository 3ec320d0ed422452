import { errors } from 'telegram';
import { TelegramFailure, type TelegramFailureDetails } from '../failure.js';
import { MoveRequired } from '../moves.js';
import { UntrustedAnswer } from '../mtproto/untrusted-answer.js';
import { detailsOfRpcError } from '../rpc-failure-details.js';

/**
 * Returns code and name of an RPC error of gramjs, as Telegram sent them, or undefined for any
 * other error.
 */
export function readRpcError(error: unknown): { readonly code: number | undefined; readonly name: string } | undefined {
  if (!(error instanceof errors.RPCError)) return undefined;
  // For a few families gramjs keeps only the number of the name: "FLOOD_WAIT_30" becomes "FLOOD"
  // and seconds = 30.
  if ('seconds' in error) return { code: error.code, name: `FLOOD_WAIT_${Number(error.seconds)}` };
  return { code: error.code, name: error.errorMessage };
}

/** Returns the result of `request`, or undefined if Telegram rejects it with one of these names. */
export async function unless<T>(names: readonly string[], request: () => Promise<T>): Promise<T | undefined> {
  try {
    return await request();
  } catch (error) {
    const rpcError = readRpcError(error);
    if (rpcError === undefined || !names.includes(rpcError.name)) throw error;
    return undefined;
  }
}

/** Returns the failure for an error of gramjs. Returns any other error unchanged. */
export function explain(error: unknown): unknown {
  if (error instanceof TelegramFailure) return error;
  const rpcError = readRpcError(error);
  const details =
    rpcError === undefined ? detailsOfGramjsError(error) : detailsOfRpcError(rpcError.code, rpcError.name);
  return details === undefined ? error : new TelegramFailure(details, { cause: error });
}

function detailsOfGramjsError(error: unknown): TelegramFailureDetails | undefined {
  if (error instanceof errors.TypeNotFoundError) return { kind: 'unknown_error', name: 'UNKNOWN_CONSTRUCTOR' };
  if (unreachables.some((kind) => error instanceof kind)) return { kind: 'unreachable' };
  if (error instanceof Error && networkErrors.test(error.message)) return { kind: 'unreachable' };
  return undefined;
}

const unreachables = [errors.BadMessageError, MoveRequired, UntrustedAnswer];

// The plain errors with which client.invoke and the sender report that they stopped trying.
const networkErrors = /^(?:Request was unsuccessful|Cannot send requests while disconnected|Not connected)/;
