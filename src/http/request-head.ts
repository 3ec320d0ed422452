import type { IncomingMessage } from 'node:http';

/** The reason why the head of a request is rejected. */
export type HeadProblem = 'host_missing' | 'host_ambiguous' | 'target_malformed';

/**
 * Checks the Host header (RFC 9112, 3.2) and brings the target of a request into its origin form,
 * path and query: a target may be a whole URL (3.2.2), whose authority counts for nothing here.
 * Returns what is wrong, or undefined.
 */
export function prepareHead(request: IncomingMessage): HeadProblem | undefined {
  const hosts = request.rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host');
  if (hosts.length > 1) return 'host_ambiguous';
  // Older versions of HTTP have no Host.
  if (hosts.length === 0 && request.httpVersion === '1.1') return 'host_missing';
  const target = request.url ?? '';
  if (target.startsWith('/') || target === '*') return undefined;
  const [, origin = '', rest = ''] = /^(https?:\/\/[^/?#]*)(.*)$/i.exec(target) ?? [];
  if (!URL.canParse(origin)) return 'target_malformed';
  request.url = rest.startsWith('/') ? rest : `/${rest}`;
  return undefined;
}
