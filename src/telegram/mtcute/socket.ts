import { connect, type Socket } from 'node:net';
import { ConnectionClosedError, type ITcpConnection, type TcpEndpoint } from '@fuman/net';

/**
 * A TCP connection for mtcute that can be closed while it is being opened, and that reads no more
 * from the network than mtcute asks for.
 */
export class EngineSocket implements ITcpConnection {
  readonly localAddress = null;
  readonly remoteAddress = null;
  /** Resolves when the connection is closed. */
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  #error: Error | undefined;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('readable', () => this.#wake());
    socket.on('error', (error) => this.#end(error));
    this.closed = new Promise((resolve) => socket.on('close', () => resolve()));
    socket.on('close', () => this.#end(new ConnectionClosedError()));
    socket.on('end', () => this.#end(new ConnectionClosedError()));
  }

  /** Opens a connection. Rejects if that fails, or when `signal` aborts. */
  static open({ address, port }: TcpEndpoint, signal: AbortSignal): Promise<EngineSocket> {
    return new Promise((resolve, reject) => {
      // mtcute sends acknowledgements in separate packets. With Nagle's algorithm each would wait
      // for a delayed ACK, 40 ms.
      const socket = connect({ host: address, port, noDelay: true, keepAlive: true });
      const abort = (): void => void socket.destroy(new Error('the connection was closed'));
      if (signal.aborted) abort();
      signal.addEventListener('abort', abort, { once: true });
      socket.once('close', () => signal.removeEventListener('abort', abort));
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new EngineSocket(socket));
      });
    });
  }

  async read(into: Uint8Array): Promise<number> {
    for (;;) {
      const available = Math.min(this.#socket.readableLength, into.length);
      const bytes: Buffer | null = available > 0 ? (this.#socket.read(available) as Buffer | null) : null;
      if (bytes !== null) {
        into.set(bytes);
        return bytes.length;
      }
      if (this.#error !== undefined) throw this.#error;
      // Asks for more bytes; without this call, the event does not come.
      this.#socket.read(0);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#error !== undefined) return reject(this.#error);
      // mtcute reuses the bytes.
      this.#socket.write(Buffer.from(bytes), (error) => (error ? reject(error) : resolve()));
    });
  }

  close(): void {
    this.#socket.destroy();
    this.#end(new ConnectionClosedError());
  }

  setNoDelay(): void {
    // Set by open().
  }

  setKeepAlive(): void {
    // Set by open().
  }

  #end(error: Error): void {
    this.#error ??= error;
    this.#wake();
  }
}
