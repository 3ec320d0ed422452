import type { Principal } from '../../http/principal.js';
import type { Consumer } from '../../sessions/consumer.js';
import type { SessionLeases } from '../../sessions/leases.js';

/** Dependencies of the endpoints. */
export interface SessionDeps {
  readonly leases: SessionLeases;
  /** Returns the programs in the configuration, which may change. */
  readonly listConsumers: () => readonly Consumer[];
}

/** Returns the consumer whose secret was sent. */
export function consumerOf(principal: Principal, listConsumers: SessionDeps['listConsumers']): Consumer {
  const consumer =
    principal.kind === 'consumer' ? listConsumers().find(({ name }) => name === principal.name) : undefined;
  if (consumer === undefined) throw new Error('the authenticator admits consumers only');
  return consumer;
}
