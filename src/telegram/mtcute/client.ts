import type { LiveSession } from './live-session.js';

/** A session with the application that its requests name. */
export interface Client {
  readonly session: LiveSession;
  readonly apiId: number;
  readonly apiHash: string;
}
