import { z } from 'zod';
import type { BridgeReply, BridgeRequest } from '../../bridge/bridge.js';
import { defineEndpoint, type PathParameter } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import type { Principal } from '../../http/principal.js';
import { readCaller, userIdParameter } from './caller.js';
import type { EndpointDeps } from './deps.js';
import { errorShapes, otherBridgeErrors } from './error-shapes.js';
import { VersionFailure } from './failure.js';
import { accountOf, loginIdParameter } from './wire-person.js';

const query = { user_id: userIdParameter, login_id: loginIdParameter };
const room: PathParameter = { description: 'The Matrix room.', example: '!room:example.com', pattern: '.+' };
const event: PathParameter = { description: 'The Matrix event.', pattern: '.+' };
const packUrl = { pack_url: { description: 'The Telegram URL of the sticker pack.' } };
const description = 'Forwarded to the bridge. Requires that the bridge has the login.';
const answer = { description: "The bridge's answer", schema: z.looseObject({}) };

interface Asked {
  readonly query: { readonly user_id?: string; readonly login_id?: string };
  readonly principal: Principal;
}

/** Returns the bridge's answer about the login in the request. */
async function passOn(deps: EndpointDeps, asked: Asked, request: BridgeRequest): Promise<BridgeReply> {
  const answered = await deps.login.passToBridge(readCaller(asked, deps), request, accountOf(asked.query));
  if (answered === undefined) throw new VersionFailure({ kind: 'no_bridge_attached' });
  return answered;
}

/** POST /backfill/{room} */
const backfill = defineEndpoint(
  {
    name: 'backfill',
    method: 'POST',
    path: '/backfill/{room}',
    params: { room },
    query,
    access: 'authenticated',
    summary: 'Fetch older messages of a room',
    description: `Takes no body. ${description} Returns 504 if it takes longer than 25 seconds; the bridge continues.`,
    replies: {
      200: answer,
      204: { description: 'There are no older messages', schema: z.object({}) },
    },
    errors: errorShapes('backfill'),
    otherErrors: otherBridgeErrors,
  },
  (deps: EndpointDeps) => ({
    async handler(request) {
      const { status, body } = await passOn(deps, request, {
        method: 'POST',
        path: ['backfill', request.params.room],
        body: {},
      });
      return status === 204 ? reply(204, {}) : reply(200, body);
    },
  }),
);

/** GET and POST /image_pack/import */
function imagePack(method: 'GET' | 'POST') {
  const name = method === 'GET' ? 'image_pack_preview' : 'image_pack_import';
  return defineEndpoint(
    {
      name,
      method,
      path: '/image_pack/import',
      params: {},
      query: { ...query, ...packUrl },
      access: 'authenticated',
      summary: method === 'GET' ? 'Get a sticker pack' : "Import a sticker pack into the user's space",
      description: `Takes no body. ${description}`,
      replies: { 200: answer },
      errors: errorShapes(name),
      otherErrors: otherBridgeErrors,
    },
    (deps: EndpointDeps) => ({
      async handler(request) {
        const { pack_url } = request.query;
        const { body } = await passOn(deps, request, { method, path: ['image_pack', 'import'], query: { pack_url } });
        return reply(200, body);
      },
    }),
  );
}

/** GET /image_pack/list */
const imagePacks = defineEndpoint(
  {
    name: 'image_pack_list',
    method: 'GET',
    path: '/image_pack/list',
    params: {},
    query,
    access: 'authenticated',
    summary: 'List the sticker packs of the Telegram account',
    description,
    replies: { 200: { description: answer.description, schema: z.array(z.looseObject({})) } },
    errors: errorShapes('image_pack_list'),
    otherErrors: otherBridgeErrors,
  },
  (deps: EndpointDeps) => ({
    async handler(request) {
      const asked = { method: 'GET', path: ['image_pack', 'list'], isList: true } as const;
      return reply(200, (await passOn(deps, request, asked)).list);
    },
  }),
);

/** POST /resolve_media/{event} */
const resolveMedia = defineEndpoint(
  {
    name: 'resolve_media',
    method: 'POST',
    path: '/resolve_media/{event}',
    params: { event },
    query,
    access: 'authenticated',
    summary: 'Download media that was bridged as a placeholder',
    description,
    body: z.looseObject({}).meta({ description: 'In the format of the bridge: `com.beeper.unresolved_media`.' }),
    replies: { 200: answer },
    errors: errorShapes('resolve_media'),
    otherErrors: otherBridgeErrors,
  },
  (deps: EndpointDeps) => ({
    async handler(request) {
      const path = ['resolve_media', request.params.event];
      return reply(200, (await passOn(deps, request, { method: 'POST', path, body: request.body })).body);
    },
  }),
);

/** The operations that only a bridge performs. Its answers are forwarded unchanged. */
export const onlyBridge = [backfill, imagePack('GET'), imagePack('POST'), imagePacks, resolveMedia];
