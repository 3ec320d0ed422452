import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/base/secret.js';
import {
  emailRequest,
  keyOf,
  openValidation,
  phoneRequest,
  type ValidationUnderTest,
} from '../../support/validation.js';

describe('an address is proven', () => {
  let under: ValidationUnderTest;

  beforeEach(async () => {
    under = await openValidation();
  });

  afterEach(() => under.close());

  it('by the token that was mailed to it', async () => {
    const { validation, messenger, clock } = under;
    const request = emailRequest();
    const { sid, address, internationalFormat } = await validation.requestToken(request);
    expect(address).toEqual({ medium: 'email', address: 'alice@mail.test' });
    expect(internationalFormat).toBeUndefined();
    const key = keyOf(request, sid);
    await expect(validation.loadValidated(key)).rejects.toMatchObject({ fact: { kind: 'session_not_validated' } });
    await clock.advance(1234);
    const [token = ''] = messenger.tokens();
    expect(await validation.submitToken(key, new Secret(token))).toEqual({ nextLink: undefined });
    const validatedAt = clock.now();
    await clock.advance(1000);
    expect(await validation.loadValidated(key)).toEqual({ ...address, validatedAt, mxid: undefined });
  });

  it('by the code that was sent to the phone', async () => {
    const { validation, messenger } = under;
    const request = phoneRequest();
    const { sid, address, internationalFormat } = await validation.requestToken(request);
    expect(address).toEqual({ medium: 'msisdn', address: '447470674927' });
    expect(internationalFormat).toBe('+44 7470 674927');
    const [code = ''] = messenger.tokens();
    expect(code).toMatch(/^[0-9]{6}$/);
    await validation.submitToken(keyOf(request, sid), new Secret(code));
    expect(await validation.loadValidated(keyOf(request, sid))).toMatchObject(address);
  });
});
