import { parse } from 'yaml';

interface Router {
  readonly rule: string;
  readonly priority?: number;
  readonly service: string;
}

const term = /(!?)(Host|Path|PathRegexp)\(`([^`]*)`\)/g;

/** Returns the service of the Traefik router for a path, or undefined if no rule matches. */
export function routeByTraefik(file: string, host: string, path: string): string | undefined {
  const { routers } = (parse(file) as { http: { routers: Record<string, Router> } }).http;
  return Object.values(routers)
    .filter(({ rule }) => matches(rule, host, path))
    .toSorted((a, b) => (b.priority ?? b.rule.length) - (a.priority ?? a.rule.length))[0]?.service;
}

/** Supports terms that are joined by `&&`. Throws for any other rule. */
function matches(rule: string, host: string, path: string): boolean {
  if (rule.replaceAll(term, 'T').replace(/^T( && T)*$/, '') !== '') throw new Error(`unsupported rule ${rule}`);
  return [...rule.matchAll(term)].every(([, not, matcher, value = '']) => {
    return (not === '') === matchesTerm(matcher, value, host, path);
  });
}

function matchesTerm(matcher: string | undefined, value: string, host: string, path: string): boolean {
  if (matcher === 'Host') return host === value;
  if (matcher === 'Path') return path === value;
  const pattern = value.replace(/^\(\?i\)/, '');
  return new RegExp(pattern, pattern === value ? '' : 'i').test(path);
}
