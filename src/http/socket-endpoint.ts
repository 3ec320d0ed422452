import type { AnyRequest, Endpoint } from './endpoint.js';

/** A WebSocket of a surface. Other requests for its path are served by `endpoint`. */
export interface SocketEndpoint {
  /**
   * Returns the path and the name; what goes wrong before the WebSocket is open is answered as its
   * errors are.
   */
  readonly endpoint: Endpoint;
  /** The subprotocol that is spoken; chosen if the client offers it. */
  readonly protocol: string;
  /**
   * What stands in for the Authorization header among the subprotocols that are offered; for
   * clients that cannot send one.
   */
  readonly authorizationOf: (offered: readonly string[]) => string | undefined;
  /**
   * Decides about the request before the WebSocket opens, and returns the conversation. What it
   * throws is answered as an error.
   */
  readonly open: (request: SocketRequest) => Promise<Conversation>;
}

/** The parts of an upgrade request. */
export type SocketRequest = Pick<AnyRequest, 'params' | 'query' | 'principal' | 'clientAddress'>;

/**
 * Speaks on an open WebSocket, which closes normally when it resolves. Called once for each that
 * `open` gave, also if the client has gone meanwhile: then `closed` has aborted.
 */
export type Conversation = (socket: MessageSocket) => Promise<void>;

/** An open WebSocket, as far as conversations need it: what clients send is not read. */
export interface MessageSocket {
  /** Sends a message as JSON; if the WebSocket is closed, nothing. */
  send(message: object): void;
  /**
   * Aborts when the WebSocket is closed, by the client, after an unanswered ping, or because the
   * server stops.
   */
  readonly closed: AbortSignal;
}
