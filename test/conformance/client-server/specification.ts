import type { SpecifiedOperation, SpecifiedReply } from '../differences.js';

const error = (...errcodes: string[]): SpecifiedReply => ({ properties: ['errcode', 'error'], errcodes });
const rateLimited: SpecifiedReply = {
  properties: ['errcode', 'error', 'retry_after_ms'],
  errcodes: ['M_LIMIT_EXCEEDED'],
};

/**
 * The login of version 3 of the client-server API (matrix-spec, "Registration and Login", as of
 * 2022), and "OpenID" of both APIs.
 */
export const version3: Readonly<Record<string, SpecifiedOperation>> = {
  'GET /login': {
    operationId: 'getLoginFlows',
    bodyProperties: {},
    replies: { 200: { properties: ['flows'] }, 429: rateLimited },
  },
  'POST /login': {
    operationId: 'login',
    bodyProperties: {
      type: 'string',
      identifier: 'object',
      user: 'string',
      medium: 'string',
      address: 'string',
      password: 'string',
      token: 'string',
      device_id: 'string',
      initial_device_display_name: 'string',
      refresh_token: 'boolean',
    },
    replies: {
      200: {
        properties: [
          'user_id',
          'access_token',
          'refresh_token',
          'expires_in_ms',
          'home_server',
          'device_id',
          'well_known',
        ],
      },
      400: error('M_UNKNOWN'),
      403: error('M_FORBIDDEN', 'M_USER_DEACTIVATED'),
      429: rateLimited,
    },
  },
  'POST /user/{userId}/openid/request_token': {
    operationId: 'requestOpenIdToken',
    bodyProperties: {},
    replies: {
      200: { properties: ['access_token', 'token_type', 'matrix_server_name', 'expires_in'] },
      429: rateLimited,
    },
  },
  'GET /openid/userinfo': {
    operationId: 'exchangeOpenIdToken',
    bodyProperties: {},
    replies: { 200: { properties: ['sub'] }, 401: error('M_UNKNOWN_TOKEN') },
  },
};

/** The login of the first version of the client-server API. */
export const version1: Readonly<Record<string, SpecifiedOperation>> = {
  'POST /login': {
    operationId: 'login',
    bodyProperties: { username: 'string', password: 'string' },
    replies: {
      200: { properties: ['user_id', 'access_token', 'home_server'] },
      403: { properties: ['errcode'], errcodes: ['M_FORBIDDEN'] },
      429: { properties: ['errcode', 'error'], errcodes: ['M_LIMIT_EXCEEDED'] },
    },
  },
};
