import { HomeserverFailure, type HomeserverFailureDetails } from '../../matrix/failure.js';
import { AccountFailure, type AccountFailureDetails } from '../failure.js';

const busyRetryMs = 1_000;

/** Returns the homeserver's answer. Throws AccountFailure instead of HomeserverFailure. */
export async function mapHomeserverFailure<Answer>(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof HomeserverFailure)) throw error;
    throw new AccountFailure(toAccountFailureDetails(error.details), { cause: error });
  }
}

function toAccountFailureDetails({ kind }: HomeserverFailureDetails): AccountFailureDetails {
  switch (kind) {
    case 'overloaded':
      return { kind, retryAfterMs: busyRetryMs };
    case 'body_too_deep':
      return { kind };
    case 'no_connection':
    case 'no_answer':
    case 'answer_unfit':
      return { kind: 'homeserver_unreachable' };
  }
}
