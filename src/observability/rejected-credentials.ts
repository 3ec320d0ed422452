import type { Audit } from '../base/audit.js';
import type { Clock } from '../base/clock.js';
import { repeat } from '../base/repeat.js';

/** An API whose clients authenticate with a secret of the configuration. */
export type SecretApi = 'admin' | 'provisioning' | 'sessions' | 'links';

/** Records in the audit log that clients sent wrong secrets, without these secrets. */
export interface RejectedCredentials {
  record(api: SecretApi, clientNetwork: string): void;
  /** Records the attempts that are not recorded yet, and stops. */
  close(): Promise<void>;
}

const intervalMs = 60_000;
/** Networks beyond these are counted together: many addresses must not fill the disk. */
const maxNetworks = 100;

interface Counted {
  readonly api: SecretApi;
  /** Undefined for networks that are counted together. */
  readonly network: string | undefined;
  attempts: number;
  recordedAt: number;
}

/**
 * Creates the recorder of rejected credentials. The first rejection of a client network is recorded
 * at once, later ones as a number: at most one entry a minute for each API and network.
 */
export function createRejectedCredentials(audit: Audit, clock: Clock): RejectedCredentials {
  const counts = new Map<string, Counted>();

  function write(counted: Counted): void {
    const { api, network, attempts } = counted;
    counted.attempts = 0;
    counted.recordedAt = clock.now();
    audit.record({
      event: 'credentials.rejected',
      actor: { type: 'client' },
      outcome: 'failed',
      reason: 'wrong_secret',
      details: { api, client_network: network, attempts },
    });
  }

  async function writeCounted(): Promise<void> {
    for (const [key, counted] of counts) {
      const ageMs = clock.now() - counted.recordedAt;
      // It is negative if the clock was set back.
      if (ageMs >= 0 && ageMs < intervalMs) continue;
      if (counted.attempts > 0) write(counted);
      else counts.delete(key);
    }
  }

  const stop = repeat(clock, intervalMs, writeCounted, () => undefined);
  return {
    record(api, clientNetwork) {
      const ownKey = `${api} ${clientNetwork}`;
      const isBeyondMax = counts.size >= maxNetworks && !counts.has(ownKey);
      const key = isBeyondMax ? api : ownKey;
      const known = counts.get(key);
      if (known) {
        known.attempts += 1;
        return;
      }
      const network = isBeyondMax ? undefined : clientNetwork;
      const counted = { api, network, attempts: 1, recordedAt: clock.now() };
      counts.set(key, counted);
      write(counted);
    },
    async close() {
      await stop();
      for (const counted of counts.values()) if (counted.attempts > 0) write(counted);
      counts.clear();
    },
  };
}
