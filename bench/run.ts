import { parseArgs } from 'node:util';
import { measureEventLoop } from './event-loop.js';
import { measureFootprint } from './footprint.js';
import { measureHandOver } from './hand-over.js';
import { measureHostileBodies } from './hostile-bodies.js';
import { measureLoginStarts } from './login-starts.js';
import { measureLoginTimes } from './login-times.js';
import { measureLookups } from './lookups.js';
import { measureManyLogins } from './many-logins.js';
import { measurePeers } from './peers.js';
import { measureScale } from './scale.js';
import { measureTelegram } from './telegram.js';

const { values, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: { minutes: { type: 'string', default: '10' } },
});

const scenarios: Readonly<Record<string, (print: (line: string) => void) => Promise<void>>> = {
  'event-loop': measureEventLoop,
  footprint: (print) => measureFootprint(print, minutes),
  'hand-over': measureHandOver,
  'hostile-bodies': measureHostileBodies,
  'login-starts': measureLoginStarts,
  'login-times': measureLoginTimes,
  'many-logins': measureManyLogins,
  lookups: measureLookups,
  peers: measurePeers,
  scale: measureScale,
  telegram: measureTelegram,
};

const minutes = Number(values.minutes);
const unknown = wanted.filter((name) => !(name in scenarios));
if (!Number.isInteger(minutes) || minutes < 3) {
  console.error(`--minutes ${values.minutes}: not a whole number of minutes from 3 up`);
  process.exitCode = 2;
} else if (unknown.length > 0) {
  console.error(`no such scenario: ${unknown.join(', ')}; there are: ${Object.keys(scenarios).join(', ')}`);
  process.exitCode = 2;
} else {
  for (const [name, measure] of Object.entries(scenarios)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    console.log(`# ${name} (Node ${process.versions.node})`);
    await measure((line) => console.log(line));
  }
}
