import type { z } from 'zod';
import type { Clock } from '../../base/clock.js';
import type { Mxid } from '../../base/mxid.js';
import type { PathParameter, ReplyShape } from '../../http/endpoint.js';
import type { LoginService } from '../../login/service.js';
import type { LoginInput, LoginStep, SentCode } from '../../login/processes.js';
import type { HandOverAnswers } from './hand-over.js';
import type { PhoneProofs } from './phone-proofs.js';
import type { AccountUser } from './telegram-person.js';
import type { SharedOperation } from './wire-error.js';

/** Dependencies of the login steps of versions 0.3.0 and 1. */
export interface StepDeps {
  readonly login: LoginService;
  /** Absent if logins do not validate phone numbers. */
  readonly phoneProofs?: PhoneProofs | undefined;
  /** Absent without a bridge. */
  readonly handOver?: HandOverAnswers;
  readonly clock: Clock;
}

type WireBody = Readonly<Record<string, unknown>>;

/** The shape of a reply's body, and the function that makes the body. */
export interface BodyOf<Args extends readonly unknown[]> {
  readonly schema: z.ZodType<WireBody, WireBody>;
  readonly make: (...args: Args) => WireBody | Promise<WireBody>;
}

/** Returns both, checked against each other. */
export function bodyOf<Args extends readonly unknown[], Schema extends z.ZodType<WireBody, WireBody>>(
  schema: Schema,
  make: (...args: Args) => z.input<Schema> | Promise<z.input<Schema>>,
): BodyOf<Args> {
  return { schema, make };
}

/** The differences between versions 0.3.0 and 1 in the steps of a login. */
export interface Dialect {
  /** The path before the name of the step. */
  readonly base: '/login/{mxid}' | '/user/{mxid}/login';
  readonly mxidParameter: PathParameter;
  readonly operationIds: Readonly<Record<SharedOperation, string>>;
  readonly errorShapes: (name: SharedOperation) => Record<number, ReplyShape>;
  /** Returns the shape of a request body with these members. */
  readonly body: <Shape extends z.ZodRawShape>(shape: Shape) => z.ZodObject<Shape, z.core.$loose>;
  readonly replies: {
    readonly completed: BodyOf<[deps: StepDeps, owner: Mxid, user: AccountUser]>;
    readonly botCompleted: BodyOf<[deps: StepDeps, owner: Mxid, user: AccountUser]>;
    /** `now` is in epoch milliseconds. */
    readonly codeSent: BodyOf<[code: SentCode, now: number]>;
    readonly passwordNeeded: BodyOf<[step: Extract<LoginStep, { readonly kind: 'password' }>]>;
  };
  /** Descriptions in the OpenAPI file. */
  readonly words: {
    readonly requestCode: string;
    readonly codeRequested: string;
    readonly sendPassword?: string;
    /** Appended to the description of `add_phone`. */
    readonly addPhone: string;
  };
  /** Returns what is thrown in place of an error of that input; usually the error. */
  readonly restate: (error: unknown, input: LoginInput) => unknown;
}
