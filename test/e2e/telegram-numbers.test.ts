import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { randomId, systemRandom } from '../../src/base/random.js';
import type { Mxid } from '../../src/base/mxid.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { install, type Answer, type ConfigOverrides, type ServingInstallation } from '../support/daemon.js';
import { installHere } from '../support/daemon-here.js';
import {
  startEmbeddedPlaceBy,
  startRelayPlaceBy,
  type MatrixEnvironment,
  type MatrixUser,
} from '../support/matrix-environments.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';
import { startSynapse, synapseMissing, type Synapse } from '../support/synapse.js';

const client = '/_matrix/client/v3';
const number = '9996620234';
const otherNumber = '9996620235';
const code = '22222';

let sandbox: Sandbox;
let environment: MatrixEnvironment<ServingInstallation> | undefined;

beforeAll(async () => {
  sandbox = await startStrictSandbox();
});
afterAll(() => sandbox.stop());
afterEach(async () => {
  await environment?.close();
  environment = undefined;
  sandbox.control.reset();
});

type StartBy = typeof startEmbeddedPlaceBy;

describe('with embedded accounts', () => describeTheJoin(startEmbeddedPlaceBy));

describe.skipIf(synapseMissing !== undefined)(`with accounts of a Synapse ${synapseMissing ?? ''}`, () => {
  let synapse: Synapse;
  beforeAll(async () => {
    synapse = await startSynapse();
  });
  afterAll(() => synapse.stop());
  describeTheJoin((installBy, on, overrides) => startRelayPlaceBy(installBy, on, overrides, synapse));
});

/**
 * A phone number that a login to Telegram validates, end to end, for embedded and relayed accounts.
 */
function describeTheJoin(startBy: StartBy): void {
  const overridesOf = (mode: 'ask' | 'on' | 'off'): ConfigOverrides => ({ threepids: { from_telegram: mode } });
  async function start(mode: 'ask' | 'on' | 'off'): Promise<Steps> {
    environment = await startBy(installHere, sandbox, overridesOf(mode));
    return stepsIn(environment);
  }

  it('ask: is added on request, logs in to Matrix, and no longer does after the logout at Telegram', async () => {
    const { alice, gangway, logInToTelegram, logInByPhone, numbers } = await start('ask');
    expect(await logInToTelegram(alice, number)).toMatchObject({ state: 'logged-in', add_phone: 'offered' });
    expect(await gangway.getMe(alice.mxid)).toMatchObject({ body: { phone: number, add_phone: 'offered' } });
    expect(await logInByPhone(alice, number)).toMatchObject(refused);

    const added = await gangway.call('POST', `/login/${alice.mxid}/add_phone`);
    expect(added).toMatchObject({ status: 200, body: { phone: number, add_phone: 'added' } });
    expect(await logInByPhone(alice, number)).toMatchObject({ status: 200, body: { user_id: alice.mxid } });
    expect(await numbers(alice)).toContain(number);

    sandbox.control.revokeSessions(`+${number}`, 'SESSION_REVOKED');
    expect(await gangway.getMe(alice.mxid)).toMatchObject({ status: 403, body: { errcode: 'not_logged_in' } });
    expect(await logInByPhone(alice, number)).toMatchObject(refused);
    expect(await numbers(alice)).not.toContain(number);
  });

  it('on: is added automatically, and removed by the daemon’s own check of Telegram', async () => {
    const started = await startBy(install, sandbox, overridesOf('on'));
    environment = started;
    const { gangway } = started;
    const { alice, logInToTelegram, logInByPhone } = stepsIn(started);
    expect(await logInToTelegram(alice, number)).toMatchObject({ state: 'logged-in', add_phone: 'added' });
    expect(await logInByPhone(alice, number)).toMatchObject({ status: 200, body: { user_id: alice.mxid } });

    await gangway.kill();
    sandbox.control.revokeSessions(`+${number}`, 'AUTH_KEY_UNREGISTERED');
    await gangway.start();
    await gangway.line('telegram session revoked');
    // It reports the number before it has added it; this waits for that.
    expect(await gangway.getMe(alice.mxid)).toMatchObject({ status: 403 });
    expect(await logInByPhone(alice, number)).toMatchObject(refused);
    await logInToTelegram(alice, number);
    expect(await logInByPhone(alice, number)).toMatchObject({ status: 200 });
  });

  it('is refused if another user has it, and is never moved', async () => {
    const { alice, bob, gangway, logInToTelegram, logInByPhone } = await start('on');
    const database = await gangway.openDatabase();
    const at = systemClock.now();
    const record = { id: randomId(systemRandom), mxid: bob.mxid, medium: 'msisdn', address: number } as const;
    const rest = { validatedAt: at, addedAt: at, telegramAccountId: undefined };
    await database.transaction((tx) => tx.accountAddresses.insert({ ...record, ...rest }));
    await database.close();

    expect(await logInToTelegram(alice, number)).toMatchObject({ state: 'logged-in', add_phone: 'in_use' });
    const asked = await gangway.call('POST', `/login/${alice.mxid}/add_phone`);
    expect(asked).toMatchObject({ status: 409, body: { errcode: 'phone_number_in_use' } });
    expect(await logInByPhone(alice, number)).toMatchObject(refused);
    expect(await logInByPhone(bob, number)).toMatchObject({ status: 200, body: { user_id: bob.mxid } });

    expect(await logInToTelegram(bob, otherNumber)).toMatchObject({ add_phone: 'added' });
    expect(await logInByPhone(bob, otherNumber)).toMatchObject({ status: 200, body: { user_id: bob.mxid } });
    expect(await gangway.login(alice.mxid, 'request_code', { phone: `+${otherNumber}` })).toMatchObject({
      status: 409,
    });
  });

  it('off: has no effect on Matrix', async () => {
    const { alice, gangway, logInToTelegram, logInByPhone } = await start('off');
    expect(await logInToTelegram(alice, number)).toEqual({ state: 'logged-in', username: expect.any(String) });
    expect((await gangway.getMe(alice.mxid)).body).not.toHaveProperty('add_phone');
    expect(await gangway.call('POST', `/login/${alice.mxid}/add_phone`)).toMatchObject({ status: 404 });
    expect(await logInByPhone(alice, number)).toMatchObject(refused);
  });
}

const refused = { status: 403, body: { errcode: 'M_FORBIDDEN' } };

interface Steps {
  readonly gangway: ServingInstallation;
  readonly alice: MatrixUser;
  readonly bob: MatrixUser;
  /** The body of the last answer. */
  readonly logInToTelegram: (user: MatrixUser, phone: string) => Promise<Answer['body']>;
  readonly logInByPhone: (user: MatrixUser, phone: string) => Promise<Answer>;
  /** The phone numbers of the Matrix account. */
  readonly numbers: (user: MatrixUser) => Promise<readonly unknown[]>;
}

function stepsIn({ gangway, alice, bob }: MatrixEnvironment<ServingInstallation>): Steps {
  const logIn = ({ password }: MatrixUser, identifier: Readonly<Record<string, unknown>>) =>
    gangway.request('POST', `${client}/login`, { type: 'm.login.password', identifier, password });
  return {
    gangway,
    alice,
    bob,
    async logInToTelegram({ mxid }, phone) {
      expect(await gangway.login(mxid, 'request_code', { phone: `+${phone}` })).toMatchObject({ status: 200 });
      const { status, body } = await gangway.login(mxid, 'send_code', { code });
      expect({ status, body }).toMatchObject({ status: 200 });
      return body;
    },
    // The format of clients that know the calling codes of other countries only.
    logInByPhone: (user, phone) => logIn(user, { type: 'm.id.phone', country: 'GB', phone: `+${phone}` }),
    async numbers(user) {
      const { body } = await logIn(user, { type: 'm.id.user', user: user.mxid satisfies Mxid });
      const listed = await gangway.request('GET', `${client}/account/3pid`, undefined, String(body['access_token']));
      const threepids = listed.body['threepids'] as readonly Readonly<Record<string, unknown>>[];
      return threepids.filter(({ medium }) => medium === 'msisdn').map(({ address }) => address);
    },
  };
}
