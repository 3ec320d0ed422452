import type { Answer, ObjectReply } from '../../http/reply.js';
import { failurePage } from '../../web/failure-page.js';
import type { FailureReason } from '../../web/failure-reason.js';
import type { PageBrand } from '../../web/page-brand.js';

/** Returns an error as an HTML page, with the same status and headers. */
export function errorPage(reply: ObjectReply, brand: PageBrand | undefined): Answer {
  return { ...failurePage(reply.status, reasonOf(reply), brand), headers: { ...reply.headers } };
}

function reasonOf({ status, body }: ObjectReply): FailureReason {
  if (body['errcode'] === 'M_SESSION_EXPIRED') return 'expired';
  if (status === 429) return 'too_many';
  return status >= 500 ? 'trouble' : 'unfit';
}
