/** Bounds on the memory that request bodies take while their requests are served. */
export interface BodyBudgetLimits {
  /** For all requests together. */
  readonly totalBytes: number;
  /** For the requests of one client network. */
  readonly clientBytes: number;
  /** For all requests that need no authentication. */
  readonly publicBytes: number;
}

/** The share of one request in the budget. */
export interface BodyAllowance {
  /**
   * Reserves so many bytes more; returns false, and reserves nothing, if a bound would be exceeded.
   */
  take(bytes: number): boolean;
  /** Returns all that was reserved. May be called twice. */
  release(): void;
}

/** Counts the bytes of bodies in memory, over all connections. */
export interface BodyBudget {
  open(request: { readonly client: string; readonly isPublic: boolean }): BodyAllowance;
}

/** Creates a budget of which nothing is reserved. */
export function createBodyBudget({ totalBytes, clientBytes, publicBytes }: BodyBudgetLimits): BodyBudget {
  let total = 0;
  let unauthenticated = 0;
  const clients = new Map<string, number>();

  return {
    open({ client, isPublic }) {
      let held = 0;
      const add = (bytes: number) => {
        held += bytes;
        total += bytes;
        if (isPublic) unauthenticated += bytes;
        const ofClient = (clients.get(client) ?? 0) + bytes;
        if (ofClient === 0) clients.delete(client);
        else clients.set(client, ofClient);
      };
      return {
        take(bytes) {
          const fits =
            total + bytes <= totalBytes &&
            (clients.get(client) ?? 0) + bytes <= clientBytes &&
            (!isPublic || unauthenticated + bytes <= publicBytes);
          if (fits) add(bytes);
          return fits;
        },
        release: () => add(-held),
      };
    },
  };
}
