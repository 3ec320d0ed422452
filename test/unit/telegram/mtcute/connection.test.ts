import { expect, it, vi } from 'vitest';
import { systemRandom } from '../../../../src/base/random.js';
import { createMtcuteConnection } from '../../../../src/telegram/mtcute/connection.js';
import { EngineSocket } from '../../../../src/telegram/mtcute/socket.js';
import { FormatLogger } from '../../../../src/telegram/mtcute/platform.js';
import { createSaltCache } from '../../../../src/telegram/salt-cache.js';
import { createTurns } from '../../../../src/telegram/turns.js';
import { createFakeClock } from '../../../support/fake-clock.js';
import { silentLogger } from '../../../support/silent-logger.js';
import { startSilentServer } from '../../../support/silent-server.js';

const device = { deviceModel: '', systemVersion: '', appVersion: '', systemLangCode: '', langPack: '', langCode: '' };

it('a connect that takes too long fails only when its connection is closed', async () => {
  const server = await startSilentServer();
  const clock = createFakeClock();
  const events: string[] = [];
  const open = EngineSocket.open.bind(EngineSocket);
  const opening = vi.spyOn(EngineSocket, 'open').mockImplementation(async (...args) => {
    const socket = await open(...args);
    void socket.closed.then(() => events.push('closed'));
    return socket;
  });
  const connection = createMtcuteConnection(undefined, {
    settings: {
      initConnection: { _: 'initConnection', apiId: 1, ...device, query: { _: 'help.getConfig' } },
      proxy: null,
      findKey: () => undefined,
      salts: createSaltCache(),
      random: systemRandom,
      log: new FormatLogger(silentLogger, false),
      guard: undefined,
    },
    dataCentres: [{ id: 1, ip: '127.0.0.1', port: server.port }],
    turns: createTurns(clock),
    apiId: 1,
    apiHash: '',
    connectDeadlineMs: 10,
    callDeadlineMs: 10,
    clock,
    logger: silentLogger,
    onDestroyed: () => void events.push('destroyed'),
  });
  try {
    const failed = connection.open().catch(() => events.push('failed'));
    await server.firstReceived;
    await clock.advance(10);
    await failed;
    expect(events).toEqual(['closed', 'destroyed', 'failed']);
  } finally {
    opening.mockRestore();
    await server.stop();
  }
});
