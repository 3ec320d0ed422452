import { Agent, createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Sends a cheap request at a fixed rate, and measures how long each takes. */
export interface CheapRequests {
  /** Sends requests while `work` is under way; resolves with their times in milliseconds. */
  during(work: () => Promise<unknown>): Promise<readonly number[]>;
  stop(): Promise<void>;
}

const periodMs = 5;

/** Cheap requests to a server in this very process. */
export async function startCheapRequests(): Promise<CheapRequests> {
  const server = createServer((_, response) => response.end('{}'));
  // An idle connection must not be closed in the moment in which it is used again.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const requests = cheapRequestsTo(`http://127.0.0.1:${port}`);
  return {
    during: (work) => requests.during(work),
    async stop() {
      await requests.stop();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Cheap requests to this URL. */
export function cheapRequestsTo(url: string): CheapRequests {
  const agent = new Agent({ keepAlive: true });
  const request = () =>
    new Promise<void>((resolve, reject) => {
      const sent = get(url, { agent }, (response) => response.resume().on('end', resolve));
      sent.on('error', reject);
    });

  return {
    async during(work) {
      const times: Promise<number>[] = [];
      // Each request counts from the moment when it was due: a loop that is held up sends late, and
      // that is what we look for.
      let dueAt = performance.now();
      const timer = setInterval(() => {
        while (dueAt <= performance.now()) {
          const due = dueAt;
          times.push(request().then(() => performance.now() - due));
          dueAt += periodMs;
        }
      }, 1);
      try {
        await work();
      } finally {
        clearInterval(timer);
      }
      return Promise.all(times);
    },
    stop() {
      agent.destroy();
      return Promise.resolve();
    },
  };
}
