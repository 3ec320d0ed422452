import { inspect } from 'node:util';

/** A phone number in E.164 form: `+` and 5 to 15 digits. */
export type E164 = string & { readonly __brand: 'E164' };

/** A phone number that prints masked, so that no log or error can hold the whole of it. */
export class PhoneNumber {
  readonly #e164: E164;

  private constructor(e164: E164) {
    this.#e164 = e164;
  }

  /**
   * Returns the number that a program has written: 5 to 15 digits, with or without a plus. For that
   * of a person, use readPhoneNumber.
   */
  static parse(text: string): PhoneNumber | undefined {
    const digits = text.replace(/^\+/, '');
    return /^[0-9]{5,15}$/.test(digits) ? new PhoneNumber(`+${digits}` as E164) : undefined;
  }

  /** Returns the number itself: call it only where the number leaves for its destination. */
  reveal(): E164 {
    return this.#e164;
  }

  equals(other: PhoneNumber): boolean {
    return this.#e164 === other.#e164;
  }

  /** Returns the last two digits only, as `+…42`. */
  toString(): string {
    return `+…${this.#e164.slice(-2)}`;
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }
}
