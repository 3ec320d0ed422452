import { z } from 'zod';
import {
  ReportFailure,
  type GatewayReports,
  type ReportFailureDetails,
} from '../../delivery/telegram-gateway-reports.js';
import { allowAnonymous } from '../../http/bearer-auth.js';
import { endpoint, rawBytes } from '../../http/endpoint.js';
import { plainProblemReply } from '../../http/plain-problems.js';
import { reply, type Reply } from '../../http/reply.js';
import { type Api, defineApi } from '../../http/api.js';

export interface TelegramGatewayApiDeps {
  /** The path of the callback URL, with a leading slash and no trailing slash. */
  readonly path: string;
  readonly reports: GatewayReports;
}

const replies = {
  signature_wrong: { status: 401, error: 'Missing or invalid signature.' },
  report_stale: { status: 403, error: 'The signature is too old.' },
} satisfies Record<ReportFailureDetails['kind'], { status: number; error: string }>;

const error = { description: 'The report is rejected', schema: z.object({ error: z.string(), errcode: z.string() }) };

/** Returns the endpoint to which Telegram's Gateway API reports the delivery of messages. */
export function createTelegramGatewayApi({ path, reports }: TelegramGatewayApiDeps): Api {
  return defineApi({
    name: 'telegram-gateway',
    prefixes: [path],
    authenticate: allowAnonymous,
    accessLevel: 'debug',
    problem: plainProblemReply,
    failure: (failure) => (failure instanceof ReportFailure ? toReply(failure.details) : undefined),
    endpoints: [
      endpoint({
        name: 'report',
        method: 'POST',
        path: '',
        params: {},
        access: 'public',
        summary: 'Report the delivery of a message',
        body: rawBytes,
        bodyFrom: 'bytes',
        replies: { 200: { description: 'The report is accepted', schema: z.object({}) } },
        errors: { 401: error, 403: error, 413: error, 415: error, 503: error },
        handler: async ({ body, received }) => {
          const timestamp = received.header('X-Request-Timestamp');
          const signature = received.header('X-Request-Signature');
          reports.take({ timestamp, signature, body });
          return reply(200, {});
        },
      }),
    ],
  });
}

function toReply({ kind }: ReportFailureDetails): Reply {
  const { status, error: text } = replies[kind];
  return { status, body: { error: text, errcode: kind } };
}
