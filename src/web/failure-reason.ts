/**
 * Why an error page is shown: `unfit` is a link that is incomplete, wrong or used up, `trouble` is
 * a failure of this service.
 */
export const failureReasons = ['expired', 'unfit', 'too_many', 'trouble'] as const;

/** A reason for an error page. */
export type FailureReason = (typeof failureReasons)[number];
