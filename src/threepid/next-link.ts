/** The URLs to which a browser may be redirected after a validation. */
export interface NextLinkPolicy {
  /** Names of hosts, any port; nothing else is accepted. */
  readonly hostnames: readonly string[];
  /** Whether links without TLS are accepted too. */
  readonly allowHttp: boolean;
}

const maxLinkLength = 2000;

/** Returns the link as a browser reads it, if the policy allows that, or undefined if not. */
export function readNextLink(text: string, { hostnames, allowHttp }: NextLinkPolicy): string | undefined {
  // Browsers drop control characters and take backslashes for slashes, and other programs that
  // check links do not.
  if (text.length > maxLinkLength || /[\p{Cc}\s\\]/u.test(text)) return undefined;
  const url = parse(text);
  if (!url || !(url.protocol === 'https:' || (allowHttp && url.protocol === 'http:'))) return undefined;
  if (url.username !== '' || url.password !== '') return undefined;
  const isAllowed = hostnames.some((name) => parse(`https://${name}`)?.hostname === url.hostname);
  return isAllowed && url.href.length <= maxLinkLength ? url.href : undefined;
}

/**
 * Returns the link with the session's ID in its query, in place of any `sid` of its own; the rest
 * of the query stays as it is written.
 */
export function withSid(link: string, sid: string): string {
  const url = new URL(link);
  const parts = url.search === '' ? [] : url.search.slice(1).split('&');
  const others = parts.filter((part) => !new URLSearchParams(part).has('sid'));
  url.search = `?${[...others, new URLSearchParams({ sid }).toString()].join('&')}`;
  return url.href;
}

function parse(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
