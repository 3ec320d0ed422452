import type { SpecifiedOperation, SpecifiedReply } from '../differences.js';

const error = (...errcodes: string[]): SpecifiedReply => ({ properties: ['errcode', 'error'], errcodes });
const rateLimited: SpecifiedReply = {
  properties: ['errcode', 'error', 'retry_after_ms'],
  errcodes: ['M_LIMIT_EXCEEDED'],
};
const unbound: SpecifiedReply = { properties: ['id_server_unbind_result'] };
const validation = {
  client_secret: 'string',
  send_attempt: 'integer',
  next_link: 'string',
  id_server: 'string',
  id_access_token: 'string',
};
const asked: Readonly<Record<string, SpecifiedReply>> = {
  200: { properties: ['sid', 'submit_url'] },
  400: error('M_THREEPID_IN_USE', 'M_SERVER_NOT_TRUSTED'),
  403: error('M_THREEPID_DENIED'),
};

/**
 * The 3PIDs of accounts in the client-server API (matrix-spec, "Account Administrative Contact
 * Information", as of 2022).
 */
export const addressSpecification: Readonly<Record<string, SpecifiedOperation>> = {
  'GET /account/3pid': {
    operationId: 'getAccount3PIDs',
    bodyProperties: {},
    replies: { 200: { properties: ['threepids'] } },
  },
  'POST /account/3pid': {
    operationId: 'post3PIDs',
    bodyProperties: { three_pid_creds: 'object' },
    replies: { 200: { properties: ['submit_url'] }, 403: error('M_THREEPID_AUTH_FAILED') },
  },
  'POST /account/3pid/add': {
    operationId: 'add3PID',
    bodyProperties: { auth: 'object', client_secret: 'string', sid: 'string' },
    replies: {
      200: { properties: [] },
      401: { properties: ['completed', 'flows', 'params', 'session'] },
      429: rateLimited,
    },
  },
  'POST /account/3pid/bind': {
    operationId: 'bind3PID',
    bodyProperties: { client_secret: 'string', id_server: 'string', id_access_token: 'string', sid: 'string' },
    replies: { 200: { properties: [] }, 429: rateLimited },
  },
  'POST /account/3pid/delete': {
    operationId: 'delete3pidFromAccount',
    bodyProperties: { id_server: 'string', medium: 'string', address: 'string' },
    replies: { 200: unbound },
  },
  'POST /account/3pid/unbind': {
    operationId: 'unbind3pidFromAccount',
    bodyProperties: { id_server: 'string', medium: 'string', address: 'string' },
    replies: { 200: unbound },
  },
  'POST /account/3pid/email/requestToken': {
    operationId: 'requestTokenTo3PIDEmail',
    bodyProperties: { email: 'string', ...validation },
    replies: asked,
  },
  'POST /account/3pid/msisdn/requestToken': {
    operationId: 'requestTokenTo3PIDMSISDN',
    bodyProperties: { country: 'string', phone_number: 'string', ...validation },
    replies: asked,
  },
};
