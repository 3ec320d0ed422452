import type { ThreepidFailureDetails } from './failure.js';

/** What a session remembers that decides what becomes of it. */
export interface SessionState {
  /** The greatest `send_attempt` for which a message went out; undefined before the first. */
  readonly lastAttempt: number | undefined;
  /** Epoch ms; undefined until the address is proven. */
  readonly validatedAt: number | undefined;
  /** Epoch ms: until then the address can be proven, and once it is, be used. */
  readonly expiresAt: number;
}

/** A token that was sent for a session, compared with a submitted one. */
export interface TokenState {
  readonly id: string;
  /** How often something else was given while this one was good. */
  readonly wrongGuesses: number;
  readonly isGiven: boolean;
}

/** What a request for a token means. */
export type SendDecision<S> =
  /** A message goes out, and once it has, `attempt` is the greatest. */
  | { readonly act: 'send'; readonly attempt: number }
  /** This was asked for before in that session: nothing goes out. */
  | { readonly act: 'repeat'; readonly session: S };

/** The decision about a submitted token. */
export type SubmitDecision =
  | { readonly act: 'validate'; readonly expiresAt: number }
  /** It was right once more. */
  | { readonly act: 'confirm' }
  /** Every token that was sent is dead: a new one has to be asked for. */
  | { readonly act: 'exhausted' }
  /** `charged` are the tokens that were guessed at. */
  | { readonly act: 'refuse'; readonly failure: ThreepidFailureDetails; readonly charged: readonly string[] };

/** How many guesses a token survives, and how long a session lasts. */
export interface SubmitRules {
  /** So many wrong guesses, and a token is dead. */
  readonly maxGuesses: number;
  /** From the proof on. */
  readonly usableMs: number;
}

// What a JSON number and the database both hold exactly.
const greatestAttempt = Number.MAX_SAFE_INTEGER;

/**
 * Returns whether a request with this `send_attempt`, or none, sends a message; `open` is the
 * session that it is for, if there is one yet. Pure.
 */
export function decideSend<S extends SessionState>(
  open: S | undefined,
  sendAttempt: number | undefined,
): SendDecision<S> {
  const last = open?.lastAttempt;
  const attempt = Math.min(sendAttempt ?? (last ?? -1) + 1, greatestAttempt);
  const isKnown = sendAttempt !== undefined && last !== undefined && attempt <= last;
  return open && isKnown ? { act: 'repeat', session: open } : { act: 'send', attempt };
}

/**
 * When the address was proven, if that still counts; else why it does not. Pure: all times are
 * epoch ms.
 */
export function proofOf(
  { validatedAt, expiresAt }: SessionState,
  now: number,
): { readonly validatedAt: number } | { readonly failure: ThreepidFailureDetails } {
  if (now >= expiresAt) return { failure: { kind: 'session_expired' } };
  return validatedAt === undefined ? { failure: { kind: 'session_not_validated' } } : { validatedAt };
}

/**
 * Decides about a submitted token for a session with these tokens. Each wrong one counts against
 * every token that is still good, so that no token is ever compared with more than `maxGuesses`
 * wrong ones, however many are sent. Pure: `now` is epoch ms.
 */
export function decideSubmit(
  state: SessionState,
  tokens: readonly TokenState[],
  { maxGuesses, usableMs }: SubmitRules,
  now: number,
): SubmitDecision {
  if (now >= state.expiresAt) return refuse({ kind: 'session_expired' });
  if (state.validatedAt !== undefined) {
    return tokens.some(({ isGiven }) => isGiven) ? { act: 'confirm' } : refuse({ kind: 'token_wrong' });
  }
  const good = tokens.filter(({ wrongGuesses }) => wrongGuesses < maxGuesses);
  if (good.some(({ isGiven }) => isGiven)) return { act: 'validate', expiresAt: now + usableMs };
  if (good.length === 0 && tokens.length > 0) return { act: 'exhausted' };
  const charged = good.map(({ id }) => id);
  return { act: 'refuse', failure: { kind: 'token_wrong' }, charged };
}

function refuse(failure: ThreepidFailureDetails): SubmitDecision {
  return { act: 'refuse', failure, charged: [] };
}
