/**
 * Why a page other than the wanted one is shown: `unfit` is a link that is incomplete or wrong, or
 * was valid once; `trouble` is a failure of this service.
 */
export const failureReasons = ['expired', 'unfit', 'too_many', 'trouble'] as const;

/** One of them. */
export type FailureReason = (typeof failureReasons)[number];
