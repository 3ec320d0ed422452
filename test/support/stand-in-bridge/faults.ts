/** The calls of the provisioning API that the stand-in answers. */
export const bridgePoints = [
  'whoami',
  'flows',
  'start',
  'step',
  'cancel',
  'logins',
  'logout',
  'contacts',
  'search_users',
  'resolve_identifier',
  'create_dm',
  'create_group',
  'backfill',
  'image_pack',
  'resolve_media',
] as const;

/** One of those calls. */
export type BridgePoint = (typeof bridgePoints)[number];

/** The fault of one request. */
export type BridgeFailureDetails =
  /**
   * Acts when `until` resolves. A step does so in the background, whether or not its client still
   * waits.
   */
  | { readonly kind: 'slow'; readonly until: Promise<void> }
  /** Returns this answer instead of acting. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly text: string;
      readonly headers?: Record<string, string>;
    }
  /** Closes the connection before it acts. */
  | { readonly kind: 'drop' }
  /** Acts, and closes the connection instead of answering. */
  | { readonly kind: 'lose_answer' }
  /** Answers 500 with this reason instead of acting. The login process then ends. */
  | { readonly kind: 'internal_error'; readonly reason: string };

/** The faults that wait for their requests. */
export interface BridgeFaults {
  /** Makes the next request of that kind fail in this way; several calls queue. */
  add(point: BridgePoint, fault: BridgeFailureDetails): void;
  /** Returns the fault of the current request, if there is one. */
  take(point: BridgePoint): BridgeFailureDetails | undefined;
  clear(): void;
}

export function createBridgeFaults(): BridgeFaults {
  const queued: { point: BridgePoint; fault: BridgeFailureDetails }[] = [];
  return {
    add: (point, fault) => void queued.push({ point, fault }),
    take(point) {
      const index = queued.findIndex((entry) => entry.point === point);
      return index === -1 ? undefined : queued.splice(index, 1)[0]?.fault;
    },
    clear: () => void queued.splice(0),
  };
}

/** A slow request, and what ends its wait. */
export function createSlowFault(): { readonly fault: BridgeFailureDetails; readonly release: () => void } {
  let release: () => void = () => undefined;
  const until = new Promise<void>((resolve) => (release = resolve));
  return { fault: { kind: 'slow', until }, release };
}
