import { completeStep, errors, manualStep, manualStepId, ok, type BridgeAnswer } from './answers.js';
import type { BridgeFailureDetails } from './faults.js';
import { SessionRefused } from './telegram-login.js';

/** The login processes of a bridge. A restart ends them all. */
export interface StandInProcesses {
  /** How many have neither ended nor been cancelled. */
  count(): number;
  start(): BridgeAnswer;
  /** Continues in the background once started: a repetition waits for the same outcome. */
  step(request: StepRequest): Promise<BridgeAnswer>;
  cancel(loginId: string): BridgeAnswer;
  endAll(): void;
}

interface StepRequest {
  readonly loginId: string;
  readonly stepId: string;
  readonly type: string;
  readonly txnId: string | null;
  readonly body: string;
  readonly mxid: string;
  readonly fault: BridgeFailureDetails | undefined;
}

interface Process {
  readonly txnId: string;
  running?: Promise<BridgeAnswer>;
  end: (answer: BridgeAnswer) => void;
  readonly ended: Promise<BridgeAnswer>;
}

/** `logIn` continues a session for a user; it throws SessionRefused. */
export function createStandInProcesses(
  logIn: (mxid: string, session: string) => Promise<{ id: string; name: string }>,
): StandInProcesses {
  const processes = new Map<string, Process>();
  let count = 0;

  async function run(loginId: string, process: Process, { mxid, fault }: StepRequest, session: string) {
    try {
      if (fault?.kind === 'slow') await Promise.race([fault.until, process.ended]);
      // Cancelled in the meantime, or lost by a restart: the session must not be used.
      if (processes.get(loginId) !== process) return await process.ended;
      if (fault?.kind === 'internal_error') throw new SessionRefused(fault.reason);
      const login = await logIn(mxid, session);
      return ok(completeStep(loginId, `bls_complete${loginId}`, login));
    } catch (error) {
      if (!(error instanceof SessionRefused)) throw error;
      return errors.internal('Internal error in login step', error.message);
    } finally {
      processes.delete(loginId);
    }
  }

  return {
    count: () => processes.size,
    start() {
      count += 1;
      const loginId = `process${String(count).padStart(12, '0')}`;
      const txnId = `bls_${loginId}`;
      let end: Process['end'] = () => undefined;
      const ended = new Promise<BridgeAnswer>((resolve) => (end = resolve));
      processes.set(loginId, { txnId, end, ended });
      return ok(manualStep(loginId, txnId));
    },
    async step(request) {
      const process = processes.get(request.loginId);
      if (!process) return errors.loginNotFound;
      if (request.type === 'complete') return errors.alreadyFinished;
      if (!['user_input', 'cookies', 'display_and_wait'].includes(request.type)) {
        return errors.invalidStepType(request.type);
      }
      const input = readTexts(request.body);
      if (input === undefined) return errors.notJson;
      if (request.stepId !== manualStepId) return errors.badStepId;
      if (request.txnId !== null && request.txnId !== process.txnId) return errors.badTransactionId;
      if (request.type !== 'user_input') return errors.badStepType;
      process.running ??= run(request.loginId, process, request, input[manualStepId] ?? '');
      return Promise.race([process.running, process.ended]);
    },
    cancel(loginId) {
      const process = processes.get(loginId);
      if (!process) return errors.loginNotFound;
      processes.delete(loginId);
      process.end(errors.cancelled);
      return ok({});
    },
    endAll() {
      const ended = [...processes.values()];
      processes.clear();
      for (const process of ended) process.end(errors.cancelled);
    },
  };
}

function readTexts(body: string): Readonly<Record<string, string>> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    const isMap =
      typeof value === 'object' && value !== null && Object.values(value).every((v) => typeof v === 'string');
    return isMap ? (value as Readonly<Record<string, string>>) : undefined;
  } catch {
    return undefined;
  }
}
