import type { Cancel, Clock } from '../base/clock.js';

/** What ended a wait. */
export type WaitEnd = 'news' | 'time' | 'given_up';

/** Waits with QR codes, so many at one time on a connection of their own; the others learn of a scan when their code is over. */
export interface QrWatch {
  /**
   * Runs `listen` for the login until it settles (`news`), `until` (epoch ms) has come, `signal` aborts, or the login is no
   * longer waited with. Everybody who waits with one login shares one `listen`; its signal aborts when nobody waits any more.
   */
  wait(
    id: string,
    until: number,
    listen: (signal: AbortSignal) => Promise<void>,
    signal?: AbortSignal,
  ): Promise<WaitEnd>;
  /** Ends all waits with the login. */
  end(id: string): void;
}

interface Wait {
  readonly controller: AbortController;
  readonly news: Promise<void>;
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

  function join(id: string, listen: (signal: AbortSignal) => Promise<void>): Wait | undefined {
    const running = waits.get(id);
    if (running) return running;
    if (waits.size >= maxListening) return undefined;
    const controller = new AbortController();
    const wait: Wait = { controller, news: listen(controller.signal), waiting: 0 };
    // Whoever waits is told of the failure; nobody may be waiting any more.
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
      let giveUp: () => void = () => undefined;
      const ended = new Promise<WaitEnd>((resolve) => {
        cancelTimer = clock.after(Math.max(0, until - clock.now()), () => resolve('time'));
        giveUp = () => resolve('given_up');
      });
      const signals = [signal, wait?.controller.signal];
      for (const each of signals) each?.addEventListener('abort', giveUp, { once: true });
      try {
        return await (wait ? Promise.race([wait.news.then((): WaitEnd => 'news'), ended]) : ended);
      } finally {
        cancelTimer();
        for (const each of signals) each?.removeEventListener('abort', giveUp);
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
