import { Failure } from '../../base/failure.js';

/** Why bytes are not a message of the schema that they were read with. */
export type TlFact =
  { readonly kind: 'unknown_constructor'; readonly id: number } | { readonly kind: 'malformed'; readonly why: string };

/** Thrown by the codec for what a peer got wrong. */
export class TlFailure extends Failure<TlFact> {
  static malformed(why: string): TlFailure {
    return new TlFailure({ kind: 'malformed', why });
  }
}
