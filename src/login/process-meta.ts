import { createHash } from 'node:crypto';
import { Secret } from '../base/secret.js';
import type { TelegramUser, TelegramUserId } from '../telegram/shapes.js';
import type { FirstState } from './machine.js';
import type { Complaint, ExpectedStep, LoginFlow, LoginInput, LoginStart } from './processes.js';

/** Every kind of input. */
export const inputKinds = ['phone', 'code', 'password', 'bot_token'] as const satisfies readonly LoginInput['kind'][];

/**
 * An accepted answer, stored to recognize its repetition; `digest` is equal for equal inputs only.
 */
export interface GivenAnswer {
  readonly stepNumber: number;
  readonly kind: LoginInput['kind'];
  readonly digest: string;
}

/** The input behind a decision. */
export interface GivenInput {
  /** Set if the login process has metadata. */
  readonly answer?: GivenAnswer | undefined;
  /**
   * Set if the input can be repeated without a login ID: then the digest of the completing input is
   * stored.
   */
  readonly digest?: string | undefined;
}

/** The metadata of a login process that LoginProcesses has started, besides its state. */
export interface ProcessMeta {
  readonly flow: LoginFlow;
  readonly stepNumber: number;
  readonly complaint: Complaint | null;
  /** Whether the code was sent for this step, and not before. */
  readonly fresh: boolean;
  readonly replacing: TelegramUserId | null;
  /** Whether the account must be the owner's first. */
  readonly onlyIfLoggedOut: boolean;
  readonly lastAnswer: GivenAnswer | null;
}

/** How a login process with metadata ended. */
export type LoginEnd =
  | { readonly how: 'cancelled' }
  | { readonly how: 'timed_out' }
  | { readonly how: 'finished'; readonly user: TelegramUser };

/** Whether an answer is for the current step, repeats the last one, or neither. */
export type AnswerMatch = 'expected' | 'repeated' | 'wrong_step';

/** The first step of each flow. */
export const firstSteps = { phone: 'phone', qr: 'qr_wanted', bot: 'bot_token' } as const satisfies Record<
  LoginFlow,
  FirstState['step']
>;

/** Returns the metadata of a new login process. */
export function initialMeta({ flow, replacing, onlyIfLoggedOut = false }: LoginStart): ProcessMeta {
  const shown = { stepNumber: 1, complaint: null, fresh: true, lastAnswer: null };
  return { ...shown, flow, replacing: replacing ?? null, onlyIfLoggedOut };
}

/** Returns the metadata at the next step, after `answer` if an answer led to it. */
export function advance(
  meta: ProcessMeta,
  { answer, complaint = null, fresh = true }: AdvancedProcess = {},
): ProcessMeta {
  return { ...meta, stepNumber: meta.stepNumber + 1, complaint, fresh, lastAnswer: answer ?? null };
}

/** Returns the login process at its next step. Without metadata, no steps are counted. */
export function atNextStep<L extends { readonly meta: ProcessMeta | null }>(login: L, how: AdvancedProcess): L {
  return { ...login, meta: login.meta && advance(login.meta, how) };
}

/** How a login process came to its next step. */
export interface AdvancedProcess {
  readonly answer?: GivenAnswer | undefined;
  readonly complaint?: Complaint | null;
  readonly fresh?: boolean;
}

/**
 * Returns whether the answer matches a login process at a step of kind `stands`; `stands` is
 * undefined if it has ended.
 */
export function matchAnswer(
  meta: ProcessMeta,
  stands: string | undefined,
  expecting: ExpectedStep,
  given: Omit<GivenAnswer, 'stepNumber'>,
): AnswerMatch {
  const { lastAnswer, stepNumber } = meta;
  const isRepeated =
    lastAnswer !== null &&
    lastAnswer.kind === given.kind &&
    lastAnswer.digest === given.digest &&
    // Without a number, the same answer to the same repeated step can be another attempt.
    (expecting === lastAnswer.stepNumber || (expecting === lastAnswer.kind && stands !== lastAnswer.kind));
  if (isRepeated) return 'repeated';
  const isExpected = stands === given.kind && (expecting === stepNumber || expecting === given.kind);
  return isExpected ? 'expected' : 'wrong_step';
}

/**
 * Returns a digest of the input. Equal inputs have equal digests. The input cannot be recovered
 * from it.
 */
export function fingerprint(input: LoginInput): string {
  const value = Object.values(input).map((part: unknown): unknown => (part instanceof Secret ? part.reveal() : part));
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url');
}
