/**
 * Mutual exclusion by name, first come first served within this process. Implementations decide how
 * far it reaches: over this process, or over all the daemons that share one database.
 */
export interface Locks {
  /** Runs `work` exclusively among work of the same name. Settles as `work` does. */
  run<T>(name: string, work: () => Promise<T>): Promise<T>;
}
