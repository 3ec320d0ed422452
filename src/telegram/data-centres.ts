import { unreachable } from './failure.js';
import type { DataCentre } from './portable-session.js';

/** An address of a data centre as Telegram returns it (help.getConfig, dcOption). */
export interface DataCentreOption {
  readonly id: number;
  readonly ipAddress: string;
  readonly port: number;
  readonly cdn?: boolean | undefined;
  readonly mediaOnly?: boolean | undefined;
  readonly tcpoOnly?: boolean | undefined;
  readonly ipv6?: boolean | undefined;
}

/**
 * Returns the data centre that Telegram has moved a login to: the configured one, or on Telegram's
 * own network an address that `fetchOptions` returns. Throws `unreachable` if there is none.
 */
export async function findDataCentre(
  id: number,
  configured: readonly DataCentre[],
  fetchOptions: () => Promise<readonly DataCentreOption[]>,
): Promise<DataCentre> {
  const known = configured.find((one) => one.id === id);
  if (known !== undefined) return known;
  if (configured.length > 0) {
    throw unreachable(`Telegram moved the login to data centre ${id}, which is not configured`);
  }
  const options = await fetchOptions();
  // Some addresses only serve files.
  const option = options.find(
    (one) => one.id === id && !one.cdn && !one.mediaOnly && !one.tcpoOnly && one.ipv6 !== true,
  );
  if (option === undefined) throw unreachable(`Telegram returned no address of data centre ${id}`);
  return { id, ip: option.ipAddress, port: option.port };
}
