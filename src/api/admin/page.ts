import { z } from 'zod';
import type { Listed, Page } from '../../admin/administration.js';
import { AdminFailure } from '../../admin/failure.js';
import { parseMxid, type Mxid } from '../../base/mxid.js';

const defaultLimit = 100;
const maxLimit = 500;

/** The parameters of every list. */
export const pageQuery = {
  from: { description: '`next_batch` of the page before. The first page if absent.' },
  limit: { description: `How many items to return, 1 to ${maxLimit}, ${defaultLimit} by default.`, example: '100' },
} as const;

/** Reads the parameters. Throws AdminFailure. */
export function readPage({ from, limit }: { readonly from?: string; readonly limit?: string }): Page {
  const count = limit === undefined ? defaultLimit : Number(limit);
  const isValid = limit === undefined || (/^\d{1,4}$/.test(limit) && count >= 1 && count <= maxLimit);
  if (!isValid) throw new AdminFailure({ kind: 'parameter_invalid', parameter: 'limit' });
  return { after: readQuery('from', from), limit: count };
}

/** Returns the parameter of a query. Throws AdminFailure if it is no text that can be stored. */
export function readQuery(parameter: string, text: string | undefined): string | undefined {
  if (text?.includes('\0') === true) throw new AdminFailure({ kind: 'parameter_invalid', parameter });
  return text;
}

/** The member of every list that names the next page. */
export const nextBatch = z
  .string()
  .optional()
  .meta({ description: '`from` of the next page. Absent on the last page, which may be empty.' });

/** Returns the member for the wire. */
export function nextOf({ next }: Listed<unknown>) {
  return next === undefined ? {} : { next_batch: next };
}

/** Reads a Matrix ID of a path. Throws AdminFailure. */
export function readUser(text: string): Mxid {
  const mxid = parseMxid(text);
  if (mxid === undefined) throw new AdminFailure({ kind: 'parameter_invalid', parameter: 'user_id' });
  return mxid;
}
