/** What to do with the `well_known` in a homeserver's login reply, which redirects clients. */
export type WellKnownRule =
  /** Removed: clients stay with this server. */
  | 'drop'
  /** Returned unchanged. */
  | 'keep'
  /** Replaced by our own base URLs; other members stay. */
  | { readonly homeserver: string; readonly identityServer: string | undefined };

/** Returns the members of a login reply after applying the rule to `well_known`. */
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
