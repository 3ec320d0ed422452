// Made from docs/openapi/web-links-v1.json by `npm run generate`.

import type { Api } from '../client.js';

export type CreateLinkReply = {
  readonly url: string;
  /** Seconds until it expires. */
  readonly expires_in: number;
};

export type CreateLinkRequest = {
  /** The Matrix ID of the user. */
  readonly user_id: string;
  readonly [name: string]: unknown;
};

export type Error = {
  readonly error: string;
  readonly errcode: string;
};

/** The operations of "Gangway links to the web page", by method and path. */
export interface Operations {
  /** Create a one-time link to the web page */
  readonly "POST /links": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: CreateLinkRequest;
    readonly reply: CreateLinkReply;
  };
}

/** For `createClient`. */
export const api: Api<Operations> = { path: "/_gangway/v1" };
