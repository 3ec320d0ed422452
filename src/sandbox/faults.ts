import { liesOf, type Lie } from './lies.js';

/**
 * A fault that the sandbox can simulate. The newest fault that matches is used, at most `times`
 * times.
 */
export type Fault =
  /** New TCP connections are closed at once. */
  | { readonly kind: 'refuse'; readonly dc?: number }
  /**
   * The method is never answered and has no effect; without a method nothing at all is answered,
   * key exchange included.
   */
  | { readonly kind: 'silent'; readonly method?: string; readonly dc?: number; readonly times?: number }
  /**
   * The method takes effect, half of its answer is sent, and the connection is dropped; without a
   * method, any packet.
   */
  | { readonly kind: 'drop'; readonly method?: string; readonly dc?: number; readonly times?: number }
  /** The answer is held back; without a method, every answer. */
  | { readonly kind: 'delay'; readonly ms: number; readonly method?: string; readonly times?: number }
  /**
   * The method takes effect, and its answer breaks the protocol in this way; without a method,
   * every answer in which it can.
   */
  | { readonly kind: 'lie'; readonly lie: Lie; readonly method?: string; readonly dc?: number; readonly times?: number }
  /** The method fails with this error and has no effect. */
  | {
      readonly kind: 'rpc_error';
      readonly code: number;
      readonly message: string;
      readonly method?: string;
      readonly phone?: string;
      readonly times?: number;
    };

/** The effect of the faults on one call. */
export interface CallFate {
  readonly delayMs: number;
  readonly effect:
    | { readonly kind: 'none' | 'silent' | 'drop' }
    | { readonly kind: 'rpc_error'; readonly code: number; readonly message: string };
  /** What is wrong on purpose in the answer. */
  readonly lie: Lie | undefined;
}

/**
 * The call that is asked about; steps of a key exchange are calls of `req_pq_multi`,
 * `req_DH_params` and `set_client_DH_params`.
 */
export interface FaultyCall {
  readonly method: string;
  readonly dc: number;
  readonly phone: string | undefined;
}

/** The active faults. Each request for a fate counts as one use of a fault. */
export interface Faults {
  add(fault: Fault): () => void;
  clear(): void;
  refusesConnections(dc: number): boolean;
  /** Returns whether a packet that arrived is to be overlooked. */
  swallowsPacket(dc: number): boolean;
  /** Returns whether a packet that goes out is to be cut off in its middle. */
  cutsPacket(dc: number): boolean;
  fateOf(call: FaultyCall): CallFate;
}

interface Active {
  readonly fault: Fault;
  timesLeft: number;
}

export function createFaults(): Faults {
  let active: readonly Active[] = [];

  function use(fits: (fault: Fault) => boolean): Fault | undefined {
    const found = active.find((entry) => fits(entry.fault));
    if (!found) return undefined;
    found.timesLeft -= 1;
    if (found.timesLeft <= 0) active = active.filter((entry) => entry !== found);
    return found.fault;
  }

  const ofWholeDc = (kind: 'silent' | 'drop', dc: number) => (fault: Fault) =>
    fault.kind === kind && fault.method === undefined && matches(fault.dc, dc);

  return {
    add(fault) {
      const entry: Active = {
        fault,
        timesLeft: ('times' in fault ? fault.times : undefined) ?? Number.POSITIVE_INFINITY,
      };
      active = [entry, ...active];
      return () => void (active = active.filter((other) => other !== entry));
    },
    clear: () => void (active = []),
    refusesConnections: (dc) => use((fault) => fault.kind === 'refuse' && matches(fault.dc, dc)) !== undefined,
    swallowsPacket: (dc) => use(ofWholeDc('silent', dc)) !== undefined,
    cutsPacket: (dc) => use(ofWholeDc('drop', dc)) !== undefined,
    fateOf(call) {
      const delay = use((fault) => fault.kind === 'delay' && matches(fault.method, call.method));
      const other = use((fault) => touchesCall(fault, call));
      const lying = use((fault) => isLieOf(fault, call));
      return {
        delayMs: delay?.kind === 'delay' ? delay.ms : 0,
        effect: effectOf(other),
        lie: lying?.kind === 'lie' ? lying.lie : undefined,
      };
    },
  };
}

function matches<T>(wanted: T | undefined, actual: T): boolean {
  return wanted === undefined || wanted === actual;
}

function isLieOf(fault: Fault, { method, dc }: FaultyCall): boolean {
  if (fault.kind !== 'lie') return false;
  return liesOf(method).includes(fault.lie) && matches(fault.method, method) && matches(fault.dc, dc);
}

function touchesCall(fault: Fault, call: FaultyCall): boolean {
  switch (fault.kind) {
    case 'silent':
    case 'drop':
      return fault.method === call.method && matches(fault.dc, call.dc);
    case 'rpc_error':
      return matches(fault.method, call.method) && (fault.phone === undefined || digitsOf(fault.phone) === call.phone);
    case 'refuse':
    case 'delay':
    case 'lie':
      return false;
  }
}

function effectOf(fault: Fault | undefined): CallFate['effect'] {
  switch (fault?.kind) {
    case 'silent':
    case 'drop':
      return { kind: fault.kind };
    case 'rpc_error':
      return { kind: 'rpc_error', code: fault.code, message: fault.message };
    default:
      return { kind: 'none' };
  }
}

function digitsOf(phone: string): string {
  return phone.replaceAll(/\D/g, '');
}
