import { splitServerName } from '../../base/server-name.js';
import { AccountFailure } from '../failure.js';

/**
 * An identity server as clients name it: `host[:port][/path]`, the host in lower case, without a
 * trailing slash.
 */
export type IdServer = string & { readonly __brand: 'IdServer' };

const maxLength = 255;
// RFC 3986, section 3.3. Parsers disagree about backslashes and similar characters.
const pathForm = /^(?:\/(?:[\w.~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})+)*\/?$/;

/**
 * Returns the identity server with that name. Throws AccountFailure identity_server_invalid if the
 * name is invalid.
 */
export function readIdServer(text: string): IdServer {
  const idServer = findIdServer(text);
  if (idServer === undefined) throw new AccountFailure({ kind: 'identity_server_invalid' });
  return idServer;
}

/** Returns the identity server with that name, or undefined if the name is invalid. */
export function findIdServer(text: string): IdServer | undefined {
  const { authority = '', path = '' } = /^(?<authority>[^/]*)(?<path>.*)$/s.exec(text)?.groups ?? {};
  const parts = splitServerName(authority);
  const isClimbing = path.split('/').some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment));
  if (!parts || text.length > maxLength || isClimbing || !pathForm.test(path)) return undefined;
  const port = parts.port === undefined || parts.port === 443 ? '' : `:${parts.port}`;
  return `${parts.host}${port}${path.replace(/\/$/, '')}` as IdServer;
}
