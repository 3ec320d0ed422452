import { Api } from 'telegram';

/**
 * Sends initConnection with the first requests of each connection, until Telegram has answered one.
 * gramjs would send it with a request of its own, and wait for the answer.
 */
export class InitConnection {
  #prefix: Buffer = Buffer.alloc(0);
  #isAnswered = false;

  /** Takes the request that gramjs would send: help.getConfig in initConnection. */
  setRequest(request: Api.InvokeWithLayer): void {
    const bytes = request.getBytes();
    // The query is the last field of both, and help.getConfig has no field.
    this.#prefix = bytes.subarray(0, bytes.length - identifierLength);
  }

  onConnected(): void {
    this.#isAnswered = false;
  }

  onAnswered(): void {
    this.#isAnswered = true;
  }

  /** Returns the bytes to send for this message. */
  wrap(message: Buffer): Buffer {
    if (this.#isAnswered || services.has(message.readUInt32LE())) return message;
    return Buffer.concat([this.#prefix, message]);
  }
}

const identifierLength = 4;

/** Messages of MTProto itself, which are no queries. */
const services: ReadonlySet<number> = new Set([Api.Ping.CONSTRUCTOR_ID, Api.PingDelayDisconnect.CONSTRUCTOR_ID]);
