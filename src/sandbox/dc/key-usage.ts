import type { Clock } from '../../base/clock.js';

/** How the connections of one auth key were counted. Times are in milliseconds since 1970. */
export interface KeyUse {
  /** The identifier of the key, 16 hexadecimal digits. */
  readonly key: string;
  readonly dc: number;
  /** The open connections that have sent an encrypted message with this key. */
  readonly connections: number;
  /** The most that there were at one time, and when that number was first reached. */
  readonly maxConnections: number;
  readonly maxAt: number;
  /** Whether the key was invalidated because of a second connection. */
  readonly duplicated: boolean;
}

/** A TCP connection as the registry sees it. */
export interface KeyHolder {
  /** False as soon as either side has ended the connection. */
  readonly isOpen: boolean;
}

/** Which connections use which auth key. */
export interface KeyUsage {
  /** Returns whether the connection would be a further one of the key. */
  wouldDuplicate(key: string, holder: KeyHolder): boolean;
  /**
   * Registers a connection that uses the key. Returns false if the key was invalidated before this
   * connection used it.
   */
  register(key: string, dc: number, holder: KeyHolder): boolean;
  /** Removes a closed connection. */
  release(holder: KeyHolder): void;
  /** Returns all keys since the last `clear`, in the order of their first use. */
  list(): readonly KeyUse[];
  clear(): void;
}

export interface KeyUsageDeps {
  readonly clock: Clock;
  /** Whether a second simultaneous connection invalidates a key. */
  readonly isStrict: boolean;
  /** Ends the login of a key that is used twice: its calls fail from now on. */
  readonly invalidate: (key: string, dc: number) => void;
  /** Deletes an invalidated key after its last connection. */
  readonly forget: (key: string) => void;
}

interface Entry {
  readonly dc: number;
  readonly holders: Set<KeyHolder>;
  maxConnections: number;
  maxAt: number;
  duplicated: boolean;
}

export function createKeyUsage({ clock, isStrict, invalidate, forget }: KeyUsageDeps): KeyUsage {
  const entries = new Map<string, Entry>();

  function entryOf(key: string, dc: number): Entry {
    const existing = entries.get(key);
    if (existing) return existing;
    const created = { dc, holders: new Set<KeyHolder>(), maxConnections: 0, maxAt: 0, duplicated: false };
    entries.set(key, created);
    return created;
  }

  return {
    wouldDuplicate(key, holder) {
      const entry = entries.get(key);
      return entry !== undefined && !entry.holders.has(holder) && openIn(entry).length > 0;
    },
    register(key, dc, holder) {
      const entry = entryOf(key, dc);
      if (entry.duplicated) return entry.holders.has(holder);
      entry.holders.add(holder);
      const connections = openIn(entry).length;
      if (connections > entry.maxConnections) {
        entry.maxConnections = connections;
        entry.maxAt = clock.now();
      }
      if (isStrict && connections > 1) {
        entry.duplicated = true;
        invalidate(key, dc);
      }
      return true;
    },
    release(holder) {
      for (const [key, { holders, duplicated }] of entries) {
        if (holders.delete(holder) && holders.size === 0 && duplicated) forget(key);
      }
    },
    list: () =>
      [...entries].map(([key, entry]) => ({
        key,
        dc: entry.dc,
        connections: openIn(entry).length,
        maxConnections: entry.maxConnections,
        maxAt: entry.maxAt,
        duplicated: entry.duplicated,
      })),
    clear: () => entries.clear(),
  };
}

function openIn({ holders }: Entry): readonly KeyHolder[] {
  return [...holders].filter(({ isOpen }) => isOpen);
}
