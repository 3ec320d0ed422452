import type { AnyRequest, Endpoint } from './endpoint.js';

/** A WebSocket of an API. Other requests for its path are served by `endpoint`. */
export interface SocketEndpoint {
  /**
   * Has the path and the name. Errors before the WebSocket is open are answered like those of
   * this endpoint.
   */
  readonly endpoint: Endpoint;
  /** The supported subprotocol, selected if the client offers it. */
  readonly protocol: string;
  /**
   * Returns the value to use for the Authorization header, from the offered subprotocols. For
   * clients that cannot send that header.
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
 * Serves an open WebSocket, which closes normally when this resolves. Called once for each result
 * of `open`, also if the client has disconnected meanwhile: then `closed` has aborted.
 */
export type Conversation = (socket: MessageSocket) => Promise<void>;

/** An open WebSocket for sending only: messages from clients are not read. */
export interface MessageSocket {
  /** Sends a message as JSON, unless the WebSocket is closed. */
  send(message: object): void;
  /**
   * Aborts when the WebSocket is closed, by the client, after an unanswered ping, or because the
   * server stops.
   */
  readonly closed: AbortSignal;
}
