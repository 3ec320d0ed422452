/** The errors of logins whose session is with the bridge or with another program. */
export const bridgeErrors = ['bridge_unreachable', 'bridge_refused', 'session_held'] as const;

/** One of them. */
export type BridgeError = (typeof bridgeErrors)[number];

/** Whether an error is one of them. */
export function isOfBridge(kind: string): kind is BridgeError {
  return bridgeErrors.some((one) => one === kind);
}
