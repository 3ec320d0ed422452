const maxLength = 100;
const control = /\p{Cc}/gu;

/**
 * Returns the name without control characters, cut after 100 characters: a long name is no reason
 * to refuse a request.
 */
export function readDeviceName(name: string | undefined): string | undefined {
  return name === undefined ? undefined : Array.from(name.replace(control, '')).slice(0, maxLength).join('');
}
