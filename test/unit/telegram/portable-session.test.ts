import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/base/secret.js';
import { withPublicAddress } from '../../../src/telegram/portable-session.js';

const sessionAt = (dcId: number) => ({ dcId, authKey: new Secret('key'), address: '10.1.2.3', port: 5222 });

describe('a session for other programs', () => {
  it.each([
    [1, '149.154.175.53'],
    [2, '149.154.167.51'],
    [3, '149.154.175.100'],
    [4, '149.154.167.91'],
    [5, '91.108.56.130'],
    [7, '10.1.2.3'],
  ])('has the public address of data centre %i', (dcId, address) => {
    const session = sessionAt(dcId);
    expect(withPublicAddress(session, [])).toEqual({ ...session, address, port: 443 });
  });

  it('has the configured address in another network, because some programs connect to it', () => {
    const configured = [{ id: 2, ip: '127.0.0.1', port: 40_443 }];
    expect(withPublicAddress(sessionAt(2), configured)).toMatchObject({ address: '127.0.0.1', port: 40_443 });
    expect(withPublicAddress(sessionAt(3), configured)).toMatchObject({ address: '149.154.175.100', port: 443 });
  });
});
