import { z } from 'zod';
import { member } from '../client-server/member.js';

/** The schema of a signed association, which is passed on as it was signed. */
export const signedAssociation = z
  .looseObject({
    address: member('string', 'The 3PID.'),
    medium: member('string', 'The medium of the 3PID: email or msisdn.'),
    mxid: member('string', 'The Matrix user ID that it is bound to.'),
    not_before: member('integer', 'Start of its validity, in milliseconds since 1970.'),
    not_after: member('integer', 'End of its validity, in milliseconds since 1970.'),
    ts: member('integer', 'When it was bound, in milliseconds since 1970.'),
    signatures: member('object', 'Signatures by server and key.'),
  })
  .meta({ title: 'SignedAssociation' });
