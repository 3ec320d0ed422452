/** The supported parameters of one X-Matrix authorization. */
export interface XMatrixCredentials {
  readonly origin: string;
  readonly key: string;
  readonly signature: string;
  readonly destination: string | undefined;
}

const maxLength = 16 * 1024;

/**
 * Returns the X-Matrix credentials of an Authorization header (server-server API, "Request
 * Authentication"; RFC 9110, 11.4). Ignores other schemes and unknown parameters, and credentials
 * that are incomplete or have a parameter twice. Colons may be outside of quotes, as in older
 * servers.
 */
export function readXMatrix(header: string): readonly XMatrixCredentials[] {
  if (header.length > maxLength) return [];
  return (readSchemes(header) ?? [])
    .filter(({ scheme }) => scheme.toLowerCase() === 'x-matrix')
    .flatMap(({ parameters }) => complete(parameters) ?? []);
}

interface Scheme {
  readonly scheme: string;
  readonly parameters: [name: string, value: string][];
}

const separators = /[\s,]*/y;
const schemeName = /([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?=[ \t]+[^\s=]|[ \t]*$)/y;
const parameter = /([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))(?=[\s,]|$)/y;

function readSchemes(header: string): Scheme[] | undefined {
  const schemes: Scheme[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(header);
    if (match) at = pattern.lastIndex;
    return match;
  };
  for (take(separators); at < header.length; take(separators)) {
    const named = take(parameter);
    if (named) {
      const [, name = '', quoted, plain = ''] = named;
      schemes.at(-1)?.parameters.push([name.toLowerCase(), quoted?.replaceAll(/\\(.)/g, '$1') ?? plain]);
      continue;
    }
    const begun = take(schemeName);
    if (begun === null) return undefined;
    schemes.push({ scheme: begun[1] ?? '', parameters: [] });
  }
  return schemes;
}

function complete(parameters: Scheme['parameters']): XMatrixCredentials | undefined {
  const values = new Map(parameters);
  const [origin, key, signature] = [values.get('origin'), values.get('key'), values.get('sig')];
  if (values.size !== parameters.length || !origin || !key || !signature) return undefined;
  return { origin, key, signature, destination: values.get('destination') };
}
