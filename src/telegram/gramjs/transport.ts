import { Socket } from 'node:net';
import type { Connection } from 'telegram';
import { PromisedNetSockets } from 'telegram/extensions/index.js';
import { ConnectionTCPFull } from 'telegram/network/connection/index.js';
import { ConnectionTCPMTProxyAbridged } from 'telegram/network/connection/TCPMTProxy.js';
import type { DataCentre, PlainProxy } from './protocol.js';

/** How one client reaches its data centres. */
export interface Transport {
  /** What gramjs makes its connections from. */
  readonly connection: typeof Connection;
  readonly socket: typeof PromisedNetSockets;
  /** Says why no connection is to be had, and through which proxy; empty while nothing is known against it. Holds no secret. */
  readonly trouble: string;
  /** Closes every socket, those included that are still being opened, and lets no other be opened. */
  close(): Promise<void>;
}

export interface TransportOptions {
  readonly proxy: PlainProxy | null;
  readonly dataCentres: readonly DataCentre[];
  /** Called when a data centre answers -404: it does not know the auth key of the message. */
  readonly onKeyUnknown: () => void;
  /** Called when a connection breaks or is closed, before gramjs does anything about it. */
  readonly onBroken: () => void;
  /** Called when several connections in a row brought nothing: gramjs would go on for ever. */
  readonly onNoUse: () => void;
}

/** A data centre that takes connections and closes them at once, as one does that restarts, is tried once a second by gramjs. */
const mostVainConnections = 3;

const keyUnknown = -404;
/** Telegram's own data centres listen here; gramjs would choose 80, which fewer networks let through. */
const usualPort = 443;

/** The transport of one client, over TCP, a SOCKS5 proxy or an MTProto proxy. */
export function createTransport({ proxy, dataCentres, onKeyUnknown, onBroken, onNoUse }: TransportOptions): Transport {
  const sockets = new Set<PromisedNetSockets>();
  const way = proxy === null ? '' : ` through the ${proxy.type} proxy ${proxy.address}:${proxy.port}`;
  let vainConnections = 0;
  let closed = false;
  let trouble = '';

  class TrackedSocket extends PromisedNetSockets {
    override async connect(port: number, ip: string): Promise<unknown> {
      if (closed) throw new Error('the connection is closed');
      if (vainConnections === mostVainConnections) {
        trouble ||= `connections${way} break at once${proxy?.type === 'mtproxy' ? '; its secret may be wrong' : ''}`;
        onNoUse();
        throw new Error(`${mostVainConnections} connections in a row brought nothing`);
      }
      vainConnections += 1;
      sockets.add(this);
      const outcome = await this.#open(port, ip);
      const client: unknown = Reflect.get(this, 'client');
      // gramjs sends acknowledgements in packets of their own: with Nagle's algorithm each would cost a delayed ACK, 40 ms.
      if (client instanceof Socket) client.setNoDelay(true);
      return outcome;
    }

    async #open(port: number, ip: string): Promise<unknown> {
      try {
        return await super.connect(port, ip);
      } catch (error) {
        trouble = `no connection${way}: ${error instanceof Error ? error.message : String(error)}`;
        throw error;
      }
    }

    override async close(): Promise<void> {
      sockets.delete(this);
      await super.close();
    }
  }

  const watch = async (packet: Promise<unknown>): Promise<unknown> => {
    try {
      const data = await packet;
      if (!Buffer.isBuffer(data) || data.length === 0) return data;
      vainConnections = 0;
      trouble = '';
      if (data.length === 4 && data.readInt32LE(0) === keyUnknown) onKeyUnknown();
      return data;
    } catch (error) {
      // The full transport may carry the code in place of a packet's length: gramjs throws it with the sign turned.
      if (error instanceof Error && 'code' in error && error.code === -keyUnknown) onKeyUnknown();
      onBroken();
      throw error;
    }
  };

  class DirectConnection extends ConnectionTCPFull {
    constructor(options: ConstructorParameters<typeof ConnectionTCPFull>[0]) {
      const configured = dataCentres.find((dataCentre) => dataCentre.id === options.dcId);
      super({ ...options, ip: configured?.ip ?? options.ip, port: configured?.port ?? usualPort });
    }

    override _recv(): Promise<unknown> {
      return watch(super._recv());
    }
  }

  class ProxiedConnection extends ConnectionTCPMTProxyAbridged {
    override _recv(): Promise<unknown> {
      return watch(super._recv());
    }
  }

  return {
    connection: proxy?.type === 'mtproxy' ? ProxiedConnection : DirectConnection,
    socket: TrackedSocket,
    get trouble() {
      return trouble;
    },
    async close() {
      closed = true;
      await Promise.all([...sockets].map((socket) => socket.close()));
    },
  };
}
