/** One request of the walk, and what must come back. */
export interface WalkStep {
  readonly title: string;
  readonly method: 'GET' | 'POST';
  /** Below the API's prefix. */
  readonly path: string;
  readonly body?: Readonly<Record<string, string>>;
  readonly status: number;
  /** Members that the reply must have. */
  readonly reply: Readonly<Record<string, unknown>>;
}

/** Where the API is, and how to be let in. */
export interface ApiAccess {
  /** Without a slash at the end. */
  readonly url: string;
  readonly sharedSecret: string;
}

/** The request as a line for a shell, with the secret in `$secret`. */
export function curlLine({ url }: ApiAccess, { path, body }: Pick<WalkStep, 'path' | 'body'>): string {
  const data = body === undefined ? '' : ` -d '${JSON.stringify(body)}'`;
  return `curl -sS -H "Authorization: Bearer $secret"${data} ${url}${path}`;
}

/** Makes the request, prints it and its reply, and says whether the reply is as it must be. */
export async function walk(api: ApiAccess, step: WalkStep, print: (text: string) => void): Promise<boolean> {
  print(`\n${step.title}\n  $ ${curlLine(api, step)}\n`);
  const response = await fetch(`${api.url}${step.path}`, {
    method: step.method,
    headers: { authorization: `Bearer ${api.sharedSecret}` },
    ...(step.body === undefined ? {} : { body: JSON.stringify(step.body) }),
    signal: AbortSignal.timeout(60_000),
  });
  const text = await response.text();
  print(`  ${response.status} ${text}\n`);
  const reply: unknown = JSON.parse(text);
  const isRight = response.status === step.status && hasMembers(reply, step.reply);
  if (!isRight) print(`  That is wrong: expected ${step.status} with ${JSON.stringify(step.reply)}\n`);
  return isRight;
}

function hasMembers(value: unknown, members: Readonly<Record<string, unknown>>): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const actual = new Map<string, unknown>(Object.entries(value));
  return Object.entries(members).every(([name, expected]) => actual.get(name) === expected);
}
