import { errors } from 'telegram';
import { TelegramFailure, type TelegramFailureDetails } from '../failure.js';
import { explainRpcError, RpcError } from '../rpc-error.js';

/** Returns an RPC error of gramjs as RpcError. Returns any other error unchanged. */
export function toRpcError(error: unknown, method: string): unknown {
  if (!(error instanceof errors.RPCError)) return error;
  // For a few families gramjs keeps only the number of the name: "FLOOD_WAIT_30" becomes "FLOOD"
  // and seconds = 30.
  const name = 'seconds' in error ? `FLOOD_WAIT_${Number(error.seconds)}` : error.errorMessage;
  return new RpcError(error.code, name, method);
}

/** Returns the failure for an error of gramjs. Returns any other error unchanged. */
export function explain(error: unknown): unknown {
  // The request with which gramjs connects does not pass through invoke.
  const explained = explainRpcError(toRpcError(error, 'help.GetConfig'));
  if (explained instanceof TelegramFailure) return explained;
  const details = detailsOfGramjsError(explained);
  return details === undefined ? explained : new TelegramFailure(details, { cause: explained });
}

function detailsOfGramjsError(error: unknown): TelegramFailureDetails | undefined {
  if (error instanceof errors.TypeNotFoundError) return { kind: 'unknown_error', name: 'UNKNOWN_CONSTRUCTOR' };
  if (error instanceof errors.BadMessageError) return { kind: 'unreachable' };
  if (error instanceof Error && networkErrors.test(error.message)) return { kind: 'unreachable' };
  return undefined;
}

// The plain errors with which client.invoke and the sender report that they stopped trying.
const networkErrors = /^(?:Request was unsuccessful|Cannot send requests while disconnected|Not connected)/;
