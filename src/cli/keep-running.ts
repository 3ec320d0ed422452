import { MessageChannel } from 'node:worker_threads';

/**
 * Keeps the process running until the returned function is called, since the timers of the clock do
 * not.
 */
export function keepRunning(): () => void {
  const channel = new MessageChannel();
  channel.port1.ref();
  return () => channel.port1.close();
}
