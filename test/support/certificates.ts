import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The key and certificate of a TLS server of a test. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
}

const read = (file: string) => readFileSync(new URL(`./certificates/${file}`, import.meta.url), 'utf8');

/** The file with the authority, for programs that want a path. */
export const testAuthorityFile = fileURLToPath(new URL('./certificates/ca.pem', import.meta.url));

/** The authority that signed the certificates of the tests, in PEM. */
export const testAuthority = read('ca.pem');

/** For home.test, its subdomains, localhost and the loopback addresses. */
export const homeCertificate: TestCertificate = { cert: read('home.pem'), key: read('home-key.pem') };

/** For other.test alone. */
export const otherCertificate: TestCertificate = { cert: read('other.pem'), key: read('other-key.pem') };
