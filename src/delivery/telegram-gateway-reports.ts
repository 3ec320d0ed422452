import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../base/clock.js';
import { Failure } from '../base/failure.js';
import type { Logger } from '../base/logger.js';
import { PhoneNumber } from '../base/phone.js';
import type { Secret } from '../base/secret.js';

/** A report as it was received. */
export interface ReceivedReport {
  /** The header X-Request-Timestamp: seconds since 1970. */
  readonly timestamp: string | undefined;
  /** The header X-Request-Signature, hexadecimal. */
  readonly signature: string | undefined;
  /** Not decoded. */
  readonly body: Uint8Array;
}

/** Why a report is rejected. */
export type ReportFailureDetails =
  | { readonly kind: 'signature_wrong' }
  /** The signature is too old, or too far in the future: it may be replayed. */
  | { readonly kind: 'report_stale' };

/** Thrown by GatewayReports. */
export class ReportFailure extends Failure<ReportFailureDetails> {}

/** Receives Telegram's delivery reports. */
export interface GatewayReports {
  /** Logs a report if its signature is valid, or throws ReportFailure. */
  take(report: ReceivedReport): void;
}

export interface GatewayReportsDeps {
  /** The tokens of all channels with delivery reports. */
  readonly tokens: readonly Secret[];
  readonly clock: Clock;
  readonly logger: Logger;
}

const goodForMs = 5 * 60_000;

const status = z.object({ status: z.string().max(64) }).optional();
const shape = z.object({
  request_id: z.string().max(256),
  phone_number: z.string().max(32),
  request_cost: z.number().optional(),
  is_refunded: z.boolean().optional(),
  remaining_balance: z.number().optional(),
  delivery_status: status,
  verification_status: status,
});

/**
 * Returns a verifier of reports, as documented at https://core.telegram.org/gateway/api:
 * HMAC-SHA256 over the time, a line break and the body, with the SHA-256 of the token as key.
 */
export function createGatewayReports({ tokens, clock, logger }: GatewayReportsDeps): GatewayReports {
  const keys = tokens.map((token) => createHash('sha256').update(token.reveal()).digest());

  const isSigned = ({ timestamp, signature, body }: ReceivedReport): boolean => {
    if (timestamp === undefined || !/^[0-9a-f]{64}$/i.test(signature ?? '')) return false;
    const given = Buffer.from(signature ?? '', 'hex');
    const expected = keys.map((key) => createHmac('sha256', key).update(`${timestamp}\n`).update(body).digest());
    return expected.map((mac) => timingSafeEqual(mac, given)).includes(true);
  };

  return {
    take(report) {
      if (!isSigned(report)) throw new ReportFailure({ kind: 'signature_wrong' });
      const ageMs = Math.abs(clock.now() - Number(report.timestamp) * 1000);
      // Written so that an invalid time is stale, too.
      if (!(ageMs <= goodForMs)) throw new ReportFailure({ kind: 'report_stale' });
      const read = shape.safeParse(jsonOf(report.body));
      if (!read.success) {
        // An error would only make Telegram repeat the report.
        logger.warn('telegram gateway report unknown');
        return;
      }
      const { data } = read;
      logger.info('telegram gateway report', {
        request: data.request_id,
        to: PhoneNumber.parse(data.phone_number),
        delivery: data.delivery_status?.status,
        verification: data.verification_status?.status,
        cost: data.request_cost,
        refunded: data.is_refunded,
        balance: data.remaining_balance,
      });
    },
  };
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
}
