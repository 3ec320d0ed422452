import { systemClock } from '../../src/base/clock.js';
import { systemRandom } from '../../src/base/random.js';
import { createGroup } from '../../src/sandbox/crypto/group.js';
import { generateServerKey } from '../../src/sandbox/crypto/server-key.js';
import { createKeyExchange } from '../../src/sandbox/dc/key-exchange.js';
import { createMessageIds } from '../../src/sandbox/dc/message-ids.js';
import { framePlain } from '../../src/sandbox/dc/plain-answer.js';
import { keyExchangeLies, plainLies, type KeyExchangeLie, type PlainLie } from '../../src/sandbox/lies.js';
import { mtproto as schema } from '../../src/sandbox/schema/mtproto.js';
import { createTlCodec } from '../../src/sandbox/tl/codec.js';
import { parseTlSchema } from '../../src/sandbox/tl/schema.js';

/** A lie in the answer to a step of a key exchange. */
export interface ToldLie {
  readonly lie: KeyExchangeLie | PlainLie;
  readonly step: string;
}

/** Each lie of a key exchange in each step that it can be in. */
export const toldLies: readonly ToldLie[] = Object.entries(keyExchangeLies).flatMap(([step, lies]) =>
  [...lies, ...plainLies].map((lie) => ({ lie, step })),
);

/** A connection to the sandbox's side of one key exchange, without a network. */
export interface LyingServer {
  send(packet: Buffer): Promise<void>;
  recv(): Promise<Buffer>;
  /** The steps that were requested. */
  readonly steps: readonly string[];
  /** The keys that the server has made. */
  readonly keys: readonly Buffer[];
  /** The first salts of these keys. */
  readonly salts: readonly (bigint | undefined)[];
}

const mtproto = createTlCodec(parseTlSchema(schema));
const plainHeadLength = 20;
const dataCentreId = 1;

/** Returns the key of the servers, and a function that creates a server with this lie. */
export async function createLyingServers() {
  const group = createGroup();
  const serverKey = await generateServerKey();
  const create = (told?: ToldLie): LyingServer => {
    const exchange = createKeyExchange({ mtproto, clock: systemClock, random: systemRandom, group, serverKey });
    const messageIds = createMessageIds(systemClock);
    const steps: string[] = [];
    const keys: Buffer[] = [];
    const salts: (bigint | undefined)[] = [];
    const answers: Buffer[] = [];
    return {
      steps,
      keys,
      salts,
      async send(packet) {
        const request = mtproto.decode(packet.subarray(plainHeadLength));
        const lie = told?.step === request._ ? told.lie : undefined;
        steps.push(request._);
        const step = exchange.step(request, dataCentreId, lie);
        if (step.kind === 'refused') throw new Error(`the server refused ${request._}`);
        if (step.key) {
          keys.push(step.key.bytes);
          salts.push(step.key.origin?.firstSalt);
        }
        answers.push(framePlain(mtproto.encode(step.answer), messageIds.next('answer'), lie));
      },
      async recv() {
        const answer = answers.shift();
        if (answer === undefined) throw new Error('nothing was requested');
        return answer;
      },
    };
  };
  return { group, serverKey, create };
}
