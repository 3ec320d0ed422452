import { isFailure } from '../base/failure.js';
import type { Mxid } from '../base/mxid.js';
import type { LoginInput, LoginProcesses, LoginProgress, LoginStep } from './processes.js';
import type { DecisionRunner } from './run-decision.js';

/** What the user did in a login process. `qr` is the scan of a QR code. */
export type ObservedStep = 'start' | LoginInput['kind'] | 'resend' | 'qr' | 'cancel';

/** One step of a login process that was taken, or failed. */
export interface LoginObservation {
  readonly owner: Mxid;
  readonly step: ObservedStep;
  /** `next`, `complete`, the kind of the failure or the complaint, or `defect`. */
  readonly outcome: string;
}

/** Called after each step of a login process. It must not throw. */
export type LoginObserver = (observation: LoginObservation) => void;

interface Observed extends Pick<
  LoginProcesses,
  'start' | 'answer' | 'resend' | 'cancel' | 'cancelAll' | 'cancelForced'
> {
  submit(owner: Mxid, input: LoginInput): Promise<LoginStep>;
}

/** Returns the service, whose steps are observed. */
export function observeLogins<S extends Observed>(service: S, observer: LoginObserver | undefined): S {
  if (observer === undefined) return service;
  return {
    ...service,
    async submit(owner, input) {
      const step = await observe(observer, owner, input.kind, () => service.submit(owner, input), outcomeOfStep);
      // In this dialect, the phone number starts a login process.
      if (input.kind === 'phone') observer({ owner, step: 'start', outcome: 'next' });
      return step;
    },
    start: (owner, how) =>
      observe(
        observer,
        owner,
        'start',
        () => service.start(owner, how),
        () => 'next',
      ),
    answer: (owner, id, input, expecting) =>
      observe(observer, owner, input.kind, () => service.answer(owner, id, input, expecting), outcomeOfProgress),
    resend: (owner, id) => observe(observer, owner, 'resend', () => service.resend(owner, id), outcomeOfProgress),
    cancel: (owner, id) =>
      observe(
        observer,
        owner,
        'cancel',
        () => service.cancel(owner, id),
        () => 'complete',
      ),
    cancelForced: (owner, id) =>
      observe(
        observer,
        owner,
        'cancel',
        () => service.cancelForced(owner, id),
        () => 'complete',
      ),
    cancelAll: (owner) =>
      observe(
        observer,
        owner,
        'cancel',
        () => service.cancelAll(owner),
        () => 'complete',
      ),
  };
}

/** Returns the runner, whose scanned QR codes are observed. */
export function observeScans(runner: DecisionRunner, observer: LoginObserver | undefined): DecisionRunner {
  if (observer === undefined) return runner;
  return {
    ...runner,
    admit: (owner, ...rest) => observe(observer, owner, 'qr', () => runner.admit(owner, ...rest), outcomeOfStep),
  };
}

const outcomeOfStep = ({ kind }: LoginStep) => (kind === 'complete' ? 'complete' : 'next');

const outcomeOfProgress = ({ complaint, step }: LoginProgress) =>
  complaint ?? (step.kind === 'complete' ? 'complete' : 'next');

async function observe<T>(
  observer: LoginObserver,
  owner: Mxid,
  step: ObservedStep,
  work: () => Promise<T>,
  outcomeOf: (result: T) => string,
): Promise<T> {
  try {
    const result = await work();
    observer({ owner, step, outcome: outcomeOf(result) });
    return result;
  } catch (error) {
    observer({ owner, step, outcome: isFailure(error) ? error.details.kind : 'defect' });
    throw error;
  }
}
