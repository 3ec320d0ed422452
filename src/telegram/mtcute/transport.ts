import { performSocksHandshake, type TcpEndpoint } from '@fuman/net';
import {
  BaseMtProxyTransport,
  IntermediatePacketCodec,
  TransportError,
  type IPacketCodec,
  type ITelegramConnection,
  type TelegramTransport,
} from '@mtcute/core';
import type { BasicDcOption, ICryptoProvider, Logger } from '@mtcute/core/utils.js';
import type { PlainProxy } from '../gateway-options.js';
import { maxUnpacked } from '../mtproto/unpack.js';
import { EngineSocket } from './socket.js';

/** The transport of one connection to one data centre. It connects once. */
export interface SingleTransport extends TelegramTransport {
  /**
   * Why there is no connection, and its proxy. Empty while no reason is known. Contains no secret.
   */
  readonly problem: string;
  /** Whether the connection has been opened, through the proxy if there is one. */
  readonly wasOpened: boolean;
  /**
   * Closes the connection, also while it is being opened, and prevents another one. Never rejects.
   */
  close(): Promise<void>;
}

/**
 * Creates a transport over TCP, a SOCKS5 proxy or an MTProto proxy. mtcute connects again when it
 * sees fit; a second connection on a key that the first still uses would end the session, so the
 * transport refuses it. Calls `onTransportError` with the positive code
 * (core.telegram.org/mtproto/mtproto-transports#transport-errors).
 */
export function createTransport(proxy: PlainProxy | null, onTransportError: (code: number) => void): SingleTransport {
  const closing = new AbortController();
  const way = proxy === null ? '' : ` through the ${proxy.type} proxy ${proxy.address}:${proxy.port}`;
  let used = false;
  let problem = '';
  let wasOpened = false;

  const onPacket = (): void => {
    problem = '';
  };
  let socket: Promise<EngineSocket> | undefined;
  const open = (endpoint: TcpEndpoint): Promise<EngineSocket> => {
    socket = EngineSocket.open(endpoint, closing.signal);
    return socket;
  };

  const inner: TelegramTransport = proxy?.type === 'mtproxy' ? new ProxyTransport(proxy, open) : direct(proxy, open);

  return {
    get problem() {
      return problem;
    },
    get wasOpened() {
      return wasOpened;
    },
    setup: (crypto: ICryptoProvider, log: Logger) => inner.setup?.(crypto, log),
    packetCodec: (dc: BasicDcOption) => watch(inner.packetCodec(dc), { onTransportError, onPacket }),
    async connect(dc) {
      if (used) throw new Error('a transport connects once');
      used = true;
      try {
        const connection = await inner.connect(dc);
        wasOpened = true;
        problem = `connections${way} break at once${proxy?.type === 'mtproxy' ? '; its secret may be wrong' : ''}`;
        return connection;
      } catch (error) {
        problem = `no connection${way}: ${error instanceof Error ? error.message : String(error)}`;
        throw error;
      }
    },
    async close() {
      used = true;
      closing.abort();
      const opened = await socket?.catch(() => undefined);
      await opened?.closed;
    },
  };
}

type Open = (endpoint: TcpEndpoint) => Promise<EngineSocket>;

function direct(proxy: Extract<PlainProxy, { type: 'socks5' }> | null, open: Open): TelegramTransport {
  return {
    packetCodec: (): IPacketCodec => new IntermediatePacketCodec(),
    async connect({ ipAddress, port }: BasicDcOption): Promise<ITelegramConnection> {
      if (proxy === null) return open({ address: ipAddress, port });
      const { address, port: proxyPort, username, password } = proxy;
      const socket = await open({ address, port: proxyPort });
      const settings = {
        host: address,
        port: proxyPort,
        ...(username === undefined ? {} : { user: username }),
        ...(password === undefined ? {} : { password }),
      };
      try {
        await performSocksHandshake(socket, socket, settings, { address: ipAddress, port });
        return socket;
      } catch (error) {
        socket.close();
        throw error;
      }
    },
  };
}

interface CodecEvents {
  readonly onTransportError: (code: number) => void;
  readonly onPacket: () => void;
}

/**
 * Reports transport errors before mtcute closes the connection, and rejects packets that are too
 * long.
 */
function watch(codec: IPacketCodec, { onTransportError, onPacket }: CodecEvents): IPacketCodec {
  return {
    setup: (crypto, log) => codec.setup?.(crypto, log),
    tag: () => codec.tag(),
    encode: (frame, into) => codec.encode(frame, into),
    reset: () => codec.reset(),
    async decode(reader, eof) {
      if (reader.available > maxPacketLength) throw new Error('the packet of Telegram is too long');
      try {
        const packet = await codec.decode(reader, eof);
        if (packet !== null) onPacket();
        return packet;
      } catch (error) {
        if (error instanceof TransportError) onTransportError(error.code);
        throw error;
      }
    },
  };
}

/** As much as the messages of one packet may unpack to. */
const maxPacketLength = maxUnpacked;

class ProxyTransport extends BaseMtProxyTransport {
  readonly #open: Open;

  constructor({ address, port, secret }: Extract<PlainProxy, { type: 'mtproxy' }>, open: Open) {
    super({ host: address, port, secret });
    this.#open = open;
  }

  override _connectTcp(endpoint: TcpEndpoint): Promise<EngineSocket> {
    return this.#open(endpoint);
  }
}
