import type { Tag } from '../../http/openapi.js';

/** The groups of the operations in both versions of the identity service. */
export const identityTags: readonly Tag[] = [
  { name: 'Status', description: 'The versions of the service.', paths: /^\/(api\/v1|v2|versions)$/ },
  { name: 'Account', description: 'Tokens and terms.', paths: /^\/(account|terms)/ },
  { name: 'Lookup', description: 'Finding Matrix IDs by 3PIDs.', paths: /^\/(hash_details|lookup|bulk_lookup)$/ },
  { name: 'Invites', description: 'Invites of 3PIDs without a Matrix ID.', paths: /^\/(store-invite|sign-ed25519)$/ },
  { name: 'Keys', description: 'The public keys of the service.', paths: /^\/pubkey\// },
  { name: 'Validation', description: 'Validating 3PIDs.', paths: /^\/(validate|3pid\/getValidated3pid)/ },
  { name: 'Bindings', description: 'Associating 3PIDs with Matrix IDs.', paths: /^\/(3pid\/)?(bind|unbind)$/ },
];
