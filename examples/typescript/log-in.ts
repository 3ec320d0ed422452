// Logs a Matrix user in to Telegram by phone number. It asks for the number, the code and the
// password, and sends them to version 3 of the provisioning API, step by step.
//
// Usage: GANGWAY_URL=http://127.0.0.1:28917 GANGWAY_SECRET=… npx tsx log-in.ts @alice:example.com
import { createInterface } from 'node:readline';
// In a project of your own: '@gangway/client'.
import { ApiError, createClient, provisioningV3 } from '../../clients/typescript/src/index.js';

const { GANGWAY_URL: url = 'http://127.0.0.1:28917', GANGWAY_SECRET: token } = process.env;
const [, , userId = ''] = process.argv;
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

async function ask(question: string): Promise<string> {
  process.stdout.write(`${question}: `);
  const { value, done } = await lines.next();
  if (done) throw new Error('There is no more input.');
  return value;
}

const client = createClient(provisioningV3.api, { url, token });
const query = { user_id: userId };
try {
  let step = await client.call('POST /login/start/{flow}', { path: { flow: 'phone' }, query });
  while (step.type === 'user_input') {
    if (step.instructions) console.log(step.instructions);
    const answers: Record<string, string> = {};
    for (const field of step.user_input?.fields ?? []) answers[field.id] = await ask(field.name);
    // A wrong code or password is no error: the same step returns, with its instructions.
    step = await client.call('POST /login/step/{process}/{step}/user_input', {
      path: { process: step.login_id, step: step.step_id },
      // With the txn_id, a request whose reply was lost can be repeated.
      query: { ...query, txn_id: step.txn_id },
      body: answers,
    });
  }
  console.log(`\nLogged in as ${step.complete?.user_login_id}.`);
} catch (error) {
  if (!(error instanceof ApiError)) throw error;
  console.error(`\n${error.status} ${error.code}: ${error.message}`);
  process.exitCode = 1;
}
process.stdin.destroy();
