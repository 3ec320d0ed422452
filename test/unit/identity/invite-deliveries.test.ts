import { afterEach, describe, expect, it } from 'vitest';
import type { Mxid } from '../../../src/base/mxid.js';
import { hasSignature } from '../../../src/base/signed-json.js';
import type { FederationFailureDetails } from '../../../src/matrix/federation-failure.js';
import { openTestDatabase } from '../../support/database.js';
import { createMigratedSqlite } from '../../support/test-database.js';
import { createFakeFederation } from '../../support/fake-federation.js';
import {
  alice,
  bob,
  identityServer,
  inviteOf,
  openIdentityService,
  type IdentityChanges,
  type IdentityUnderTest,
} from '../../support/identity-service.js';
import { createRecordingLogger } from '../../support/recording-logger.js';
import { day, hour, minute } from '../../support/validation.js';
import { lookupCaller } from '../../support/identity-limits.js';

const home = 'example.test';
const opened: IdentityUnderTest[] = [];

const open = async (changes: IdentityChanges = {}) => {
  const under = await openIdentityService({ ...changes, options: { bindAllow: 'any', ...changes.options } });
  opened.push(under);
  await under.service.start();
  await under.settle();
  return under;
};

afterEach(async () => {
  for (const under of opened.splice(0)) await under.close();
});

/** Invites the address to this many rooms, and returns the tokens. */
const invite = async ({ service, clock }: IdentityUnderTest, address: string, rooms = 1) => {
  const tokens: string[] = [];
  for (let room = 0; room < rooms; room += 1) {
    const { token } = await service.invites.store(inviteOf(address, { roomId: `!room${room}:example.test` }));
    tokens.push(token);
    await clock.advance(1);
  }
  return tokens;
};

const inviteAndBind = async (under: IdentityUnderTest, address: string, mxid: Mxid = alice) => {
  await invite(under, address);
  return under.bind(address, mxid);
};

const tokensIn = (body: Readonly<Record<string, unknown>> | undefined) =>
  ((body?.['invites'] ?? []) as { readonly token: string }[]).map(({ token }) => token);

const kept = ({ database }: IdentityUnderTest) =>
  database.transaction((tx) => tx.inviteDeliveries.listUntil(home as never, Number.MAX_SAFE_INTEGER));

describe('pending invites', () => {
  it('are part of the association, signed with the long-term key, and sent to the homeserver', async () => {
    const under = await open();
    const tokens = await invite(under, 'carol@mail.test', 2);
    const other = await under.service.invites.store(inviteOf('dora@mail.test'));
    const signed = await under.bind('Carol@mail.test');
    const { keyId, publicKey } = under.signingKeys.current;
    expect(signed['invites']).toEqual(
      tokens.map((token, index) => ({
        medium: 'email',
        address: 'carol@mail.test',
        room_id: `!room${index}:example.test`,
        sender: bob,
        token,
        mxid: alice,
        signed: { mxid: alice, token, signatures: { [identityServer]: { [keyId]: expect.any(String) } } },
      })),
    );
    for (const { signed: inner } of signed['invites'] as { readonly signed: Record<string, unknown> }[]) {
      expect(hasSignature(inner, identityServer, keyId, publicKey)).toBe(true);
    }
    expect(hasSignature(signed, identityServer, keyId, publicKey)).toBe(true);
    await under.settle();
    expect(under.federation.taken).toEqual([{ server: home, body: signed }]);
    expect(
      await under.service.associations.find({ medium: 'email', address: 'carol@mail.test' }, lookupCaller('x')),
    ).toEqual(signed);
    expect(await under.service.invites.isEphemeralKeyValid(other.publicKeys[1].publicKey)).toBe(true);
  });

  it('are delivered once, and their keys are valid until then', async () => {
    const under = await open();
    const { publicKeys } = await under.service.invites.store(inviteOf('carol@mail.test'));
    const release = under.federation.hold(home);
    await under.bind('carol@mail.test');
    await under.settle();
    expect(await under.service.invites.isEphemeralKeyValid(publicKeys[1].publicKey)).toBe(true);
    release();
    await under.settle();
    expect(await under.service.invites.isEphemeralKeyValid(publicKeys[1].publicKey)).toBe(false);
    expect(await under.bind('carol@mail.test', bob)).not.toHaveProperty('invites');
    await under.clock.advance(day);
    await under.settle();
    expect(under.federation.asked).toHaveLength(1);
    expect(await kept(under)).toEqual([]);
  });

  it('are sent to the server of the invited user, and nothing is sent without invites', async () => {
    const under = await open();
    await inviteAndBind(under, 'carol@mail.test', '@carol:elsewhere.test:8448' as Mxid);
    await under.bind('dora@mail.test');
    await under.settle();
    expect(under.federation.asked).toEqual(['elsewhere.test:8448']);
  });

  it('that arrive while a 3PID is bound are part of the association or rejected', async () => {
    const under = await open();
    const proof = await under.prove('carol@mail.test');
    const [stored, signed] = await Promise.all([
      Promise.allSettled(Array.from({ length: 5 }, () => under.service.invites.store(inviteOf('carol@mail.test')))),
      under.service.associations.bind({ ...proof, mxid: alice, caller: alice }),
    ]);
    const tokens = stored.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.token] : []));
    const bound = signed['invites'] === undefined ? [] : tokensIn(signed);
    expect(bound.toSorted()).toEqual(tokens.toSorted());
  });
});

describe('a delivery that fails', () => {
  it.each<FederationFailureDetails>([
    { kind: 'no_connection' },
    { kind: 'overloaded' },
    { kind: 'no_answer', afterMs: 1 },
    { kind: 'address_refused' },
    { kind: 'answer_unfit', problem: 'no JSON' },
    { kind: 'refused', status: 404 },
  ])('because of $kind is repeated until it is accepted', async (fault) => {
    const under = await open();
    under.federation.fail(home, fault);
    const signed = await inviteAndBind(under, 'carol@mail.test');
    await under.settle();
    await under.clock.advance(7_000);
    await under.settle();
    expect(under.federation.asked).toHaveLength(1);
    await under.clock.advance(6_000);
    await under.settle();
    expect(under.federation.asked).toHaveLength(2);
    under.federation.fail(home);
    await under.clock.advance(minute);
    await under.settle();
    expect(under.federation.taken).toEqual([{ server: home, body: signed }]);
  });

  it('is repeated at growing intervals, but at least every hour and a quarter', async () => {
    const under = await open();
    under.federation.fail(home, { kind: 'no_connection' });
    await inviteAndBind(under, 'carol@mail.test');
    const attemptsIn = async (ms: number) => {
      const before = under.federation.asked.length;
      for (let passed = 0; passed < ms; passed += ms / 60) {
        await under.clock.advance(ms / 60);
        await under.settle(10);
      }
      return under.federation.asked.length - before;
    };
    const early = await attemptsIn(10 * minute);
    expect(early).toBeGreaterThanOrEqual(5);
    expect(early).toBeLessThanOrEqual(9);
    await attemptsIn(5 * hour);
    const late = await attemptsIn(5 * hour);
    expect(late).toBeGreaterThanOrEqual(3);
    expect(late).toBeLessThanOrEqual(7);
  });

  it('does not delay other servers, and its own server gets one delivery at a time', async () => {
    const under = await open();
    const release = under.federation.hold('slow.test');
    for (const local of ['a', 'b', 'c']) {
      await inviteAndBind(under, `${local}@mail.test`, `@${local}:slow.test` as Mxid);
    }
    await inviteAndBind(under, 'carol@mail.test');
    await under.settle();
    expect(under.federation.taken.map(({ server }) => server)).toEqual([home]);
    release();
    await under.settle();
    expect(under.federation.taken).toHaveLength(4);
    expect(under.federation.maxConcurrent('slow.test')).toBe(1);
  });

  /**
   * How many of three deliveries are attempted if the first one fails in this way: one if it
   * concerns the whole server.
   */
  const tried: {
    readonly [Kind in FederationFailureDetails['kind']]: readonly [FederationFailureDetails & { kind: Kind }, 1 | 3];
  } = {
    address_refused: [{ kind: 'address_refused' }, 1],
    no_connection: [{ kind: 'no_connection' }, 1],
    no_answer: [{ kind: 'no_answer', afterMs: 1000 }, 1],
    overloaded: [{ kind: 'overloaded' }, 3],
    answer_unfit: [{ kind: 'answer_unfit', problem: 'a page' }, 3],
    refused: [{ kind: 'refused', status: 400 }, 3],
  };

  it.each(Object.values(tried))('delays its whole server only if that is unreachable: %o', async (fault, count) => {
    const under = await open();
    under.federation.fail(home, fault);
    const release = under.federation.hold(home);
    for (const local of ['a', 'b', 'c']) {
      await inviteAndBind(under, `${local}@mail.test`, `@${local}:${home}` as Mxid);
    }
    release();
    await under.settle();
    expect(under.federation.asked).toHaveLength(count);
  });

  it('is abandoned after three days and logged, and the next user who binds the 3PID gets the invites', async () => {
    const logger = createRecordingLogger();
    const under = await open({ logger });
    under.federation.fail(home, { kind: 'no_connection' });
    const [token] = await invite(under, 'carol@mail.test');
    await under.bind('carol@mail.test');
    await inviteAndBind(under, 'dora@mail.test');
    for (let hours = 0; hours <= 75; hours += 1) {
      await under.clock.advance(hour);
      await under.settle(15);
    }
    expect(logger.lines.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([
      'invite delivery given up',
    ]);
    expect(JSON.stringify(logger.lines)).not.toContain('carol');
    expect(await kept(under)).toEqual([]);
    under.federation.fail(home);
    const elsewhere = '@carol:elsewhere.test' as Mxid;
    expect(tokensIn(await under.bind('carol@mail.test', elsewhere))).toEqual([token]);
    await under.settle();
    expect(under.federation.taken.map(({ server }) => server)).toEqual(['elsewhere.test']);
  });
});

describe('many deliveries', () => {
  it('are sent to eight servers at a time', async () => {
    const under = await open();
    const servers = Array.from({ length: 12 }, (_, index) => `server${index}.test`);
    const release = servers.map((server) => under.federation.hold(server));
    for (const server of servers) await inviteAndBind(under, `carol@${server}`, `@carol:${server}` as Mxid);
    await under.settle();
    expect(under.federation.asked).toHaveLength(8);
    release.forEach((each) => each());
    await under.settle();
    expect(under.federation.taken.map(({ server }) => server).toSorted()).toEqual(servers.toSorted());
    expect(under.federation.maxConcurrent()).toBe(8);
  });
});

describe('a stopping daemon', () => {
  it('before a delivery leaves it to the next daemon', async () => {
    const testDatabase = await createMigratedSqlite();
    const first = await openTestDatabase({ uri: testDatabase.uri });
    const federation = createFakeFederation();
    // Never started, as if it had been killed right after the answer.
    const before = await openIdentityService({ database: first, federation });
    const signed = await inviteAndBind(before, 'carol@mail.test');
    await before.close();
    await first.close();
    expect(federation.asked).toEqual([]);

    const second = await openTestDatabase({ uri: testDatabase.uri });
    const { clock, signingKeys } = before;
    const after = await open({ database: second, federation, clock, signingKeys });
    await after.settle();
    expect(federation.taken).toEqual([{ server: home, body: signed }]);
    await after.close();
    await second.close();
    await testDatabase.remove();
  });

  it('during a delivery stops soon, and the next daemon repeats the delivery', async () => {
    const testDatabase = await createMigratedSqlite();
    const first = await openTestDatabase({ uri: testDatabase.uri });
    const federation = createFakeFederation();
    const before = await open({ database: first, federation });
    const release = federation.hold(home);
    await inviteAndBind(before, 'carol@mail.test');
    await before.settle();
    expect(federation.asked).toHaveLength(1);
    const stopping = before.service.stop();
    await before.clock.advance(2_000);
    await stopping;
    await first.close();
    release();

    const second = await openTestDatabase({ uri: testDatabase.uri });
    const { clock, signingKeys } = before;
    const after = await open({ database: second, federation, clock, signingKeys });
    await after.settle();
    expect(federation.taken).toHaveLength(2);
    expect(federation.taken[1]).toEqual(federation.taken[0]);
    await second.close();
    await testDatabase.remove();
  });

  it('waits for a delivery that ends soon, and begins no other', async () => {
    const under = await open();
    const release = under.federation.hold(home);
    await inviteAndBind(under, 'carol@mail.test');
    await inviteAndBind(under, 'dora@mail.test');
    await under.settle();
    const stopping = under.service.stop();
    release();
    await under.settle();
    await stopping;
    expect(under.federation.taken).toHaveLength(1);
    expect(await kept(under)).toHaveLength(1);
  });
});
