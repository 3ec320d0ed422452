import { z } from 'zod';
import { member } from '../client-server/member.js';

/** A signed association as it goes on the wire; it is passed on as it was signed. */
export const signedAssociation = z
  .looseObject({
    address: member('string', 'The address.'),
    medium: member('string', 'The medium of the address: email or msisdn.'),
    mxid: member('string', 'The Matrix user ID to which it belongs.'),
    not_before: member('integer', 'From when it is valid, in milliseconds since 1970.'),
    not_after: member('integer', 'Until when it is valid, in milliseconds since 1970.'),
    ts: member('integer', 'When it was published, in milliseconds since 1970.'),
    signatures: member('object', 'Signatures by server and key.'),
  })
  .meta({ title: 'SignedAssociation' });
