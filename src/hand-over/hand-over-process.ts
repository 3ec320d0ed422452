import { z } from 'zod';
import type { HandOverProcess } from '../bridge/bridge.js';

const form = z.object({ loginId: z.string(), stepId: z.string(), transactionId: z.string().optional() });

/** Returns the process as it is stored: no secret is in it. */
export function writeProcess({ loginId, stepId, transactionId }: HandOverProcess): string {
  return JSON.stringify({ loginId, stepId, transactionId });
}

/** Throws for a text that writeProcess has not written: that is a defect. */
export function readProcess(text: string): HandOverProcess {
  const { transactionId, ...process } = form.parse(JSON.parse(text));
  return { ...process, transactionId };
}
