import { z } from 'zod';
import { parseMxid, serverNameOf, type Mxid, type ServerName } from '../../base/mxid.js';
import { Secret } from '../../base/secret.js';
import type { HomeserverAnswer } from '../../matrix/homeserver.js';
import type { AccountAddress, UnbindResult } from '../threepids/account-addresses.js';
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

const addressOwner = z.looseObject({ user_id: matrixId });
const replyBody = z.looseObject({});
const ticket = z.looseObject({ sid: text });
const listed = z.looseObject({ threepids: z.array(z.unknown()) });
const listedAddress = z.looseObject({
  medium: z.enum(['email', 'msisdn']),
  address: text,
  validated_at: z.number().default(0),
  added_at: z.number().default(0),
});

/** Returns the flows of GET /login. Throws AccountFailure for any other answer. */
export function readFlows(answer: HomeserverAnswer): readonly LoginFlow[] {
  return read(flows, answer).flows;
}

/** Returns the grant of POST /login. Throws AccountFailure for any other answer. */
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

/**
 * Returns the user of GET /account/whoami. Throws AccountFailure for any other answer, and for
 * guests, who have no account.
 */
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

/** Returns the body of a 200. Throws AccountFailure for any other answer. */
export function readReply(answer: HomeserverAnswer): Readonly<Record<string, unknown>> {
  return read(replyBody, answer);
}

/** Returns the reply to a token request. Throws AccountFailure for any other answer. */
export function readTicket(answer: HomeserverAnswer): Readonly<Record<string, unknown>> & { readonly sid: string } {
  return read(ticket, answer);
}

/**
 * Returns the list of GET /account/3pid without unsupported media. Throws AccountFailure for any
 * other answer.
 */
export function readAddresses(answer: HomeserverAnswer): readonly AccountAddress[] {
  return read(listed, answer).threepids.flatMap((entry) => {
    const { success, data } = listedAddress.safeParse(entry);
    if (!success) return [];
    const { medium, address, validated_at, added_at } = data;
    return [{ medium, address, validatedAt: validated_at, addedAt: added_at }];
  });
}

/**
 * Returns the user of `GET /_synapse/admin/v1/threepid/{medium}/users/{address}`, or undefined if
 * no user has the 3PID. Throws AccountFailure homeserver_unreachable for any other answer: a
 * rejection concerns this daemon, not the user.
 */
export function readAddressOwner(answer: HomeserverAnswer, serverName: ServerName): Mxid | undefined {
  const { status, body } = answer;
  if (status === 404 && body['errcode'] === 'M_NOT_FOUND') return undefined;
  const result = addressOwner.safeParse(body);
  if (status === 200 && result.success) {
    requireUserOf(serverName, result.data.user_id);
    return result.data.user_id;
  }
  throw new AccountFailure(
    { kind: 'homeserver_unreachable' },
    {
      cause: new Error(
        `the homeserver did not return the owner of a 3PID (status ${status}, ` +
          `${JSON.stringify(body['errcode'])}): set homeserver.admin_access_token to the access token of an ` +
          'admin of Synapse',
      ),
    },
  );
}

/** Returns what the identity servers did. Throws AccountFailure unless the answer is a 200. */
export function readUnbindResult(answer: HomeserverAnswer): UnbindResult {
  return readReply(answer)['id_server_unbind_result'] === 'success' ? 'success' : 'no-support';
}

/**
 * Returns what the homeserver requires next (401 of user-interactive authentication), or undefined
 * for any other answer.
 */
export function readChallenge({ status, body }: HomeserverAnswer): Readonly<Record<string, unknown>> | undefined {
  return status === 401 && Array.isArray(body['flows']) ? body : undefined;
}

/** Returns true if the homeserver has no endpoint at this path. */
export function isUnrecognized({ status, body }: HomeserverAnswer): boolean {
  // Before MSC3743 homeservers answered 400.
  return [400, 404, 405].includes(status) && body['errcode'] === 'M_UNRECOGNIZED';
}

function read<Shape extends z.ZodType>(shape: Shape, answer: HomeserverAnswer): z.output<Shape> {
  const { status, body, retryAfter } = answer;
  if (status >= 400) {
    throw new AccountFailure({ kind: 'refused_upstream', status, body, retryAfter });
  }
  const result = shape.safeParse(body);
  if (status === 200 && result.success) return result.data;
  // The message of zod names the wrong members, and never their values.
  const problem = result.error?.message ?? `status ${status}`;
  throw new AccountFailure(
    { kind: 'homeserver_unreachable' },
    { cause: new Error(`the homeserver's answer does not follow the Matrix specification: ${problem}`) },
  );
}

/** Throws AccountFailure for users of other servers, whom the homeserver cannot know. */
export function requireUserOf(serverName: ServerName, mxid: Mxid): void {
  if (!isOf(serverName, mxid)) throw otherServer(mxid);
}

// Server names are compared without case, because admins configure them in any case.
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
