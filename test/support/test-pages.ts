import type { PageSettings } from '../../src/api/identity/validation-page.js';

/** The pages of a service that tests run. */
export const testPages: PageSettings = { confirmClick: true, service: 'id.example.test', operator: 'example.test' };
