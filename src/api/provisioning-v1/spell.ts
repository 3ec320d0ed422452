import { TelegramProofFailure } from '../../accounts/threepids/telegram-proofs.js';
import type { Failure } from '../../base/failure.js';
import { problemHeaders } from '../../http/plain-problems.js';
import type { HttpProblem } from '../../http/problem.js';
import type { ObjectReply } from '../../http/reply.js';
import { TelegramAccountFailure } from '../../login/accounts.js';
import { LoginFailure } from '../../login/failure.js';
import { LoginProcessFailure } from '../../login/process-failure.js';
import type { Operation } from '../provisioning-0.3.0/operation.js';
import { OwnerFailure } from '../provisioning-0.3.0/owner.js';
import { extrasOf, spell, spellProofFault } from '../provisioning-0.3.0/spell.js';
import { accountErrors, httpErrors, loginErrors, ownerErrors, processErrors, versionErrors } from './errors.js';
import { VersionFailure } from './failure.js';

/** A failure as version 1 puts it on the wire; undefined for one that it does not know. */
export function spellFailure(failure: Failure, operation: Operation): ObjectReply | undefined {
  if (failure instanceof LoginFailure) return spell(loginErrors[failure.fact.kind], operation, extrasOf(failure.fact));
  if (failure instanceof LoginProcessFailure) return spell(processErrors[failure.fact.kind], operation, {});
  if (failure instanceof TelegramAccountFailure) return spell(accountErrors[failure.fact.kind], operation, {});
  if (failure instanceof TelegramProofFailure) return spellProofFault(failure.fact, operation);
  if (failure instanceof OwnerFailure) return spell(ownerErrors[failure.fact.kind], operation, {});
  if (failure instanceof VersionFailure) return spell(versionErrors[failure.fact.kind], operation, {});
  return undefined;
}

/** What the kernel found, as version 1 puts it on the wire; `operation` is undefined where none was reached. */
export function spellHttpProblem(problem: HttpProblem, operation: Operation | undefined): ObjectReply {
  const retry = problem.kind === 'too_many_attempts' ? { retryAfterMs: problem.retryAfterMs } : {};
  const reply = spell(httpErrors[problem.kind], operation, retry);
  return { ...reply, headers: { ...problemHeaders(problem), ...reply.headers } };
}
