import type { ServerName } from '../../base/mxid.js';
import type { Secret } from '../../base/secret.js';
import type { Homeserver } from '../../matrix/homeserver.js';
import type { AddressBook } from '../address-book.js';
import { reach } from './reach.js';
import { readAddressOwner } from './read-answer.js';

/** What createUpstreamAddressBook needs. */
export interface UpstreamAddressBookDeps {
  readonly homeserver: Pick<Homeserver, 'findAddressOwner'>;
  readonly serverName: ServerName;
  /** Of an administrator of the homeserver. */
  readonly adminAccessToken: Secret;
}

/** The addresses that the homeserver keeps, whoever has them; throws AccountFailure homeserver_unreachable where it does not say. */
export function createUpstreamAddressBook({
  homeserver,
  serverName,
  adminAccessToken,
}: UpstreamAddressBookDeps): AddressBook {
  return {
    async findUser(address) {
      return readAddressOwner(await reach(homeserver.findAddressOwner(address, adminAccessToken)), serverName);
    },
  };
}
