/**
 * What requests to homeservers have in them that this daemon has read, or that a homeserver reads
 * in them.
 */
const names: ReadonlySet<string> = new Set([
  'address',
  'auth',
  'bind',
  'client_secret',
  'clientSecret',
  'country',
  'device_id',
  'devices',
  'email',
  'id_access_token',
  'id_server',
  'idServer',
  'identifier',
  'initial_device_display_name',
  'inhibit_login',
  'medium',
  'new_password',
  'next_link',
  'number',
  'password',
  'phone',
  'phone_number',
  'refresh_token',
  'send_attempt',
  'session',
  'sid',
  'three_pid_creds',
  'threePidCreds',
  'threepid_creds',
  'threepidCreds',
  'token',
  'type',
  'user',
  'user_id',
  'username',
]);
const folded: ReadonlySet<string> = new Set(Array.from(names, foldName));

/**
 * Returns the body as JSON that every homeserver reads as it was read here: members whose names
 * differ from a known one in case only are left out, at any depth. Homeservers in Go take them for
 * the known ones, and the last one counts.
 */
export function jsonOfOneReading(body: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(body, (name, value: unknown) => (isLookalike(name) ? undefined : value));
}

function isLookalike(name: string): boolean {
  return !names.has(name) && folded.has(foldName(name));
}

// Go folds the long s, too; the Kelvin sign has the lower case k.
function foldName(name: string): string {
  return name.toLowerCase().replaceAll('ſ', 's');
}
