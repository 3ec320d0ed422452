import type { Mxid } from '../base/mxid.js';
import type { Secret } from '../base/secret.js';

/** Names a login at the bridge: the Telegram user ID in decimal. */
export type BridgeLoginId = string;

/**
 * A session as the bridge takes it: JSON with `auth_key`, `dc_id` and `server_address`. A program
 * that has it is logged in.
 */
export type BridgeSession = Secret;

/** A login of a Matrix user at the bridge. */
export interface BridgeLogin {
  readonly id: BridgeLoginId;
  readonly name: string;
  readonly profile: {
    /** With its plus, if the bridge knows it. */
    readonly phone?: string | undefined;
    readonly username?: string | undefined;
    readonly name?: string | undefined;
  };
  /** Undefined if its answer does not show it. */
  readonly isBot: boolean | undefined;
  readonly state: BridgeLoginState;
  readonly spaceRoom?: string | undefined;
  /** The login as the bridge writes it in its answer to whoami. */
  readonly asWritten: Readonly<Record<string, unknown>>;
}

/** The state of a login at the bridge. */
export interface BridgeLoginState {
  /**
   * `working` includes that it is still connecting; `ended` means that Telegram has ended the
   * session (BAD_CREDENTIALS, LOGGED_OUT).
   */
  readonly condition: 'working' | 'trouble' | 'ended';
  /** The bridge's own word, e.g. `CONNECTED`, `TRANSIENT_DISCONNECT`. */
  readonly event: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly error?: string | undefined;
  readonly message?: string | undefined;
}

/** What the bridge knows about a Matrix user. */
export interface BridgeUser {
  readonly bridgeBot: string;
  readonly commandPrefix: string;
  readonly managementRoom?: string | undefined;
  readonly logins: readonly BridgeLogin[];
}

/** A login process at the bridge that waits for a session. */
export interface HandOverProcess {
  readonly loginId: string;
  readonly stepId: string;
  readonly transactionId: string | undefined;
}

/** A Telegram user as the bridge shows it. */
export interface BridgeContact {
  /** The Telegram user ID, in decimal. */
  readonly id: string;
  readonly name?: string | undefined;
  /** For example `tel:+441632960123`, `telegram:alice`. */
  readonly identifiers?: readonly string[] | undefined;
  /** The ghost's Matrix ID. */
  readonly mxid?: string | undefined;
  readonly avatarUrl?: string | undefined;
  /** The room of the chat with that user, if there is one. */
  readonly dmRoom?: string | undefined;
}

/** A room that the bridge has made or found. */
export interface BridgeChat extends BridgeContact {
  /** Whether the room was created by this request. */
  readonly isNew: boolean;
}

/** A group that the bridge has made, as the bridge writes it. */
export interface BridgeGroup extends Readonly<Record<string, unknown>> {
  readonly id: string;
  /** The Matrix room. */
  readonly mxid: string;
}

/** A request about a login that only the bridge can answer, as clients of the bridge write it. */
export interface BridgeRequest {
  readonly method: 'GET' | 'POST';
  /** The segments of the path below `/v3`, not encoded. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: Readonly<Record<string, unknown>>;
  /** Whether the bridge answers with a list. */
  readonly isList?: boolean;
}

/** An answer as the bridge writes it. */
export interface BridgeReply {
  /** 2xx */
  readonly status: number;
  /** Empty if the status is 204. */
  readonly body: Readonly<Record<string, unknown>>;
  /** The answer if it is a list; else empty. */
  readonly list: Record<string, unknown>[];
}

/**
 * The provisioning API (v3) of the bridge to which logins are handed over (mautrix-telegram). Every
 * method throws BridgeFailure for what is known to go wrong; each has a deadline of its own.
 */
export interface Bridge {
  /** What the bridge knows about the user: GET whoami. */
  findUser(mxid: Mxid): Promise<BridgeUser>;
  /** Starts a login process of the flow `manual`: POST login/start/manual. */
  startHandOver(mxid: Mxid): Promise<HandOverProcess>;
  /**
   * Gives the session to the process and waits until the bridge has logged in with it. It may be
   * repeated for the same process while its answer is unknown: the bridge then waits for what it
   * has begun. `bridge_process_unknown` after it has ended, in whatever way.
   */
  submitSession(mxid: Mxid, process: HandOverProcess, session: BridgeSession): Promise<BridgeLoginId>;
  /** Ends the process: POST login/cancel. Resolves also if it had ended before. */
  cancelHandOver(mxid: Mxid, process: HandOverProcess): Promise<void>;
  /** Logs out at the bridge and at Telegram. Resolves also if there is no such login (any more). */
  logOut(mxid: Mxid, login: BridgeLoginId): Promise<void>;
  contacts(mxid: Mxid, login: BridgeLoginId): Promise<readonly BridgeContact[]>;
  searchUsers(mxid: Mxid, login: BridgeLoginId, query: string): Promise<readonly BridgeContact[]>;
  /** `bridge_identifier_unknown` if it names no user. */
  resolveIdentifier(mxid: Mxid, login: BridgeLoginId, identifier: string): Promise<BridgeContact>;
  /** Like resolveIdentifier, and makes the room of the chat unless there is one. */
  createDm(mxid: Mxid, login: BridgeLoginId, identifier: string): Promise<BridgeChat>;
  /**
   * Makes a group at Telegram and its room; the body as clients of the bridge write it. Returns the
   * bridge's answer.
   */
  createGroup(
    mxid: Mxid,
    login: BridgeLoginId,
    type: string,
    body: Readonly<Record<string, unknown>>,
  ): Promise<BridgeGroup>;
  /** Sends a request about the login. Returns the bridge's answer. */
  passOn(mxid: Mxid, login: BridgeLoginId, request: BridgeRequest): Promise<BridgeReply>;
}
