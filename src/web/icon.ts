/**
 * The icon of the pages if the operator has no logo: a paper plane between the brackets of Matrix.
 */
export const icon = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#17568c"/>' +
    '<path d="M10 6H6v20h4M22 6h4v20h-4" fill="none" stroke="#fff" stroke-width="2"/>' +
    '<path d="M9 16 23 10 20 22l-4-4-2 3-1-4z" fill="#fff"/></svg>',
);
