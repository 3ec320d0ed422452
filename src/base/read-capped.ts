/**
 * Returns the whole of a body as text; undefined, and no more of it is read, if it has more than
 * `limitBytes`.
 */
export async function readCapped(
  body: AsyncIterable<Uint8Array> | null,
  limitBytes: number,
): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop cancels the stream.
    if (size > limitBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
