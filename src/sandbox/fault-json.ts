import type { Fault } from './faults.js';
import { findLie, type Lie } from './lies.js';
import { numberIn, OrderFailure, textIn, type Order } from './order.js';

/** Reads a fault from JSON; throws OrderFailure for what is none. */
export function parseFault(order: Order): Fault {
  const kind = textIn(order, 'kind');
  switch (kind) {
    case 'refuse':
      return { kind, ...numbers(order, 'dc') };
    case 'silent':
    case 'drop':
      return { kind, ...texts(order, 'method'), ...numbers(order, 'dc', 'times') };
    case 'delay':
      return { kind, ms: numberIn(order, 'ms'), ...texts(order, 'method'), ...numbers(order, 'times') };
    case 'lie':
      return { kind, lie: lieIn(order), ...texts(order, 'method'), ...numbers(order, 'dc', 'times') };
    case 'rpc_error':
      return {
        kind,
        code: numberIn(order, 'code'),
        message: textIn(order, 'message'),
        ...texts(order, 'method', 'phone'),
        ...numbers(order, 'times'),
      };
    default:
      throw OrderFailure.about('kind: refuse, silent, drop, delay, lie or rpc_error');
  }
}

function lieIn(order: Order): Lie {
  const lie = findLie(textIn(order, 'lie'));
  if (!lie) throw OrderFailure.about('lie: none of this name');
  return lie;
}

function texts<K extends string>(order: Order, ...fields: K[]): { [F in K]?: string } {
  return pick(order, fields, textIn);
}

function numbers<K extends string>(order: Order, ...fields: K[]): { [F in K]?: number } {
  return pick(order, fields, numberIn);
}

function pick<K extends string, V>(order: Order, fields: readonly K[], read: (order: Order, field: string) => V) {
  const picked: { [F in K]?: V } = {};
  for (const field of fields) if (order[field] !== undefined) picked[field] = read(order, field);
  return picked;
}
