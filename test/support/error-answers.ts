import type { Failure } from '../../src/base/failure.js';
import type { EndpointContract } from '../../src/http/endpoint.js';
import { errorReply } from '../../src/http/error-reply.js';
import type { Answer } from '../../src/http/reply.js';
import type { Api } from '../../src/http/api.js';
import { silentLogger } from './silent-logger.js';

/**
 * Returns the answer of an endpoint of an API to a failure, by the code that answers over HTTP:
 * a reply that the endpoint does not declare becomes that of a defect.
 */
export function answerTo(
  failure: Failure,
  contract: EndpointContract,
  handling: Pick<Api, 'problem' | 'failure'>,
): Answer | undefined {
  const endpoint = { ...contract, run: () => Promise.reject(failure) };
  const api: Api = {
    name: 'an API',
    prefixes: [''],
    endpoints: [endpoint],
    authenticate: () => Promise.reject(failure),
    accessLevel: 'info',
    ...handling,
  };
  return errorReply(failure, { api, endpoint, requestId: '1' }, { undeclaredReplies: 'throw', logger: silentLogger });
}
