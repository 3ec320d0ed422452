import { z } from 'zod';
import { ReportFailure, type GatewayReports, type ReportFault } from '../../delivery/telegram-gateway-reports.js';
import { allowAnonymous } from '../../http/bearer-auth.js';
import { endpoint, rawBytes } from '../../http/endpoint.js';
import { plainProblemReply } from '../../http/plain-problems.js';
import { reply, type Reply } from '../../http/reply.js';
import { surface, type Surface } from '../../http/surface.js';

/** The dependencies of createTelegramGatewaySurface. */
export interface TelegramGatewaySurfaceDeps {
  /**
   * Begins with a slash and does not end with one: the path of the callback URL that Telegram is
   * told.
   */
  readonly path: string;
  readonly reports: GatewayReports;
}

const spelling = {
  signature_wrong: { status: 401, error: 'The signature is missing or wrong.' },
  report_stale: { status: 403, error: 'This was signed too long ago.' },
} satisfies Record<ReportFault['kind'], { status: number; error: string }>;

const error = { description: 'Not taken', schema: z.object({ error: z.string(), errcode: z.string() }) };

/** Where Telegram's Gateway API reports what became of messages. */
export function createTelegramGatewaySurface({ path, reports }: TelegramGatewaySurfaceDeps): Surface {
  return surface({
    name: 'telegram-gateway',
    prefixes: [path],
    authenticate: allowAnonymous,
    accessLevel: 'debug',
    problem: plainProblemReply,
    failure: (failure) => (failure instanceof ReportFailure ? toReply(failure.fact) : undefined),
    endpoints: [
      endpoint({
        name: 'report',
        method: 'POST',
        path: '',
        params: {},
        access: 'public',
        summary: 'Take the report of what became of a message',
        body: rawBytes,
        bodyFrom: 'bytes',
        replies: { 200: { description: 'Taken', schema: z.object({}) } },
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

function toReply({ kind }: ReportFault): Reply {
  const { status, error: text } = spelling[kind];
  return { status, body: { error: text, errcode: kind } };
}
