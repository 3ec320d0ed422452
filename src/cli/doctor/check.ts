import type { Clock } from '../../base/clock.js';
import { DeadlineExceeded, withDeadline } from '../../base/deadline.js';
import { redactToText } from '../../observability/redact.js';

/** The subject of a check. */
export type CheckName =
  | 'config'
  | 'permissions'
  | 'files'
  | 'database'
  | 'encryption'
  | 'homeserver'
  | 'bridge'
  | 'telegram'
  | 'mail'
  | 'clock'
  | 'ports';

/** What a check found. */
export interface Finding {
  readonly status: 'ok' | 'warning' | 'failed';
  /** A sentence. */
  readonly message: string;
  /** What to do, as a sentence. */
  readonly advice?: string | undefined;
}

/** One result of `gangway doctor`. */
export interface CheckResult extends Finding {
  readonly check: CheckName;
}

/** Finds out about one subject. It may throw: then the check has failed. */
export interface Check {
  readonly name: CheckName;
  /** Returns an empty list if there is nothing to check. */
  readonly run: () => Promise<readonly Finding[]>;
}

const checkWithinMs = 30_000;

/** Runs the checks at the same time. Returns their results in their order, without secrets. */
export async function runChecks(
  checks: readonly Check[],
  explain: (error: unknown) => string,
  clock: Clock,
): Promise<readonly CheckResult[]> {
  const findings = await Promise.all(checks.map((check) => findingsOf(check, explain, clock)));
  return checks.flatMap(({ name }, index) =>
    (findings[index] ?? []).map((finding) => ({ check: name, ...withoutSecrets(finding) })),
  );
}

async function findingsOf(
  { run }: Check,
  explain: (error: unknown) => string,
  clock: Clock,
): Promise<readonly Finding[]> {
  try {
    return await withDeadline(clock, checkWithinMs, run());
  } catch (error) {
    if (!(error instanceof DeadlineExceeded)) return [{ status: 'failed', message: explain(error).trimEnd() }];
    const message = `The check did not end within ${checkWithinMs / 1000} seconds.`;
    return [{ status: 'failed', message, advice: 'A server or a proxy accepts connections and does not answer.' }];
  }
}

function withoutSecrets({ status, message, advice }: Finding): Finding {
  return { status, message: redactToText(message), advice: advice === undefined ? undefined : redactToText(advice) };
}
