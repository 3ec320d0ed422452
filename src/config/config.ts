import type { z } from 'zod';
import { accounts } from './sections/accounts.js';
import { admin } from './sections/admin.js';
import { bridge } from './sections/bridge.js';
import { database } from './sections/database.js';
import { delivery } from './sections/delivery.js';
import { encryption } from './sections/encryption.js';
import { homeserver } from './sections/homeserver.js';
import { http } from './sections/http.js';
import { identity } from './sections/identity.js';
import { logging } from './sections/logging.js';
import { login } from './sections/login.js';
import { metrics } from './sections/metrics.js';
import { outgoing } from './sections/outgoing.js';
import { provisioning } from './sections/provisioning.js';
import { sessions } from './sections/sessions.js';
import { telegram } from './sections/telegram.js';
import { threepids } from './sections/threepids.js';
import { web } from './sections/web.js';

/** All sections, in the order of the sample file. */
export const sections = {
  homeserver,
  http,
  provisioning,
  web,
  accounts,
  identity,
  threepids,
  delivery,
  outgoing,
  database,
  telegram,
  login,
  bridge,
  sessions,
  admin,
  encryption,
  logging,
  metrics,
} as const;

/** The name of a section. */
export type SectionName = keyof typeof sections;

/** A valid configuration. Durations are in milliseconds, secrets are `Secret`. */
export type Config = { readonly [Name in SectionName]: Readonly<z.output<(typeof sections)[Name]>> };

/** The names of all sections, in the order of the sample file. */
export const sectionNames = Object.keys(sections) as SectionName[];
