import { isDeepStrictEqual } from 'node:util';

/** The client that sends a request of the demo. */
export type Caller =
  /** An integration manager, with the shared secret. */
  | 'manager'
  /** A Matrix user, with the access token of the last login. */
  | 'user'
  /** A client without credentials. */
  | 'anonymous';

/** One request to the daemon. */
export interface Call {
  readonly method: 'GET' | 'POST';
  /** `{login_id}` is replaced by the login ID of the last reply that had one. */
  readonly path: string;
  readonly as: Caller;
  readonly body?: Readonly<Record<string, unknown>>;
}

/** A request of the demo, and the expected reply. */
export interface DemoStep extends Call {
  readonly title: string;
  readonly status: number;
  /** Members that the reply must have. */
  readonly reply: Readonly<Record<string, unknown>>;
}

/** The URL of the daemon, and its shared secret. */
export interface DemoRunDeps {
  /** Without a slash at the end. */
  readonly url: string;
  readonly sharedSecret: string;
  readonly print: (text: string) => void;
}

/** A run through the API, one step at a time. */
export interface DemoRun {
  /** Prints the title of a step under the next number. `step` calls this itself. */
  announce(title: string): void;
  /**
   * Sends the request, prints it and its reply, and returns whether the reply is the expected one.
   */
  step(step: DemoStep): Promise<boolean>;
  /** Returns a text member of the last reply, or an empty text if there is none. */
  textOf(name: string): string;
  /** Returns the content of the QR code in the last reply that had one. */
  qrText(): string | undefined;
}

const headers = {
  manager: ' -H "Authorization: Bearer $secret"',
  user: ' -H "Authorization: Bearer $token"',
  anonymous: '',
} as const;

/**
 * Returns the request as a line for a shell, with the shared secret in `$secret` and the access
 * token in `$token`.
 */
export function curlLine(url: string, { method, path, as, body }: Call): string {
  const bare = method === 'GET' ? '' : ` -X ${method}`;
  const data = body === undefined ? bare : ` -d '${JSON.stringify(body)}'`;
  const address = path.includes('?') ? `'${url}${path}'` : `${url}${path}`;
  return `curl -sS${headers[as]}${data} ${address}`;
}

/** Returns a run before its first step. */
export function createDemoRun({ url, sharedSecret, print }: DemoRunDeps): DemoRun {
  let steps = 0;
  let accessToken = '';
  let reply: ReadonlyMap<string, unknown> = new Map();
  let loginId = '';
  let qrText: string | undefined;

  const announce = (title: string) => {
    steps += 1;
    print(`\n${steps}. ${title}\n`);
  };

  return {
    announce,

    textOf(name) {
      const value = reply.get(name);
      return typeof value === 'string' ? value : '';
    },

    qrText: () => qrText,

    async step(asked) {
      const step = { ...asked, path: asked.path.replace('{login_id}', loginId) };
      announce(step.title);
      print(`  $ ${curlLine(url, step)}\n`);
      const bearer = { manager: sharedSecret, user: accessToken, anonymous: undefined }[step.as];
      const response = await fetch(`${url}${step.path}`, {
        method: step.method,
        headers: bearer === undefined ? {} : { authorization: `Bearer ${bearer}` },
        ...(step.body === undefined ? {} : { body: JSON.stringify(step.body) }),
        signal: AbortSignal.timeout(60_000),
      });
      const text = await response.text();
      print(`  ${response.status} ${text}\n`);
      reply = membersOf(JSON.parse(text));
      const named = reply.get('login_id');
      if (typeof named === 'string') loginId = named;
      const shown = membersOf(reply.get('display_and_wait')).get('data');
      if (typeof shown === 'string') qrText = shown;
      const token = reply.get('access_token');
      if (typeof token === 'string') {
        accessToken = token;
        print(`  $ token='${token}'\n`);
      }
      const hasMembers = Object.entries(step.reply).every(([name, expected]) =>
        isDeepStrictEqual(reply.get(name), expected),
      );
      const isRight = response.status === step.status && hasMembers;
      if (!isRight) print(`  That is wrong: expected ${step.status} with ${JSON.stringify(step.reply)}\n`);
      return isRight;
    },
  };
}

function membersOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);
}

/**
 * Returns a request to the provisioning API below that path, with the shared secret: a GET, or a
 * POST if there is a body.
 */
export function provision(path: string, body?: Readonly<Record<string, string>>) {
  const request = body === undefined ? { method: 'GET' as const } : { method: 'POST' as const, body };
  return { ...request, path: `/_matrix/provision${path}`, as: 'manager' as const };
}
