import type { TelegramUser, TelegramUserId } from '../telegram/shapes.js';
import type { FirstState } from './machine.js';
import type { Complaint, ExpectedStep, LoginFlow, LoginStart } from './processes.js';
import type { LoginInput } from './shapes.js';

/** Every kind of input. */
export const inputKinds = ['phone', 'code', 'password', 'bot_token'] as const satisfies readonly LoginInput['kind'][];

/** An answer that was acted on, so that it is known when it comes again; `digest` is equal for equal inputs only. */
export interface GivenAnswer {
  readonly stepNumber: number;
  readonly kind: LoginInput['kind'];
  readonly digest: string;
}

/** The input that a decision comes from. */
export interface GivenInput {
  /** Set if the login has a name. */
  readonly answer?: GivenAnswer | undefined;
  /** Set if the same input may come again without a login ID, so that the digest of the one that finishes a login is stored. */
  readonly digest?: string | undefined;
}

/** What is kept of a login that LoginProcesses has started, besides its state. */
export interface ProcessMeta {
  readonly flow: LoginFlow;
  readonly stepNumber: number;
  readonly complaint: Complaint | null;
  /** Whether the code was sent for this step, and not before. */
  readonly fresh: boolean;
  readonly replacing: TelegramUserId | null;
  /** Whether its account may only be the first of the owner's. */
  readonly onlyIfLoggedOut: boolean;
  readonly lastAnswer: GivenAnswer | null;
}

/** How a login with a name ended. */
export type LoginEnd =
  | { readonly how: 'cancelled' }
  | { readonly how: 'timed_out' }
  | { readonly how: 'finished'; readonly user: TelegramUser };

/** What an answer is to the login: one that it asks for, the last one once more, or neither. */
export type AnswerMatch = 'due' | 'repeated' | 'wrong_step';

/** Where each way of logging in begins. */
export const firstSteps = { phone: 'phone', qr: 'qr_wanted', bot: 'bot_token' } as const satisfies Record<
  LoginFlow,
  FirstState['step']
>;

/** The name of a login that starts. */
export function initialMeta({ flow, replacing, onlyIfLoggedOut = false }: LoginStart): ProcessMeta {
  const shown = { stepNumber: 1, complaint: null, fresh: true, lastAnswer: null };
  return { ...shown, flow, replacing: replacing ?? null, onlyIfLoggedOut };
}

/** The name of a login that shows its next step, after `answer` where it was one that brought it there. */
export function advance(
  name: ProcessMeta,
  { answer, complaint = null, fresh = true }: AdvancedProcess = {},
): ProcessMeta {
  return { ...name, stepNumber: name.stepNumber + 1, complaint, fresh, lastAnswer: answer ?? null };
}

/** The login at its next step; one without a name has none to count. */
export function atNextStep<L extends { readonly name: ProcessMeta | null }>(login: L, how: AdvancedProcess): L {
  return { ...login, name: login.name && advance(login.name, how) };
}

/** How a login came to its next step. */
export interface AdvancedProcess {
  readonly answer?: GivenAnswer | undefined;
  readonly complaint?: Complaint | null;
  readonly fresh?: boolean;
}

/** Whether the answer is due at a login that stands at a step of kind `stands`; `stands` is undefined where the login is over. */
export function matchAnswer(
  name: ProcessMeta,
  stands: string | undefined,
  expecting: ExpectedStep,
  given: Omit<GivenAnswer, 'stepNumber'>,
): AnswerMatch {
  const { lastAnswer, stepNumber } = name;
  const isRepeated =
    lastAnswer !== null &&
    lastAnswer.kind === given.kind &&
    lastAnswer.digest === given.digest &&
    // Without a number, the same answer to the same step shown again may well be meant as another try.
    (expecting === lastAnswer.stepNumber || (expecting === lastAnswer.kind && stands !== lastAnswer.kind));
  if (isRepeated) return 'repeated';
  const isDue = stands === given.kind && (expecting === stepNumber || expecting === given.kind);
  return isDue ? 'due' : 'wrong_step';
}
