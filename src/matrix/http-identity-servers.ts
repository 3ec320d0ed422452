import { FederationFailure } from './federation-failure.js';
import { createGuardedFetch, type GuardedFetchDeps } from './http-guarded-fetch.js';
import type { IdentityServerAnswer, IdentityServers } from './identity-servers.js';
import { jsonObject } from './json-object.js';

/** What createHttpIdentityServers needs. */
export type HttpIdentityServersDeps = Omit<GuardedFetchDeps, 'maxBytes'>;

const maxBytes = 64 * 1024;

/** Identity servers over HTTPS, guarded. */
export function createHttpIdentityServers(deps: HttpIdentityServersDeps): IdentityServers {
  const guardedFetch = createGuardedFetch({ ...deps, maxBytes });

  async function post(
    server: string,
    path: string,
    body: Readonly<Record<string, unknown>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<IdentityServerAnswer> {
    const { status, text } = await guardedFetch({
      method: 'POST',
      url: new URL(`https://${server}/_matrix/identity/v2/3pid/${path}`),
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
