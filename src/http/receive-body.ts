import type { IncomingMessage } from 'node:http';
import type { BodyAllowance } from './body-budget.js';
import { HttpFailure } from './problem.js';

/** The client closed the connection before its request was complete. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

/**
 * Receives a body of at most `limitBytes` into one buffer, which grows with what arrives and is
 * reserved from the allowance first. Throws the problems `body_too_large` and `server_busy`, and
 * ClientGone; the rest of a body that was refused is discarded.
 */
export async function receiveBody(
  request: IncomingMessage,
  limitBytes: number,
  allowance: BodyAllowance,
): Promise<Buffer> {
  const tooLarge = () => new HttpFailure({ kind: 'body_too_large', limitBytes });
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) {
    request.resume();
    throw tooLarge();
  }
  return new Promise<Buffer>((resolve, reject) => {
    let buffer = Buffer.alloc(0);
    let length = 0;
    const settle = (act: () => void) => {
      request.off('data', onData).off('end', onEnd).off('close', onClose);
      act();
    };
    const refuse = (problem: HttpFailure) =>
      settle(() => {
        request.resume();
        reject(problem);
      });
    const onData = (chunk: Buffer) => {
      const needed = length + chunk.length;
      if (needed > limitBytes) return refuse(tooLarge());
      if (needed > buffer.length) {
        // The buffer doubles, so that chunks of one byte cost no more than one large chunk.
        const capacity = Math.min(limitBytes, Math.max(needed, 2 * buffer.length));
        if (!allowance.take(capacity - buffer.length)) return refuse(new HttpFailure({ kind: 'server_busy' }));
        const larger = Buffer.allocUnsafeSlow(capacity);
        buffer.copy(larger, 0, 0, length);
        buffer = larger;
      }
      chunk.copy(buffer, length);
      length = needed;
    };
    const onEnd = () => settle(() => resolve(buffer.subarray(0, length)));
    const onClose = () => settle(() => reject(new ClientGone('the client closed the connection')));
    // An aborted request emits an error before it closes.
    request.on('error', () => undefined);
    request.on('data', onData).on('end', onEnd).on('close', onClose);
    if (request.destroyed) onClose();
  });
}
