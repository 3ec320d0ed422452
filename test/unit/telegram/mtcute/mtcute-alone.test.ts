import { IntermediatePacketCodec, Long, SessionConnection, tl } from '@mtcute/core';
import { __tlReaderMap, __tlWriterMap, computeSrpParams, LogManager } from '@mtcute/core/utils.js';
import { addPublicKey, NodeCryptoProvider } from '@mtcute/node/utils.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { systemRandom } from '../../../../src/base/random.js';
import { sentGroup, sentPublicB } from '../../../../src/sandbox/crypto/sent-group.js';
import { makeChallenge, makeVerifier } from '../../../../src/sandbox/crypto/srp.js';
import { passwordLies, type Lie } from '../../../../src/sandbox/lies.js';
import { platform } from '../../../../src/telegram/mtcute/platform.js';
import { createSalt } from '../../../../src/telegram/mtcute/salt.js';
import { createLyingServers, toldLies, type LyingServer, type ToldLie } from '../../../support/lying-server.js';

/** The verdict on a lie does not depend on the slow hash of a password. */
class QuickCrypto extends NodeCryptoProvider {
  override async pbkdf2(): Promise<Uint8Array> {
    return new Uint8Array(64);
  }
}

const crypto = new QuickCrypto();
let servers: Awaited<ReturnType<typeof createLyingServers>>;

beforeAll(async () => {
  await crypto.initialize?.();
  servers = await createLyingServers();
  addPublicKey(crypto, servers.serverKey.publicPem);
});

/**
 * The lies after which mtcute sends its next request, or has a key. The generator is not checked
 * because the prime is that of Telegram. Passwords are proven without any check.
 */
const accepted: ReadonlySet<Lie> = new Set<Lie>([
  'plain_message_id',
  'plain_length',
  'plain_long',
  'pq_zero',
  'pq_large',
  'dh_padding',
  'dh_generator',
  'dh_generator_residue',
  'end_retry',
  ...passwordLies,
]);

const verdictOn = (lie: Lie) => (accepted.has(lie) ? 'accepts' : 'refuses');
const lies = toldLies.map((told) => ({ ...told, verdict: verdictOn(told.lie) }));

describe('mtcute without the key exchange of Gangway', () => {
  it.each(lies)('$verdict the lie $lie in the answer to $step', async ({ verdict, ...told }) => {
    expect(await exchangeKey(told)).toBe(verdict);
  });
});

async function exchangeKey(told: ToldLie): Promise<'accepts' | 'refuses'> {
  for (;;) {
    const server = servers.create(told);
    const connection = new Exchange(server);
    const hasKey = await connection.outcome();
    await connection.destroy();
    const toldAt = server.steps.indexOf(told.step);
    if (hasKey || server.steps.length > toldAt + 1) return 'accepts';
    // mtcute leaves out leading zeros of a key, so one exchange in 256 fails without a lie.
    if (!server.keys.some((key) => key[0] === 0)) return 'refuses';
  }
}

/** A connection of mtcute to a server without a network, which creates one key. */
class Exchange extends SessionConnection {
  readonly #server: LyingServer;
  #end: (hasKey: boolean) => void = () => undefined;

  constructor(server: LyingServer) {
    const transport = {
      packetCodec: () => new IntermediatePacketCodec(),
      connect: () => Promise.reject(new Error('there is no network')),
    };
    super(
      {
        crypto,
        transport,
        dc: { id: 1, ipAddress: '127.0.0.1', port: 443 },
        testMode: false,
        reconnectionStrategy: () => false,
        initConnection: { _: 'initConnection', apiId: 1, ...device, query: { _: 'help.getConfig' } },
        pingInterval: 60_000,
        layer: tl.LAYER,
        disableUpdates: true,
        withUpdates: false,
        isMainConnection: true,
        isMainDcConnection: true,
        usePfs: false,
        salts: createSalt(),
        readerMap: __tlReaderMap,
        writerMap: __tlWriterMap,
        platform,
      },
      new LogManager('mtcute', platform).create('alone'),
    );
    this.log.mgr.level = LogManager.OFF;
    this.#server = server;
  }

  /** Returns whether the exchange ended with a key. */
  outcome(): Promise<boolean> {
    const ended = new Promise<boolean>((resolve) => (this.#end = resolve));
    this._authorize();
    return ended;
  }

  override send(packet: Uint8Array): Promise<void> {
    return this.#server.send(Buffer.from(packet));
  }

  override async waitForUnencryptedMessage(): Promise<Uint8Array> {
    const answer = await this.#server.recv();
    let isRead = false;
    const read = super.waitForUnencryptedMessage().then((message) => {
      isRead = true;
      return message;
    });
    this.onMessage(new Uint8Array(answer));
    await new Promise((resolve) => setImmediate(resolve));
    if (isRead) return read;
    read.catch(() => undefined);
    throw new Error('mtcute discards the answer');
  }

  override handleError(): void {
    this.#end(false);
  }

  override reconnect(): void {
    this.#end(false);
  }

  override onConnectionUsable(): void {
    this.#end(true);
  }
}

const device = {
  deviceModel: '',
  systemVersion: '',
  appVersion: '',
  systemLangCode: '',
  langPack: '',
  langCode: '',
} as const;

describe('the password check of mtcute', () => {
  const password = 'correct horse';

  it.each(passwordLies.map((lie) => ({ lie, verdict: verdictOn(lie) })))('$verdict the lie $lie', async (row) => {
    const { group } = servers;
    const [salt1, salt2] = [systemRandom.bytes(40), systemRandom.bytes(16)];
    const challenge = makeChallenge(group, makeVerifier(group, password, salt1, salt2), systemRandom.bytes(256));
    const { generator: g, primeBytes: p } = sentGroup(group, row.lie);
    const _ = 'passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow';
    const parameters: tl.account.RawPassword = {
      _: 'account.password',
      currentAlgo: { _, salt1, salt2, g, p },
      srpB: sentPublicB(group, challenge, row.lie),
      srpId: Long.ONE,
      newAlgo: { _: 'passwordKdfAlgoUnknown' },
      newSecureAlgo: { _: 'securePasswordKdfAlgoUnknown' },
      secureRandom: Buffer.alloc(0),
    };
    const outcome = await computeSrpParams(crypto, parameters, password).then(
      () => 'accepts',
      () => 'refuses',
    );
    expect(outcome).toBe(row.verdict);
  });
});
