import { createHash } from 'node:crypto';
import type { Mxid } from '../base/mxid.js';
import { randomId } from '../base/random.js';
import type { Runtime } from '../base/runtime.js';
import { Secret } from '../base/secret.js';
import type { Database } from '../database/database.js';
import type { WebGrantKind } from '../database/tables/web-grants.js';

/** A token that was issued. */
export interface IssuedGrant {
  readonly token: Secret;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** Sessions of the web page, and one-time links that start them. Tokens are stored as hashes. */
export interface WebGrants {
  /** Starts a session. The oldest session of a user who has too many ends. */
  openSession(owner: Mxid): Promise<IssuedGrant>;
  /** Returns the user of a session, or undefined if it has ended. */
  findSession(token: Secret): Promise<Mxid | undefined>;
  /** Ends the session. Idempotent. */
  endSession(token: Secret): Promise<void>;
  /** Issues a link for one sign-in. The oldest link of a user who has too many becomes invalid. */
  issueLink(owner: Mxid): Promise<IssuedGrant>;
  /** Returns the user of a link, or undefined if it is used or expired. Does not use it. */
  findLink(token: Secret): Promise<Mxid | undefined>;
  /** Uses the link and starts a session. Returns undefined if the link is used or expired. */
  redeemLink(token: Secret): Promise<(IssuedGrant & { readonly owner: Mxid }) | undefined>;
  /** Deletes expired rows. */
  sweep(): Promise<void>;
}

export interface WebGrantsDeps extends Omit<Runtime, 'logger'> {
  readonly database: Database;
  /** The lifetime of a session. */
  readonly sessionMs: number;
  /** The lifetime of a link. */
  readonly linkMs: number;
}

const maxPerOwner = 20;
const tokenForm = /^[A-Za-z0-9_-]{22}$/;

/** Creates the grants in that database. */
export function createWebGrants({ database, clock, random, sessionMs, linkMs }: WebGrantsDeps): WebGrants {
  const lifetimes: Readonly<Record<WebGrantKind, number>> = { session: sessionMs, link: linkMs };

  function makeGrant(kind: WebGrantKind, owner: Mxid) {
    const token = new Secret(randomId(random));
    const createdAt = clock.now();
    const expiresAt = createdAt + lifetimes[kind];
    return { token, record: { tokenHash: hashOf(token), kind, owner, createdAt, expiresAt } };
  }

  async function issue(kind: WebGrantKind, owner: Mxid): Promise<IssuedGrant> {
    const { token, record } = makeGrant(kind, owner);
    await database.transaction(async (tx) => {
      await tx.webGrants.insert(record);
      await tx.webGrants.deleteOldest(kind, owner, maxPerOwner);
    });
    return { token, expiresAt: record.expiresAt };
  }

  async function find(kind: WebGrantKind, token: Secret): Promise<Mxid | undefined> {
    if (!tokenForm.test(token.reveal())) return undefined;
    const found = await database.read(({ webGrants }) => webGrants.find(kind, hashOf(token)));
    return found && clock.now() < found.expiresAt ? found.owner : undefined;
  }

  return {
    openSession: (owner) => issue('session', owner),
    findSession: (token) => find('session', token),
    issueLink: (owner) => issue('link', owner),
    findLink: (token) => find('link', token),

    async endSession(token) {
      await database.transaction((tx) => tx.webGrants.delete('session', hashOf(token)));
    },

    async redeemLink(token) {
      const tokenHash = hashOf(token);
      return database.transaction(async (tx) => {
        const link = await tx.webGrants.find('link', tokenHash);
        const isUsed = link !== undefined && !(await tx.webGrants.delete('link', tokenHash));
        if (!link || isUsed || clock.now() >= link.expiresAt) return undefined;
        const { owner } = link;
        const session = makeGrant('session', owner);
        await tx.webGrants.insert(session.record);
        await tx.webGrants.deleteOldest('session', owner, maxPerOwner);
        return { owner, token: session.token, expiresAt: session.record.expiresAt };
      });
    },

    async sweep() {
      await database.transaction((tx) => tx.webGrants.deleteExpired(clock.now()));
    },
  };
}

// A fast hash suffices: the 128 random bits of a token cannot be guessed.
function hashOf(token: Secret): string {
  return createHash('sha256').update(token.reveal()).digest('base64url');
}
