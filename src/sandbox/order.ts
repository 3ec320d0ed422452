import type { IncomingMessage } from 'node:http';
import { Failure } from '../base/failure.js';

/** The JSON object that came with a request to the control API; empty if nothing came. */
export type Order = Readonly<Record<string, unknown>>;

/** Thrown for an invalid order. `what` names the invalid part. */
export class OrderFailure extends Failure<{ readonly kind: 'not_understood'; readonly what: string }> {
  static about(what: string): OrderFailure {
    return new OrderFailure({ kind: 'not_understood', what });
  }
}

const maxOrderBytes = 100_000;

/** Reads the body of a request as one JSON object. */
export async function readOrder(request: IncomingMessage): Promise<Order> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxOrderBytes) throw OrderFailure.about('body: too long');
    chunks.push(chunk);
  }
  return length === 0 ? {} : parseOrder(Buffer.concat(chunks).toString('utf8'));
}

/** Returns the text in a field of an order. */
export function textIn(order: Order, field: string): string {
  const value = order[field];
  if (typeof value !== 'string') throw OrderFailure.about(`${field}: a text is needed`);
  return value;
}

/** Returns the number in a field of an order. */
export function numberIn(order: Order, field: string): number {
  const value = order[field];
  if (typeof value !== 'number') throw OrderFailure.about(`${field}: a number is needed`);
  return value;
}

function parseOrder(text: string): Order {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw OrderFailure.about('body: not JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw OrderFailure.about('body: not an object');
  }
  return Object.fromEntries(Object.entries(parsed));
}
