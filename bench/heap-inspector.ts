import { once } from 'node:events';
import { WebSocket } from 'ws';
import { z } from 'zod';
import type { Installation } from '../test/support/daemon.js';

/** Measures the heap of a running daemon through the inspector of Node. */
export interface HeapInspector {
  /**
   * Returns the memory in MiB that JavaScript uses in all threads, after two garbage collections.
   */
  usedMiB(): Promise<number>;
  close(): void;
}

/** The environment in which the daemon must be started. */
export const inspected = '--inspect=127.0.0.1:0';

const message = z.object({
  id: z.number().optional(),
  method: z.string().optional(),
  params: z.unknown().optional(),
  result: z.unknown().optional(),
});
const attached = z.object({ sessionId: z.string() });
const fromWorker = z.object({ sessionId: z.string(), message: z.string() });
const heapUsage = z.object({ usedSize: z.number() });

type Send = (method: string, params?: object) => Promise<unknown>;

/** Connects to a daemon that was started with `inspected`. */
export async function inspectHeap(gangway: Installation): Promise<HeapInspector> {
  // Each process that was started writes a URL.
  const url = gangway
    .output()
    .match(/ws:\/\/127\.0\.0\.1:\d+\/\S+/g)
    ?.at(-1);
  if (url === undefined) throw new Error('the daemon has no inspector');
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await once(socket, 'open');
  const main = createSender((text) => socket.send(text));
  const workers = new Map<string, ReturnType<typeof createSender>>();
  socket.on('message', (data: Buffer) => {
    const { id, method, params, result } = message.parse(JSON.parse(data.toString()));
    if (id !== undefined) main.settle(id, result);
    if (method === 'NodeWorker.attachedToWorker') {
      const { sessionId } = attached.parse(params);
      workers.set(
        sessionId,
        createSender((text) => void main.send('NodeWorker.sendMessageToWorker', { sessionId, message: text })),
      );
    }
    if (method === 'NodeWorker.detachedFromWorker') workers.delete(attached.parse(params).sessionId);
    if (method === 'NodeWorker.receivedMessageFromWorker') {
      const { sessionId, message: text } = fromWorker.parse(params);
      const answer = message.parse(JSON.parse(text));
      if (answer.id !== undefined) workers.get(sessionId)?.settle(answer.id, answer.result);
    }
  });
  await main.send('NodeWorker.enable', { waitForDebuggerOnStart: false });
  return {
    async usedMiB() {
      const sizes = await Promise.all([main, ...workers.values()].map(({ send }) => usedBytes(send)));
      return sizes.reduce((sum, size) => sum + size, 0) / 1024 / 1024;
    },
    close: () => socket.close(),
  };
}

function createSender(write: (text: string) => void) {
  const waiting = new Map<number, (result: unknown) => void>();
  let lastId = 0;
  const send: Send = (method, params = {}) =>
    new Promise((resolve) => {
      lastId += 1;
      waiting.set(lastId, resolve);
      write(JSON.stringify({ id: lastId, method, params }));
    });
  const settle = (id: number, result: unknown): void => {
    waiting.get(id)?.(result);
    waiting.delete(id);
  };
  return { send, settle };
}

async function usedBytes(send: Send): Promise<number> {
  await send('HeapProfiler.enable');
  // The first collection runs finalizers, whose objects the second one frees.
  for (let times = 0; times < 2; times += 1) await send('HeapProfiler.collectGarbage');
  return heapUsage.parse(await send('Runtime.getHeapUsage')).usedSize;
}
