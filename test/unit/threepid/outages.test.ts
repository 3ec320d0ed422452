import { afterEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/base/secret.js';
import type { EmailChannel } from '../../../src/delivery/channel.js';
import { createMessenger } from '../../../src/delivery/create-messenger.js';
import { DeliveryFailure } from '../../../src/delivery/failure.js';
import { createSmtpChannel } from '../../../src/delivery/smtp.js';
import { createTemplates } from '../../../src/delivery/templates.js';
import { createRecordingMessenger } from '../../support/recording-messenger.js';
import { createFakeClock } from '../../support/fake-clock.js';
import { startMailServer } from '../../support/mail-server.js';
import { silentLogger } from '../../support/silent-logger.js';
import { threepidFailureOf as failureOf } from '../../support/threepid-failures.js';
import { allowances, day, emailRequest, keyOf, openValidation } from '../../support/validation.js';

const after: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of after.splice(0).reverse()) await undo();
});

async function openThrough(email: readonly EmailChannel[]) {
  const clock = createFakeClock();
  const real = createMessenger({ email, phone: [], clock, logger: silentLogger });
  const messenger: ReturnType<typeof createRecordingMessenger> = {
    ...createRecordingMessenger(),
    canSend: (kind) => real.canSend(kind),
    send: (message) => real.send(message),
  };
  const limit = { ...allowances, perEmailAddress: { max: 3, windowMs: day } };
  const under = await openValidation({ clock, messenger, allowances: limit });
  after.push(() => under.close());
  after.push(() => real.close());
  return under;
}

const smtpAt = (port: number) =>
  createSmtpChannel({
    host: '127.0.0.1',
    port,
    security: 'none',
    from: { name: 'Gangway', address: 'gangway@example.test' },
    templates: createTemplates({ service: 'id.example.test' }),
  });

describe('an outage', () => {
  it('of the mail server refuses no request once it is over', async () => {
    const gone = await startMailServer();
    await gone.stop();
    const server = await startMailServer();
    after.push(() => server.stop());
    const toDeadPort = smtpAt(gone.port);
    const channel = smtpAt(server.port);
    const state = { isUp: false };
    const { validation } = await openThrough([
      {
        ...channel,
        send: (...given) => (state.isUp ? channel : toDeadPort).send(...given),
        close() {
          channel.close?.();
          toDeadPort.close?.();
        },
      },
    ]);
    for (let time = 0; time < 10; time += 1) {
      expect(await failureOf(validation.requestToken(emailRequest()))).toEqual({
        kind: 'send_failed',
        medium: 'email',
      });
    }
    state.isUp = true;
    await validation.requestToken(emailRequest());
    expect(server.taken).toHaveLength(1);
  });

  it('of the first channel after it got the message leaves the token valid, whatever the second channel returns', async () => {
    const tokens: Secret[] = [];
    let given: () => void = () => undefined;
    const isGiven = new Promise<void>((resolve) => (given = resolve));
    const { validation, clock } = await openThrough([
      {
        name: 'silent',
        deadlineMs: 1000,
        maxConcurrent: 1,
        send(message, _signal, handOver) {
          if (message.kind === 'email_validation') tokens.push(new Secret(message.link.reveal()));
          handOver();
          given();
          return new Promise(() => undefined);
        },
      },
      {
        name: 'knowing',
        deadlineMs: 1000,
        maxConcurrent: 1,
        send: () => Promise.reject(new DeliveryFailure({ kind: 'address_unknown' })),
      },
    ]);
    const request = emailRequest();
    const asking = failureOf(validation.requestToken(request));
    await isGiven;
    await clock.advance(1000);
    expect(await asking).toEqual({ kind: 'send_failed', medium: 'email' });
    const link = new URL(tokens[0]?.reveal() ?? expect.fail('nothing was sent'));
    const sid = link.searchParams.get('sid') ?? expect.fail('no sid');
    const token = new Secret(link.searchParams.get('token') ?? expect.fail('no token'));
    await validation.submitToken(keyOf(request, sid), token, undefined);
    expect(await validation.loadValidated(keyOf(request, sid))).toMatchObject({ address: 'alice@mail.test' });
  });
});
