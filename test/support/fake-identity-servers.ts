import type { FederationFailureDetails } from '../../src/matrix/federation-failure.js';
import { FederationFailure } from '../../src/matrix/federation-failure.js';
import type { IdentityServerAnswer, IdentityServers } from '../../src/matrix/identity-servers.js';

/** A request to an identity server. */
export type AskedOfServer = { readonly server: string } & (
  | { readonly what: 'bind'; readonly asked: Parameters<IdentityServers['bind']>[1]; readonly accessToken: string }
  | { readonly what: 'unbind'; readonly asked: Parameters<IdentityServers['unbind']>[1] }
);

/** Identity servers that fulfil every request, unless a test changes that. */
export interface FakeIdentityServers extends IdentityServers {
  readonly asked: readonly AskedOfServer[];
  /** Sets the answer of that server; undefined restores the default. */
  answer(server: string, answer: IdentityServerAnswer | FederationFailureDetails | undefined): void;
}

/** Creates identity servers of any name, at which every user has validated that 3PID. */
export function createFakeIdentityServers(
  proven = { medium: 'email', address: 'alice@mail.test' },
): FakeIdentityServers {
  const asked: AskedOfServer[] = [];
  const answers = new Map<string, IdentityServerAnswer | FederationFailureDetails>();
  const answerOf = (server: string, usual: IdentityServerAnswer) => {
    const answer = answers.get(server) ?? usual;
    if ('kind' in answer) return Promise.reject(new FederationFailure(answer));
    return Promise.resolve(answer);
  };
  return {
    asked,
    answer(server, answer) {
      if (answer) answers.set(server, answer);
      else answers.delete(server);
    },
    bind(server, request, accessToken) {
      asked.push({ server, what: 'bind', asked: request, accessToken: accessToken.reveal() });
      return answerOf(server, { status: 200, body: { ...proven, mxid: request.mxid } });
    },
    unbind(server, request) {
      asked.push({ server, what: 'unbind', asked: request });
      return answerOf(server, { status: 200, body: {} });
    },
  };
}
