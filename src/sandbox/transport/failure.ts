import { Failure } from '../../base/failure.js';

/**
 * Why a stream cannot be read on: the packet is too long, its checksum is wrong, or no transport
 * starts like this.
 */
export type TransportFact = { readonly kind: 'packet_length' | 'checksum' | 'unknown_transport' };

/** Thrown by transports; the connection must be closed. */
export class TransportFailure extends Failure<TransportFact> {}

// Far above what a client of the sandbox sends; a longer one means that the stream is not what it
// seemed.
const maxPacketLength = 1 << 20;

/** Throws unless a packet may be this long. */
export function checkPacketLength(length: number): void {
  if (length < 4 || length > maxPacketLength) throw new TransportFailure({ kind: 'packet_length' });
}
