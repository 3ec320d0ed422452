import type { RpcService } from '../rpc/method.js';
import type { World } from '../world/world.js';
import { createAccountSettingsService } from './account-settings.js';
import { createAuthCodeService } from './auth-code.js';
import { createAuthTokenService, type AuthTokenDeps } from './auth-token.js';
import { createChatsService } from './chats.js';
import { createEmptyAnswersService } from './empty-answers.js';
import { createMessagesService } from './messages.js';
import { createNetworkService, type NetworkDeps } from './network.js';
import { createPasswordService } from './password.js';
import { createPeopleService } from './contacts.js';
import { createServiceInfoService } from './service-info.js';
import { createUpdatesService } from './updates.js';
import { createUsersService } from './users.js';

export interface ServicesDeps extends AuthTokenDeps, Pick<NetworkDeps, 'addresses'> {
  readonly world: World;
}

/** Creates all methods of the API that the sandbox has. */
export function createServices({ world, addresses, ...tokens }: ServicesDeps): readonly RpcService[] {
  return [
    createAuthCodeService(world),
    createAuthTokenService({ world, ...tokens }),
    createPasswordService(world),
    createUsersService(),
    createPeopleService(),
    createMessagesService(world),
    createChatsService(world),
    createUpdatesService(world),
    createAccountSettingsService(world),
    createNetworkService({ clock: world.clock, addresses }),
    createServiceInfoService(world),
    createEmptyAnswersService(),
  ];
}
