import { setMaxListeners } from 'node:events';
import type { Cancel, Clock } from '../base/clock.js';

/** Why listening on a connection ended; `moved` if another daemon has requested the connection. */
export type ListenEnd = 'news' | 'moved';

/** Why a wait ended. */
export type WaitEnd = ListenEnd | 'time' | 'given_up';

/**
 * Waits for QR codes to be scanned, a limited number at a time with a connection of their own.
 * Others learn of a scan when their code expires.
 */
export interface QrWatch {
  /**
   * Runs `listen` for the login process until it settles, until `until` (epoch ms), until
   * `signal` aborts, or until end() is called. All waits for one login process share one `listen`;
   * its signal aborts when the last wait ends.
   */
  wait(
    id: string,
    until: number,
    listen: (signal: AbortSignal) => Promise<ListenEnd>,
    signal?: AbortSignal,
  ): Promise<WaitEnd>;
  /** Ends all waits for the login process. */
  end(id: string): void;
}

interface Wait {
  readonly controller: AbortController;
  readonly news: Promise<ListenEnd>;
  waiting: number;
}

export function createQrWatch({
  maxListening,
  clock,
}: {
  readonly maxListening: number;
  readonly clock: Clock;
}): QrWatch {
  const waits = new Map<string, Wait>();

  function join(id: string, listen: (signal: AbortSignal) => Promise<ListenEnd>): Wait | undefined {
    const running = waits.get(id);
    if (running) return running;
    if (waits.size >= maxListening) return undefined;
    const controller = new AbortController();
    // All waits for the login process listen to it.
    setMaxListeners(0, controller.signal);
    const wait: Wait = { controller, news: listen(controller.signal), waiting: 0 };
    // The waits report the failure. There may be none left.
    wait.news.catch(() => undefined);
    waits.set(id, wait);
    return wait;
  }

  function leave(id: string, wait: Wait): void {
    wait.waiting -= 1;
    if (wait.waiting > 0 || waits.get(id) !== wait) return;
    waits.delete(id);
    wait.controller.abort();
  }

  return {
    async wait(id, until, listen, signal) {
      if (signal?.aborted) return 'given_up';
      const wait = join(id, listen);
      if (wait) wait.waiting += 1;
      let cancelTimer: Cancel = () => undefined;
      let onAbort: () => void = () => undefined;
      const ended = new Promise<WaitEnd>((resolve) => {
        cancelTimer = clock.after(Math.max(0, until - clock.now()), () => resolve('time'));
        onAbort = () => resolve('given_up');
      });
      const signals = [signal, wait?.controller.signal];
      for (const each of signals) each?.addEventListener('abort', onAbort, { once: true });
      try {
        return await (wait ? Promise.race([wait.news, ended]) : ended);
      } finally {
        cancelTimer();
        for (const each of signals) each?.removeEventListener('abort', onAbort);
        if (wait) leave(id, wait);
      }
    },
    end(id) {
      const wait = waits.get(id);
      waits.delete(id);
      wait?.controller.abort();
    },
  };
}
