const maxLength = 100;
const control = /\p{Cc}/gu;

/**
 * Returns the name without control characters, truncated to 100 characters: a long name must not
 * fail a request.
 */
export function readDeviceName(name: string | undefined): string | undefined {
  return name === undefined ? undefined : Array.from(name.replace(control, '')).slice(0, maxLength).join('');
}
