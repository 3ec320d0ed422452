/** One way of cutting a TCP stream into packets (core.telegram.org/mtproto/mtproto-transports). */
export interface Transport {
  /**
   * Takes what arrived and returns the packets that are complete; throws TransportFailure on bytes
   * that cannot be a packet.
   */
  receive(chunk: Buffer): readonly Buffer[];
  /** Returns the bytes on the wire for one packet. */
  frame(packet: Buffer): Buffer;
}

/**
 * Gathers bytes until a packet is complete. `take` returns the packet at the start of the buffer
 * and what follows it, or undefined.
 */
export function createPacketBuffer(
  take: (bytes: Buffer) => { readonly packet: Buffer; readonly rest: Buffer } | undefined,
): (chunk: Buffer) => readonly Buffer[] {
  let pending: Buffer = Buffer.alloc(0);
  return (chunk) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    const packets: Buffer[] = [];
    for (let next = take(pending); next; next = take(pending)) {
      packets.push(next.packet);
      pending = next.rest;
    }
    return packets;
  };
}
