import { isFailure } from '../../base/failure.js';
import type { Mxid } from '../../base/mxid.js';
import { defineEndpoint, type Endpoint } from '../../http/endpoint.js';
import { HttpFailure } from '../../http/problem.js';
import type { MessageSocket, SocketEndpoint } from '../../http/socket-endpoint.js';
import { LoginProcessFailure } from '../../login/failure.js';
import type { LoginProgress } from '../../login/processes.js';
import { readOwner } from '../provisioning/owner.js';
import { toErrorReply } from '../provisioning/to-error-reply.js';
import type { EndpointDeps } from './deps.js';
import { errorShapes } from './error-shapes.js';
import { wireErrors } from './errors.js';
import { operations } from './operation.js';
import { mxidParameter, completedFields } from './shapes.js';

const loginProtocol = 'net.maunium.telegram.login';
const secretProtocol = 'net.maunium.telegram.auth-';
/** The number of QR codes that the original shows before it stops. */
const maxCodes = 4;

/** GET /user/{mxid}/login/qr without a WebSocket upgrade. */
export const qrEndpoint = defineEndpoint(
  {
    name: 'qr',
    method: 'GET',
    path: '/user/{mxid}/login/qr',
    params: { mxid: mxidParameter },
    access: 'authenticated',
    summary: 'Log in by scanning a QR code (a WebSocket)',
    description:
      `A WebSocket with the subprotocol \`${loginProtocol}\`. Send the secret in the Authorization header or, ` +
      `if the client cannot set headers, offer \`${secretProtocol}<secret>\` as a second subprotocol. The ` +
      `server sends up to ${maxCodes} messages \`{"code": "tg://login?token=...", "timeout": 29}\`: show the ` +
      'code as a QR code for `timeout` seconds. The last message is `{"success": true}` (with `add_phone` ' +
      'and `hand_over` as in other answers), `{"success": false, "error": "timeout"}`, `{"success": false, ' +
      '"error": "password-needed"}` (continue with `send_password`), or `{"success": false, "error": ' +
      '"<errcode>", "message": "..."}`. Closing the WebSocket earlier cancels the login. Errors before the ' +
      'upgrade are HTTP responses.',
    replies: {},
    errors: errorShapes('qr'),
  },
  () => ({
    async handler() {
      throw new HttpFailure({ kind: 'upgrade_required' });
    },
  }),
);

/** Returns the WebSocket endpoint of the same path. */
export function qrSocket(deps: EndpointDeps, beside: Endpoint): SocketEndpoint {
  return {
    endpoint: beside,
    protocol: loginProtocol,
    authorizationOf(offered) {
      const secret = offered.find((protocol) => protocol.startsWith(secretProtocol))?.slice(secretProtocol.length);
      return secret === undefined ? undefined : `Bearer ${secret}`;
    },
    async open({ params, principal }) {
      const owner = readOwner({ mxid: params['mxid'] ?? '' }, principal);
      const first = await deps.login.start(owner, { flow: 'qr', onlyIfLoggedOut: true });
      return (socket) => show(deps, owner, first, socket);
    },
  };
}

async function show(deps: EndpointDeps, owner: Mxid, first: LoginProgress, socket: MessageSocket): Promise<void> {
  const { login, clock } = deps;
  const { loginId } = first;
  const fail = async () => {
    try {
      await login.cancel(owner, loginId);
    } catch (error) {
      // The login process has ended meanwhile.
      if (!(error instanceof LoginProcessFailure)) throw error;
    }
  };
  let progress = first;
  let shown = 0;
  let codes = 0;
  try {
    while (progress.step.kind === 'qr') {
      const isOver = socket.closed.aborted || (progress.stepNumber !== shown && codes === maxCodes);
      if (isOver) {
        socket.send({ success: false, error: 'timeout' });
        return await fail();
      }
      if (progress.stepNumber !== shown) {
        const { url, expiresAt } = progress.step;
        const timeout = Math.max(1, Math.floor((expiresAt - clock.now()) / 1000));
        socket.send({ code: url.reveal(), timeout });
        shown = progress.stepNumber;
        codes += 1;
      }
      progress = await login.awaitChange(owner, loginId, shown, socket.closed);
    }
    if (progress.step.kind !== 'complete') return socket.send({ success: false, error: 'password-needed' });
    socket.send({ success: true, ...(await completedFields(deps, owner, progress.step.user)) });
  } catch (error) {
    const reply = isFailure(error) ? toErrorReply(wireErrors, error, operations.qr) : undefined;
    if (reply === undefined) throw error;
    socket.send({ success: false, error: reply.body['errcode'], message: reply.body['error'] });
    await fail();
  }
}
