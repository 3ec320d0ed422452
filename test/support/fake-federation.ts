import type { Federation } from '../../src/matrix/federation.js';
import { FederationFailure, type FederationFailureDetails } from '../../src/matrix/federation-failure.js';

/** A notification that a homeserver received. */
export interface Told {
  readonly server: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Homeservers that accept every notification, unless a test changes that. */
export interface FakeFederation extends Pick<Federation, 'postOnBind'> {
  /** The accepted notifications, in order. */
  readonly taken: readonly Told[];
  /** The servers that received requests, in order. */
  readonly asked: readonly string[];
  /** Makes that server fail in this way from now on, or work again if no fault is given. */
  fail(server: string, fault?: FederationFailureDetails): void;
  /** Delays the answers of that server until the returned function is called. */
  hold(server: string): () => void;
  /** The greatest number of concurrent requests so far, to that server or to all of them. */
  maxConcurrent(server?: string): number;
}

/** Creates homeservers of any name, all of which work. */
export function createFakeFederation(): FakeFederation {
  const taken: Told[] = [];
  const asked: string[] = [];
  const faults = new Map<string, FederationFailureDetails>();
  const held = new Map<string, Promise<void>>();
  const underWay: string[] = [];
  const most = new Map<string | undefined, number>();
  const note = (server: string | undefined, count: number) => most.set(server, Math.max(most.get(server) ?? 0, count));
  return {
    taken,
    asked,
    async postOnBind(server, body) {
      asked.push(server);
      underWay.push(server);
      note(undefined, underWay.length);
      note(server, underWay.filter((other) => other === server).length);
      try {
        await held.get(server);
        const fault = faults.get(server);
        if (fault) throw new FederationFailure(fault);
        taken.push({ server, body });
      } finally {
        underWay.splice(underWay.indexOf(server), 1);
      }
    },
    fail(server, fault) {
      if (fault) faults.set(server, fault);
      else faults.delete(server);
    },
    hold(server) {
      let release = () => {};
      held.set(
        server,
        new Promise((resolve) => {
          release = resolve;
        }),
      );
      return () => {
        held.delete(server);
        release();
      };
    },
    maxConcurrent: (server) => most.get(server) ?? 0,
  };
}
