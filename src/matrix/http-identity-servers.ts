import { createConfiguredFetch } from './configured-fetch.js';
import { FederationFailure } from './federation-failure.js';
import { createGuardedFetch, type GuardedFetchDeps } from './http-guarded-fetch.js';
import type { GuardedFetch } from './guarded-fetch.js';
import type { IdentityServerAnswer, IdentityServers } from './identity-servers.js';
import { jsonObject } from './json-object.js';

export interface HttpIdentityServersDeps extends Omit<GuardedFetchDeps, 'maxBytes'> {
  /**
   * Base URLs, without a slash at their ends, by `host[:port]`: these are trusted, and not looked
   * up.
   */
  readonly servers: Readonly<Record<string, string>>;
}

const maxBytes = 64 * 1024;

/** Identity servers over HTTPS, guarded. */
export function createHttpIdentityServers(deps: HttpIdentityServersDeps): IdentityServers {
  const guardedFetch = createGuardedFetch({ ...deps, maxBytes });
  const { deadlineMs, clock, ca } = deps;
  const configuredFetch = createConfiguredFetch({ deadlineMs, clock, maxBytes, ...(ca !== undefined && { ca }) });
  const servers = new Map(Object.entries(deps.servers));

  function placeOf(server: string): { readonly send: GuardedFetch; readonly base: string } {
    const [authority = '', ...path] = server.split('/');
    const base = servers.get(authority);
    if (base === undefined) return { send: guardedFetch, base: `https://${server}` };
    return { send: configuredFetch, base: [base, ...path].join('/') };
  }

  async function post(
    server: string,
    path: string,
    body: Readonly<Record<string, unknown>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<IdentityServerAnswer> {
    const { send, base } = placeOf(server);
    const { status, text } = await send({
      method: 'POST',
      url: new URL(`${base}/_matrix/identity/v2/3pid/${path}`),
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    if (status !== 200 && status < 400) {
      throw new FederationFailure({ kind: 'answer_unfit', problem: `status ${status}` });
    }
    return { status, body: jsonObject(text) ?? {} };
  }

  return {
    bind: (server, { sid, clientSecret, mxid }, accessToken) =>
      post(
        server,
        'bind',
        { sid, client_secret: clientSecret.reveal(), mxid },
        { Authorization: `Bearer ${accessToken.reveal()}` },
      ),

    unbind: (server, { sid, clientSecret, mxid, address: { medium, address } }) =>
      post(server, 'unbind', { sid, client_secret: clientSecret.reveal(), mxid, threepid: { medium, address } }),
  };
}
