import { expect, it } from 'vitest';
import type { ThirdPartyAddress } from '../../../src/base/canonical-address.js';
import { maskAddress } from '../../../src/base/mask-address.js';

it.each<[ThirdPartyAddress, string]>([
  [{ medium: 'email', address: 'alice@mail.test' }, 'a…@mail.test'],
  [{ medium: 'email', address: 'a@mail.test' }, 'a…@mail.test'],
  [{ medium: 'email', address: '😀b@mail.test' }, '😀…@mail.test'],
  [{ medium: 'msisdn', address: '447470674927' }, '+…27'],
])('shows of %j only %s', (address, masked) => {
  expect(maskAddress(address)).toBe(masked);
});
