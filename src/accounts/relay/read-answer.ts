import { z } from 'zod';
import { parseMxid, serverNameOf, type Mxid, type ServerName } from '../../base/mxid.js';
import { Secret } from '../../base/secret.js';
import type { HomeserverAnswer } from '../../matrix/homeserver.js';
import type { LoginFlow, LoginGrant, TokenHolder } from '../authority.js';
import { AccountFailure } from '../failure.js';

const matrixId = z.string().transform((text, ctx) => {
  const mxid = parseMxid(text);
  if (mxid !== undefined) return mxid;
  ctx.addIssue({ code: 'custom', message: 'not a Matrix ID' });
  return z.NEVER;
});
const text = z.string().min(1);
const secret = text.transform((value) => new Secret(value));

const flows = z.looseObject({ flows: z.array(z.looseObject({ type: z.string() })) });
const grant = z.looseObject({
  user_id: matrixId,
  device_id: text,
  access_token: secret,
  refresh_token: secret.nullish(),
  expires_in_ms: z.number().nullish(),
});
const holder = z.looseObject({ user_id: matrixId, device_id: text.nullish(), is_guest: z.boolean().nullish() });

/** The flows of GET /login; throws AccountFailure for every other answer. */
export function readFlows(answer: HomeserverAnswer): readonly LoginFlow[] {
  return read(flows, answer).flows;
}

/** What POST /login granted; throws AccountFailure for every other answer. */
export function readGrant(answer: HomeserverAnswer, serverName: ServerName): LoginGrant {
  const { user_id, device_id, access_token, refresh_token, expires_in_ms, ...extra } = read(grant, answer);
  if (!isOf(serverName, user_id)) throw otherServer(user_id);
  return {
    mxid: user_id,
    deviceId: device_id,
    accessToken: access_token,
    refreshToken: refresh_token ?? undefined,
    expiresInMs: expires_in_ms ?? undefined,
    extra,
  };
}

/** Whom GET /account/whoami named; guests have no account and are nobody's token holders. Throws AccountFailure. */
export function readHolder(answer: HomeserverAnswer, serverName: ServerName): TokenHolder {
  const { status, body } = answer;
  if (status === 401 && body['errcode'] === 'M_UNKNOWN_TOKEN') {
    throw new AccountFailure({ kind: 'token_unknown', softLogout: body['soft_logout'] === true });
  }
  const { user_id, device_id, is_guest } = read(holder, answer);
  if (!isOf(serverName, user_id)) throw otherServer(user_id);
  if (is_guest === true) throw new AccountFailure({ kind: 'token_unknown', softLogout: false });
  return { mxid: user_id, deviceId: device_id ?? undefined };
}

function read<Shape extends z.ZodType>(shape: Shape, answer: HomeserverAnswer): z.output<Shape> {
  const { status, body, retryAfter } = answer;
  if (status >= 400) {
    throw new AccountFailure({ kind: 'refused_upstream', status, body, retryAfter });
  }
  const result = shape.safeParse(body);
  if (status === 200 && result.success) return result.data;
  // The words of zod tell which members are wrong, and never what is in them.
  const problem = result.error?.message ?? `status ${status}`;
  throw new AccountFailure(
    { kind: 'homeserver_unreachable' },
    { cause: new Error(`the homeserver's answer is none of Matrix: ${problem}`) },
  );
}

// Hosts are the same in any case, and so are the names of servers, for whoever configured one.
function isOf(serverName: ServerName, mxid: Mxid): boolean {
  return serverNameOf(mxid).toLowerCase() === serverName.toLowerCase();
}

function otherServer(mxid: string): AccountFailure {
  return new AccountFailure(
    { kind: 'homeserver_unreachable' },
    {
      cause: new Error(`homeserver.address leads to the homeserver of ${mxid}, which is not that of homeserver.domain`),
    },
  );
}
