/**
 * What becomes of the `well_known` with which a homeserver tells clients, after their login, where
 * to go from then on.
 */
export type WellKnownRule =
  /** Clients stay if they are. */
  | 'drop'
  /** As the homeserver says it. */
  | 'keep'
  /** Base URLs of our own; the rest is the homeserver's. */
  | { readonly homeserver: string; readonly identityServer: string | undefined };

/** Returns the members of a login's reply, with `well_known` as the rule wants it. */
export function applyWellKnownRule(
  members: Readonly<Record<string, unknown>>,
  rule: WellKnownRule,
): Readonly<Record<string, unknown>> {
  if (rule === 'keep') return members;
  const { well_known: wellKnown, ...rest } = members;
  if (rule === 'drop') return rest;
  const upstream = isObject(wellKnown) ? wellKnown : {};
  return {
    ...rest,
    well_known: {
      ...upstream,
      'm.homeserver': withBaseUrl(upstream['m.homeserver'], rule.homeserver),
      ...(rule.identityServer === undefined
        ? {}
        : { 'm.identity_server': withBaseUrl(upstream['m.identity_server'], rule.identityServer) }),
    },
  };
}

function withBaseUrl(entry: unknown, baseUrl: string): Record<string, unknown> {
  return { ...(isObject(entry) ? entry : {}), base_url: baseUrl };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
