/**
 * The headers that let the pages of any web site use an API and read its answers, errors
 * included (Fetch, "CORS protocol"). The credentials are in a header that the page sets, so this
 * gives a site no access that it does not have already. `*` does not cover Authorization.
 */
export const crossOriginHeaders: Readonly<Record<string, string>> = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET, POST, PUT, DELETE, OPTIONS',
  'Access-Control-Allow-Headers': 'Origin, X-Requested-With, Content-Type, Accept, Authorization',
  'Access-Control-Expose-Headers': 'Retry-After, X-Request-Id',
};
