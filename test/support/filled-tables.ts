import type { Mxid, ServerName } from '../../src/base/mxid.js';
import { PhoneNumber } from '../../src/base/phone.js';
import { randomId, systemRandom } from '../../src/base/random.js';
import { Secret } from '../../src/base/secret.js';
import type { Transaction } from '../../src/database/database.js';
import { writeState, writeUser } from '../../src/login/login-codec.js';
import type { TelegramUserId } from '../../src/telegram/shapes.js';

/** The rows that a test stores for one user. */
export interface Owner {
  readonly mxid: Mxid;
  /** Distinguishes the values of one user from those of another; digits. */
  readonly tag: string;
  /** Epoch ms. */
  readonly at: number;
}

const dayMs = 86_400_000;
const hash = (name: string, tag: string) => `${name}-${tag}`;

/** Stores rows of the user in each table that a login does not fill. */
export async function fillTables(tx: Transaction, { mxid, tag, at }: Owner): Promise<void> {
  const expiresAt = at + dayMs;
  const address = { medium: 'email', address: `user${tag}@mail.test` } as const;
  const user = {
    id: `77${tag}` as TelegramUserId,
    username: null,
    firstName: 'Some',
    lastName: null,
    phone: PhoneNumber.parse(`+44740012${tag}`) ?? null,
    isBot: false,
  };
  const session = (name: string) => new Secret(hash(name, tag));

  await tx.openIdTokens.insert({ tokenHash: hash('openid', tag), mxid, deviceId: 'ANY', expiresAt });
  await tx.loginTokens.insert({ tokenHash: hash('login', tag), mxid, deviceId: 'ANY', createdAt: at, expiresAt });
  await tx.uiaSessions.insert({ id: hash('uia', tag), owner: mxid, operation: 'any', completed: [], expiresAt });
  await tx.identityTokens.insert({ tokenHash: hash('identity', tag), mxid, createdAt: at, usedAt: at });
  await tx.webGrants.insert({ tokenHash: hash('web', tag), kind: 'session', owner: mxid, createdAt: at, expiresAt });
  await tx.acceptedTerms.add(mxid, { url: 'https://terms.test', version: '1' }, at);

  const profile = writeUser(user);
  const account = { owner: mxid, telegramUserId: user.id, profile, createdAt: at, updatedAt: at };
  const accountId = hash('linked', tag);
  const linked = { ...account, id: accountId, session: session('linked-session'), heldBy: 'gangway' } as const;
  await tx.telegramAccounts.insert(linked);
  const nothingYet = { process: null, reason: null, attempts: 0, refusals: 0, dueAt: at, createdAt: at };
  await tx.handOvers.save({
    ...nothingYet,
    id: accountId,
    owner: mxid,
    telegramUserId: user.id,
    state: 'refused',
    session: null,
  });
  const lease = { leaseId: hash('lease', tag), consumer: 'any', requestId: null, fencing: 1, takenAt: at, expiresAt };
  await tx.sessionLeases.save({
    ...lease,
    id: hash('left', tag),
    owner: mxid,
    telegramUserId: user.id,
    state: 'ending',
    session: session('leased'),
  });
  const states = {
    code: {
      step: 'code',
      phone: PhoneNumber.parse(`+44740012${tag}`) ?? fail(),
      session: session('pending-session'),
      phoneCodeHash: new Secret('any'),
      sent: { delivery: 'app', length: 5, hint: null, nextDelivery: null, resendAt: at },
    },
    phone: { step: 'phone' },
    finished: { step: 'over', session: null },
    left: { step: 'over', session: session('left-session') },
  } as const;
  for (const [name, state] of Object.entries(states)) {
    const end = name === 'finished' ? ({ how: 'finished', user } as const) : null;
    const stored = writeState({ ...state, meta: null, end });
    const times = { createdAt: at, expiresAt: name === 'left' ? at : expiresAt };
    await tx.loginProcesses.save({ id: hash(name, tag), owner: mxid, state: stored, ...times });
  }

  const times = { validatedAt: at, addedAt: at };
  await tx.accountAddresses.insert({
    id: hash('email', tag),
    mxid,
    ...address,
    ...times,
    telegramAccountId: undefined,
  });
  const number = { medium: 'msisdn', address: `44740012${tag}` } as const;
  await tx.accountAddresses.insert({
    id: hash('phone', tag),
    mxid,
    ...number,
    ...times,
    telegramAccountId: accountId,
  });
  const association = { mxid, alias: undefined, signed: '{}', createdAt: at };
  await tx.identityAssociations.insert({ id: hash('published', tag), ...address, ...association });
  const byTelegram = { id: hash('published-number', tag), ...number, accountAddressId: hash('phone', tag) };
  await tx.identityAssociations.insert({ ...byTelegram, ...association });
  const [pepper] = await tx.lookupHashes.holdPeppers();
  if (!pepper) throw new Error('there is no pepper');
  await tx.lookupHashes.insert([
    { pepperId: pepper.id, hash: hash('lookup', tag), associationId: hash('published', tag), isAlias: false },
  ]);
  const proof = { sid: 'any', clientSecret: new Secret('any') };
  await tx.identityBindings.save({
    id: hash('binding', tag),
    mxid,
    ...address,
    idServer: 'id.test',
    ...proof,
    createdAt: at,
  });

  for (const [purpose, asker] of [
    ['account', mxid],
    ['identity', mxid],
    ['password', undefined],
  ] as const) {
    const id = hash(purpose, tag);
    const open = { alias: undefined, nextLink: undefined, lastAttempt: 1, createdAt: at, validatedAt: at, expiresAt };
    await tx.validationSessions.insert({ id, purpose, ...address, mxid: asker, ...open }, new Secret('any'));
    await tx.validationSessions.insertToken({ id, sessionId: id, createdAt: at, wrongGuesses: 0 }, new Secret('any'));
  }

  const invite = { ...address, token: hash('token', tag), roomId: '!any:test', sender: mxid, createdAt: at };
  await tx.identityInvites.insert({ id: hash('invite', tag), ...invite, publicKey: hash('key', tag) });
  const delivery = { id: hash('delivery', tag), serverName: 'other.test' as ServerName, body: '{}', createdAt: at };
  await tx.inviteDeliveries.insert({ ...delivery, dueAt: at });
  const proven = { sid: hash('sid', tag), clientSecret: new Secret('any') };
  await tx.homeserverSessions.save(proven, address, expiresAt);
  await tx.floodWaits.save(randomId(systemRandom), expiresAt);
}

function fail(): never {
  throw new Error('not a phone number');
}
