/** One call that arrived, without anything secret in it. */
export interface SandboxCall {
  readonly method: string;
  readonly dc: number;
  readonly layer: number;
  /** The number that the call is about, or that its caller is logged in with. */
  readonly phone?: string;
}

/** What arrived, oldest first; a very long log loses its beginning. */
export interface CallLog {
  add(call: SandboxCall): void;
  list(): readonly SandboxCall[];
  clear(): void;
}

const maxCalls = 20_000;

export function createCallLog(): CallLog {
  const calls: SandboxCall[] = [];
  return {
    add(call) {
      calls.push(call);
      if (calls.length > maxCalls) calls.splice(0, maxCalls / 2);
    },
    list: () => [...calls],
    clear: () => void calls.splice(0),
  };
}
