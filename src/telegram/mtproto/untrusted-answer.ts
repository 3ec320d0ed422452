/**
 * Thrown when an answer fails a check that MTProto demands of clients
 * (core.telegram.org/mtproto/security_guidelines). `check` is a fixed phrase, safe to log.
 */
export class UntrustedAnswer extends Error {
  constructor(readonly check: string) {
    super(`untrusted answer of Telegram: ${check}`);
  }
}

/** Throws UntrustedAnswer unless `holds`. */
export function demand(holds: boolean, check: string): asserts holds {
  if (!holds) throw new UntrustedAnswer(check);
}
