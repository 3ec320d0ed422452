import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDns, lookUpAsSystem, type Dns } from '../../../src/matrix/dns.js';
import { startDnsServer, type DnsServer } from '../../support/dns-server.js';

const service = { priority: 10, weight: 5, port: 8448, name: 'host.test' };

describe('the DNS', () => {
  let server: DnsServer;
  let dns: Dns;
  beforeAll(async () => {
    server = await startDnsServer({
      'both.test': { a: ['192.0.2.1', '192.0.2.2'], aaaa: ['2001:db8::1', '::ffff:127.0.0.1'] },
      'four.test': { a: ['192.0.2.1'] },
      'six.test': { aaaa: ['fe80::1'] },
      'none.test': {},
      '_matrix-fed._tcp.both.test': { srv: [service, { ...service, name: 'other.test' }] },
    });
    dns = createDns([server.address]);
  });
  afterAll(() => server.stop());

  it('resolves all addresses of a name, of both versions', async () => {
    expect(await dns.lookUp('both.test')).toEqual(['192.0.2.1', '192.0.2.2', '2001:db8::1', '::ffff:127.0.0.1']);
    expect(await dns.lookUp('four.test')).toEqual(['192.0.2.1']);
    expect(await dns.lookUp('six.test')).toEqual(['fe80::1']);
  });

  it.each(['none.test', 'unknown.test', 'both.test.none'])(
    'resolves nothing for a name without records: %s',
    async (name) => {
      await expect(dns.lookUp(name)).rejects.toThrow(/ENODATA|ENOTFOUND/);
      await expect(dns.lookUpServices(`_matrix-fed._tcp.${name}`)).rejects.toThrow(/ENODATA|ENOTFOUND/);
    },
  );

  it('resolves the services of a name', async () => {
    expect(await dns.lookUpServices('_matrix-fed._tcp.both.test')).toMatchObject([
      service,
      { ...service, name: 'other.test' },
    ]);
  });
});

it('resolves the names of this machine by the system', async () => {
  expect((await lookUpAsSystem('localhost')).some((address) => ['127.0.0.1', '::1'].includes(address))).toBe(true);
});
