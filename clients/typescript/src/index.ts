export {
  ApiError,
  createClient,
  type Api,
  type Client,
  type ClientOptions,
  type Input,
  type Operation,
} from './client.js';
export * as adminV1 from './generated/admin-v1.js';
export * as clientServerV1 from './generated/client-server-v1.js';
export * as clientServerV3 from './generated/client-server-v3.js';
export * as identityV1 from './generated/identity-v1.js';
export * as identityV2 from './generated/identity-v2.js';
export * as provisioningV030 from './generated/provisioning-0.3.0.js';
export * as provisioningV1 from './generated/provisioning-v1.js';
export * as provisioningV3 from './generated/provisioning-v3.js';
export * as sessionsV1 from './generated/sessions-v1.js';
export * as webLinksV1 from './generated/web-links-v1.js';
