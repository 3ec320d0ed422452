import { z } from 'zod';
import type { HandOverProcess } from '../bridge/bridge.js';

const form = z.object({ loginId: z.string(), stepId: z.string(), transactionId: z.string().optional() });

/** Returns the stored form of the process. It contains no secret. */
export function writeProcess({ loginId, stepId, transactionId }: HandOverProcess): string {
  return JSON.stringify({ loginId, stepId, transactionId });
}

/** Throws if the text was not written by writeProcess: that is a defect. */
export function readProcess(text: string): HandOverProcess {
  const { transactionId, ...process } = form.parse(JSON.parse(text));
  return { ...process, transactionId };
}
