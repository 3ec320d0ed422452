/**
 * What a log line may carry besides its message. Secrets and phone numbers print masked; an Error
 * prints its name, message, stack and causes.
 */
export type LogFields = Readonly<Record<string, unknown>>;

/** The log. Its implementation is in observability/. */
export interface Logger {
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
}
