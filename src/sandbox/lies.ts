/** Lies in the envelope of an encrypted message. */
export const messageLies = [
  'key_id',
  'message_key',
  'session_id',
  'length_zero',
  'length_negative',
  'length_unaligned',
  'length_too_large',
  'padding_none',
  'padding_short',
  'padding_long',
  'message_id_even',
  'message_id_old',
  'message_id_new',
  'packed_large',
  'repeated',
] as const;

/** Lies in what account.getPassword returns. */
export const passwordLies = [
  'srp_b_empty',
  'srp_b_zero',
  'srp_b_one',
  'srp_b_small',
  'srp_b_large',
  'srp_b_prime',
  'srp_b_long',
  'srp_b_mask',
  'srp_generator',
  'srp_generator_residue',
  'srp_prime_composite',
  'srp_prime_unsafe',
  'srp_prime_short',
] as const;

/** Lies in an unencrypted answer, whose step does not matter. */
export const plainLies = ['plain_key_id', 'plain_message_id', 'plain_length', 'plain_cut', 'plain_long'] as const;

/** Lies in a key exchange, by its step. */
export const keyExchangeLies = {
  req_pq_multi: ['pq_kind', 'pq_nonce', 'pq_zero', 'pq_large', 'pq_not_product', 'pq_fingerprint'],
  req_DH_params: [
    'dh_kind',
    'dh_fail',
    'dh_nonce',
    'dh_server_nonce',
    'dh_length',
    'dh_short',
    'dh_padding',
    'dh_inner_kind',
    'dh_inner_hash',
    'dh_inner_nonce',
    'dh_inner_server_nonce',
    'dh_generator',
    'dh_generator_residue',
    'dh_prime_composite',
    'dh_prime_unsafe',
    'dh_prime_short',
    'dh_public_zero',
    'dh_public_one',
    'dh_public_minus_one',
    'dh_public_small',
    'dh_public_large',
  ],
  set_client_DH_params: [
    'end_kind',
    'end_retry',
    'end_retry_hash',
    'end_fail',
    'end_fail_hash',
    'end_nonce',
    'end_server_nonce',
    'end_hash',
  ],
} as const;

export type MessageLie = (typeof messageLies)[number];
export type PasswordLie = (typeof passwordLies)[number];
type KeyExchangeMethod = keyof typeof keyExchangeLies;
export type PlainLie = (typeof plainLies)[number];
export type KeyExchangeLie = (typeof keyExchangeLies)[KeyExchangeMethod][number];
/** The deliberate errors that the sandbox can send, as an untrusted server would. */
export type Lie = MessageLie | PasswordLie | PlainLie | KeyExchangeLie;

export const allLies: readonly Lie[] = [
  ...messageLies,
  ...passwordLies,
  ...plainLies,
  ...Object.values(keyExchangeLies).flat(),
];

const methods = new Map<string, readonly Lie[]>([
  ...Object.entries(keyExchangeLies).map(([step, lies]) => [step, [...lies, ...plainLies]] as const),
  ['account.getPassword', [...passwordLies, ...messageLies]],
]);

/**
 * Returns the lies that the answer to a method can contain. The steps of a key exchange are
 * methods, too.
 */
export function liesOf(method: string): readonly Lie[] {
  return methods.get(method) ?? messageLies;
}

export function findLie(text: string): Lie | undefined {
  return allLies.find((lie) => lie === text);
}

export function isMessageLie(lie: Lie | undefined): lie is MessageLie {
  return messageLies.some((one) => one === lie);
}
