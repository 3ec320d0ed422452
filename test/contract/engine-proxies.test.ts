import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.js';
import type { TelegramProxy } from '../../src/telegram/gateway-options.js';
import { engines, useEngineOnSandbox } from '../support/engine-on-sandbox.js';
import { detailsOf, failureOf, numberOf } from '../support/magic-logins.js';
import { startSocksServer, type SocksServer } from '../support/socks-server.js';
import { until } from '../support/until.js';

const mtproxySecret = Buffer.from('00112233445566778899aabbccddeeff', 'hex');

/** How each engine reports that the proxy rejects the password. */
const wrongPassword = { gramjs: /Authentication failed$/, mtcute: /invalid auth/ };

describe.each(engines)('%s', (engine) => {
  const telegram = useEngineOnSandbox(engine, { mtproxySecret });

  describe('a proxy', () => {
    const socksOptions = { username: 'me', password: 'open sesame' };
    const through = ({ port }: SocksServer): TelegramProxy => ({
      type: 'socks5',
      address: '127.0.0.1',
      port,
      username: 'me',
      password: new Secret('open sesame'),
    });

    it('of type SOCKS5 leads to the configured data centres', async () => {
      const proxy = await startSocksServer(socksOptions);
      try {
        const connection = await telegram.loggedIn('9996630060', telegram.createGateway({ proxy: through(proxy) }));
        expect((await connection.getMe()).phone?.reveal()).toBe('+9996630060');
        const [first, , third] = telegram.sandbox.dataCentres.map(({ port }) => `127.0.0.1:${port}`);
        expect(proxy.destinations).toEqual([first, third]);
      } finally {
        await proxy.stop();
      }
    });

    it('of type SOCKS5 leads to the data centres of Telegram itself if none are configured', async () => {
      const proxy = await startSocksServer({
        ...socksOptions,
        portFor: () => telegram.sandbox.dataCentres[0]?.port ?? 0,
      });
      try {
        const gateway = telegram.createGateway({ proxy: through(proxy), dataCentres: [] });
        const connection = await telegram.loggedIn('9996610062', gateway);
        const { session } = connection;
        await connection.destroy();
        expect((await (await gateway.connect(session)).getMe()).phone?.reveal()).toBe('+9996610062');
        expect(proxy.destinations).toEqual(['149.154.167.91:443', '149.154.167.91:443']);
      } finally {
        await proxy.stop();
      }
    });

    it('that refuses the first connection is tried again', async () => {
      const stopped = await startSocksServer(socksOptions);
      await stopped.stop();
      const connecting = telegram.createGateway({ proxy: through(stopped) }).connect();
      await until(() => JSON.stringify(telegram.logger.lines).includes('ECONNREFUSED'));
      const proxy = await startSocksServer({ ...socksOptions, port: stopped.port });
      try {
        expect((await (await connecting).sendCode(numberOf('9996610066'))).length).toBe(5);
        expect(proxy.destinations).toHaveLength(1);
      } finally {
        await proxy.stop();
      }
    });

    it.each(['wrong', 'stopped'] as const)('of type SOCKS5 is named if it accepts no connection: %s', async (how) => {
      const proxy = await startSocksServer(socksOptions);
      if (how === 'stopped') await proxy.stop();
      const secret = new Secret(how === 'wrong' ? 'never to be logged' : 'open sesame');
      const gateway = telegram.createGateway({ proxy: { ...through(proxy), password: secret } as TelegramProxy });
      const failure = await failureOf(gateway.connect());
      if (how === 'wrong') await proxy.stop();
      expect(failure.details).toEqual({ kind: 'unreachable' });
      const { message } = failure.cause as Error;
      expect(message).toContain(`no connection through the socks5 proxy 127.0.0.1:${proxy.port}: `);
      expect(message).toMatch(how === 'wrong' ? wrongPassword[engine] : /ECONNREFUSED/);
      expect(message).not.toContain('never to be logged');
    });

    it('of type MTProto is named if it closes every connection, as with another secret', async () => {
      const [first] = telegram.sandbox.dataCentres;
      const secret = new Secret('ffeeddccbbaa99887766554433221100');
      const address = { address: '127.0.0.1', port: first?.port ?? 0 };
      const gateway = telegram.createGateway({ proxy: { type: 'mtproxy', ...address, secret } });
      const { details, cause } = await failureOf(gateway.connect());
      expect(details).toEqual({ kind: 'unreachable' });
      expect(cause).toMatchObject({
        message: `connections through the mtproxy proxy 127.0.0.1:${address.port} break at once; its secret may be wrong`,
      });
    });

    it('of type MTProto leads to the requested data centre', async () => {
      const [first] = telegram.sandbox.dataCentres;
      const gateway = telegram.createGateway({
        proxy: {
          type: 'mtproxy',
          address: '127.0.0.1',
          port: first?.port ?? 0,
          secret: new Secret(mtproxySecret.toString('hex')),
        },
        // Only the proxy knows their addresses.
        dataCentres: telegram.sandbox.dataCentres.map(({ id }) => ({ id, ip: '192.0.2.1', port: 443 })),
      });
      const connection = await telegram.loggedIn('9996620061', gateway);
      expect((await connection.getMe()).phone?.reveal()).toBe('+9996620061');
      const { session } = connection;
      await connection.destroy();
      telegram.sandbox.control.deleteAuthKeys('9996620061');
      const again = gateway.connect(session).then((other) => other.getMe());
      expect(await detailsOf(again)).toEqual({ kind: 'session_dead', reason: 'auth_key_forgotten' });
    });
  });
});
