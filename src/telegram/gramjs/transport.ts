import { Socket } from 'node:net';
import type { Connection } from 'telegram';
import { PromisedNetSockets } from 'telegram/extensions/index.js';
import { ConnectionTCPFull } from 'telegram/network/connection/index.js';
import { ConnectionTCPMTProxyAbridged } from 'telegram/network/connection/TCPMTProxy.js';
import type { SharedDeadline } from '../../base/shared-deadline.js';
import type { DataCentre } from '../portable-session.js';
import type { PlainProxy } from '../gateway-options.js';

/** The connections of one client to its data centres. */
export interface Transport {
  /** The class that gramjs creates its connections from. */
  readonly connection: typeof Connection;
  readonly socket: typeof PromisedNetSockets;
  /**
   * Why there is no connection, and its proxy. Empty while no reason is known. Contains no secret.
   */
  readonly problem: string;
  /** Closes each socket, also one that is being opened, and prevents new ones. */
  close(): Promise<void>;
}

export interface TransportOptions {
  readonly proxy: PlainProxy | null;
  readonly dataCentres: readonly DataCentre[];
  /** Called when a data centre answers -404: it does not have the auth key of the message. */
  readonly onKeyUnknown: () => void;
  /** Called when a connection breaks or is closed, before gramjs reacts. */
  readonly onBroken: () => void;
  /** Called when several connections in a row received nothing: gramjs would retry for ever. */
  readonly onNoUse: () => void;
  /** While it is over, nothing is sent and no connection opened. */
  readonly deadline: SharedDeadline | undefined;
}

/**
 * gramjs retries once a second if a data centre accepts connections and closes them at once, as
 * during a restart.
 */
const maxVainConnections = 3;

const keyUnknown = -404;
/** Telegram's own data centres listen here. gramjs would use 80, which fewer networks allow. */
const usualPort = 443;

/** Creates the transport of one client, over TCP, a SOCKS5 proxy or an MTProto proxy. */
export function createTransport({
  proxy,
  dataCentres,
  onKeyUnknown,
  onBroken,
  onNoUse,
  deadline,
}: TransportOptions): Transport {
  const sockets = new Set<PromisedNetSockets>();
  const way = proxy === null ? '' : ` through the ${proxy.type} proxy ${proxy.address}:${proxy.port}`;
  let vainConnections = 0;
  let closed = false;
  let problem = '';

  class TrackedSocket extends PromisedNetSockets {
    override async connect(port: number, ip: string): Promise<unknown> {
      if (closed) throw new Error('the connection is closed');
      this.#requireLease();
      if (vainConnections === maxVainConnections) {
        problem ||= `connections${way} break at once${proxy?.type === 'mtproxy' ? '; its secret may be wrong' : ''}`;
        onNoUse();
        throw new Error(`${maxVainConnections} connections in a row received nothing`);
      }
      vainConnections += 1;
      sockets.add(this);
      const outcome = await this.#open(port, ip);
      const client: unknown = Reflect.get(this, 'client');
      // gramjs sends acknowledgements in separate packets. With Nagle's algorithm each would wait
      // for a delayed ACK, 40 ms.
      if (client instanceof Socket) client.setNoDelay(true);
      return outcome;
    }

    async #open(port: number, ip: string): Promise<unknown> {
      try {
        return await super.connect(port, ip);
      } catch (error) {
        problem = `no connection${way}: ${error instanceof Error ? error.message : String(error)}`;
        throw error;
      }
    }

    /** The thread may have stood still since the caller decided to send. */
    override write(data: Buffer): void {
      this.#requireLease();
      const client: unknown = Reflect.get(this, 'client');
      // The kernel would send queued data as soon as the process goes on, before any check.
      if (deadline && client instanceof Socket && client.writableLength > 0) this.#abandon('the network takes no data');
      super.write(data);
    }

    #requireLease(): void {
      if (deadline?.isOver() === true) this.#abandon('the leases of this daemon were not renewed');
    }

    #abandon(why: string): never {
      problem = why;
      void this.close();
      onNoUse();
      throw new Error(why);
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
      problem = '';
      if (data.length === 4 && data.readInt32LE(0) === keyUnknown) onKeyUnknown();
      return data;
    } catch (error) {
      // The full transport may send the code as the length of a packet. gramjs throws it with the
      // sign reversed.
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
    get problem() {
      return problem;
    },
    async close() {
      closed = true;
      await Promise.all([...sockets].map((socket) => socket.close()));
    },
  };
}
