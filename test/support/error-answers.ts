import type { Failure } from '../../src/base/failure.js';
import type { EndpointContract } from '../../src/http/endpoint.js';
import { errorReply } from '../../src/http/error-reply.js';
import type { Answer } from '../../src/http/reply.js';
import type { Surface } from '../../src/http/surface.js';
import { silentLogger } from './silent-logger.js';

/**
 * Returns the answer of an endpoint of a surface to a failure, by the code that answers over HTTP:
 * a reply that the endpoint does not declare becomes that of a defect.
 */
export function answerTo(
  failure: Failure,
  contract: EndpointContract,
  handling: Pick<Surface, 'problem' | 'failure'>,
): Answer | undefined {
  const endpoint = { ...contract, run: () => Promise.reject(failure) };
  const surface: Surface = {
    name: 'a surface',
    prefixes: [''],
    endpoints: [endpoint],
    authenticate: () => Promise.reject(failure),
    accessLevel: 'info',
    ...handling,
  };
  return errorReply(
    failure,
    { surface, endpoint, requestId: '1' },
    { undeclaredReplies: 'throw', logger: silentLogger },
  );
}
