import { describe, expect, it } from 'vitest';
import { channelDown, type PhoneChannel } from '../../../src/delivery/channel.js';
import { createMessenger, type MessengerDeps } from '../../../src/delivery/create-messenger.js';
import { DeliveryFailure, type DeliveryFailureDetails } from '../../../src/delivery/failure.js';
import { createFakeClock } from '../../support/fake-clock.js';
import { emailInvite, emailValidation, phoneValidation } from '../../support/messages.js';
import { createRecordingLogger } from '../../support/recording-logger.js';

/** A channel of this test, which accepts every message unless an outcome is given. */
function channelThat(name: string, send: PhoneChannel['send'] = async () => undefined): PhoneChannel {
  return { name, deadlineMs: 1000, maxConcurrent: 2, send };
}

function failing(name: string, details: DeliveryFailureDetails): PhoneChannel {
  return channelThat(name, () => Promise.reject(new DeliveryFailure(details)));
}

function setUp(channels: Partial<Pick<MessengerDeps, 'email' | 'phone'>>) {
  const clock = createFakeClock();
  const logger = createRecordingLogger();
  return { clock, logger, messenger: createMessenger({ email: [], phone: [], ...channels, clock, logger }) };
}

const unknown: DeliveryFailureDetails = { kind: 'address_unknown' };
const unreachable: DeliveryFailureDetails = { kind: 'address_unreachable' };
const down: DeliveryFailureDetails = { kind: 'channel_down' };
const slow = (retryAfterMs: number): DeliveryFailureDetails => ({ kind: 'slow_down', retryAfterMs });

describe('messenger', () => {
  it('can send the kinds of its channels', async () => {
    const { messenger } = setUp({ phone: [channelThat('one')] });
    expect(messenger.canSend('phone_validation')).toBe(true);
    expect(messenger.canSend('email_validation')).toBe(false);
    expect(messenger.canSend('email_invite')).toBe(false);
    await expect(messenger.send(emailInvite())).rejects.toMatchObject({ details: { kind: 'no_channel' } });
    await expect(messenger.send(emailValidation())).rejects.toMatchObject({ details: { kind: 'no_channel' } });
  });

  it('leaves a message with the first channel that accepts it', async () => {
    const seen: string[] = [];
    const noting = (name: string) => channelThat(name, async () => void seen.push(name));
    const { messenger } = setUp({ phone: [noting('one'), noting('two')] });
    await messenger.send(phoneValidation());
    expect(seen).toEqual(['one']);
  });

  it.each([unknown, unreachable, down, slow(1000)])('tries the next channel after $kind', async (details) => {
    const taken: string[] = [];
    const second = channelThat('two', async ({ code }) => void taken.push(code.reveal()));
    const { messenger } = setUp({ phone: [failing('one', details), second] });
    await messenger.send(phoneValidation());
    expect(taken).toEqual(['123456']);
  });

  it('tries the next channel after a defect of one, which is logged', async () => {
    const defect = new TypeError('undefined is no function');
    const broken = channelThat('one', () => Promise.reject(defect));
    const { messenger, logger } = setUp({ phone: [broken, channelThat('two')] });
    await messenger.send(phoneValidation());
    expect((await logger.line('delivery channel defect')).fields).toEqual({
      channel: 'phone[0] one',
      error: defect,
    });
  });

  it.each([
    { failures: [unreachable, unknown, slow(1), down], thrown: unknown },
    { failures: [down, slow(5000), slow(2000), unreachable], thrown: slow(2000) },
    { failures: [slow(2000), slow(5000)], thrown: slow(2000) },
    { failures: [unreachable, down], thrown: down },
    { failures: [down, unreachable], thrown: down },
    { failures: [unreachable], thrown: unreachable },
  ])('throws $thrown.kind if all fail with $failures', async ({ failures, thrown }) => {
    const phone = failures.map((details, index) => failing(`channel ${index}`, details));
    const { messenger } = setUp({ phone });
    await expect(messenger.send(phoneValidation())).rejects.toMatchObject({ details: thrown });
  });

  it('has a time limit for each channel, and aborts its send after that', async () => {
    let given: AbortSignal | undefined;
    const silent = channelThat('one', (_message, signal) => {
      given = signal;
      return new Promise(() => undefined);
    });
    const { messenger, clock } = setUp({ phone: [silent, { ...silent, name: 'two', deadlineMs: 500 }] });
    const sending = expect(messenger.send(phoneValidation())).rejects.toMatchObject({ details: down });
    await clock.advance(999);
    expect(given?.aborted).toBe(false);
    const first = given;
    await clock.advance(1);
    expect(first?.aborted).toBe(true);
    expect(given?.aborted).toBe(false);
    await clock.advance(500);
    await sending;
  });

  it('limits the concurrent messages of a channel', async () => {
    const finish: (() => void)[] = [];
    const channel = channelThat('one', () => new Promise<void>((resolve) => finish.push(resolve)));
    const { messenger, clock } = setUp({ phone: [channel] });
    const sending = [1, 2, 3].map(() => messenger.send(phoneValidation()));
    await clock.advance(0);
    expect(finish).toHaveLength(2);
    finish[0]?.();
    await clock.advance(0);
    expect(finish).toHaveLength(3);
    finish.forEach((done) => done());
    await Promise.all(sending);
  });

  it('does not send a message whose time is over before its turn', async () => {
    const finish: (() => void)[] = [];
    const channel = channelThat('one', () => new Promise<void>((resolve) => finish.push(resolve)));
    const { messenger, clock } = setUp({ phone: [channel] });
    const results = Promise.allSettled([1, 2, 3].map(() => messenger.send(phoneValidation())));
    await clock.advance(1000);
    expect(await results).toEqual(Array(3).fill(expect.objectContaining({ status: 'rejected' })));
    finish.forEach((done) => done());
    await clock.advance(0);
    expect(finish).toHaveLength(2);
  });

  it('rejects messages beyond its queue', async () => {
    const channel = channelThat('one', () => new Promise(() => undefined));
    const { messenger, clock } = setUp({ phone: [channel] });
    const waiting = Promise.allSettled(Array.from({ length: 202 }, () => messenger.send(phoneValidation())));
    await expect(messenger.send(phoneValidation())).rejects.toMatchObject({ details: slow(1000) });
    await clock.advance(1000);
    await waiting;
  });

  it('logs a broken channel as an error once in a quarter of an hour', async () => {
    const broke = channelThat('gateway', () => Promise.reject(channelDown('no_credit', 'BALANCE_NOT_ENOUGH')));
    const { messenger, clock, logger } = setUp({ phone: [broke] });
    const alarms = () => logger.lines.filter(({ level }) => level === 'error').map(({ fields }) => fields);
    const alarm = { channel: 'phone[0] gateway', problem: 'no_credit', detail: 'BALANCE_NOT_ENOUGH' };

    for (let sent = 0; sent < 5; sent += 1) await expect(messenger.send(phoneValidation())).rejects.toThrow();
    expect(alarms()).toEqual([{ ...alarm, alsoFailed: 0 }]);
    await clock.advance(15 * 60_000);
    await expect(messenger.send(phoneValidation())).rejects.toThrow();
    expect(alarms()).toEqual([
      { ...alarm, alsoFailed: 0 },
      { ...alarm, alsoFailed: 4 },
    ]);
  });

  it('logs the recovery of a channel, and then its next failure as an error', async () => {
    let works = false;
    const channel = channelThat('gateway', async () => {
      if (!works) throw channelDown('credentials_refused', 'ACCESS_TOKEN_INVALID');
    });
    const { messenger, logger } = setUp({ phone: [channel] });
    await expect(messenger.send(phoneValidation())).rejects.toThrow();
    works = true;
    await messenger.send(phoneValidation());
    await messenger.send(phoneValidation());
    works = false;
    await expect(messenger.send(phoneValidation())).rejects.toThrow();
    expect(logger.lines.filter(({ level }) => level !== 'debug').map(({ message }) => message)).toEqual([
      'delivery channel down',
      'delivery channel recovered',
      'delivery channel down',
    ]);
  });

  it('distinguishes channels with the same name', async () => {
    const broke = channelThat('gateway', () => Promise.reject(channelDown('no_credit', 'BALANCE_NOT_ENOUGH')));
    const { messenger, logger } = setUp({ phone: [broke, channelThat('gateway')] });
    for (let sent = 0; sent < 3; sent += 1) await messenger.send(phoneValidation());
    expect(logger.lines.filter(({ level }) => level !== 'debug')).toEqual([
      expect.objectContaining({ message: 'delivery channel down' }),
    ]);
  });

  it('aborts pending messages when it is closed', async () => {
    const channel = channelThat(
      'one',
      (_message, signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('given up')))),
    );
    let closed = 0;
    const { messenger, clock, logger } = setUp({ phone: [{ ...channel, close: () => (closed += 1) }] });
    const sending = expect(messenger.send(phoneValidation())).rejects.toBeInstanceOf(DeliveryFailure);
    await clock.advance(0);
    messenger.close();
    await sending;
    expect(closed).toBe(1);
    expect(logger.lines).toEqual([]);
  });
});

it('limits a quota group of callers to a part of the queue of each channel', async () => {
  const held: (() => void)[] = [];
  const channel = channelThat('one', () => new Promise<void>((resolve) => held.push(resolve)));
  const { messenger, clock } = setUp({ phone: [{ ...channel, maxConcurrent: 4 }] });
  const groups = [{ key: 'unauthenticated', part: 1 / 2 }];
  const outcomes = Promise.allSettled(Array.from({ length: 120 }, () => messenger.send(phoneValidation(), groups)));
  const mine = messenger.send(phoneValidation());
  await clock.advance(0);
  expect(held).toHaveLength(2 + 1);
  held.forEach((release) => release());
  await mine;
  await clock.advance(1000);
  const reasons = (await outcomes).flatMap((outcome): unknown[] =>
    outcome.status === 'rejected' ? [outcome.reason] : [],
  );
  expect(
    reasons.filter((reason) => reason instanceof DeliveryFailure && reason.details.kind === 'slow_down'),
  ).toHaveLength(120 - 2 - 100);
});
