import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readStoredSession } from '../../src/telegram/stored-session.js';
import { createTestGateway } from '../support/engine-on-sandbox.js';
import { logIn } from '../support/magic-logins.js';
import { tdlib } from '../support/python-clients.js';
import { startSandboxProcess, type SandboxProcess } from '../support/sandbox-process.js';

describe.skipIf(tdlib.missing !== undefined)(`unmodified TDLib on \`gangway sandbox\` ${tdlib.missing ?? ''}`, () => {
  let sandbox: SandboxProcess;
  beforeAll(async () => {
    sandbox = await startSandboxProcess('--strict-keys');
  });
  afterAll(() => sandbox.stop());

  it.each([
    ['gramjs', 'data centre 2', '9996621003', 700021003, '21003'],
    ['mtcute', 'data centre 3', '9996630003', 700030003, '30003'],
  ] as const)('continues a session of Gangway: %s, %s', async (engine, _, digits, id, name) => {
    const gateway = createTestGateway(sandbox, {}, engine);
    const connection = await gateway.connect();
    await logIn(connection, digits);
    const { session } = connection;
    await connection.destroy();
    await gateway.close();
    const { dcId, authKey } = readStoredSession(session);
    const [result] = await tdlib.run({
      auth_key: authKey.reveal(),
      user_id: id,
      data_centre: sandbox.dataCentres.find((dataCentre) => dataCentre.id === dcId),
    });
    expect(result).toMatchObject({ id, name, states: expect.arrayContaining(['authorizationStateReady']) });
    const keys: unknown = await (await fetch(`${sandbox.controlUrl}/keys`)).json();
    expect(keys).not.toContainEqual(expect.objectContaining({ duplicated: true }));
  });
});
