import type { SettingsFault } from '../delivery/settings-failure.js';
import type { SigningKeyFault } from '../identity/signing-key-failure.js';

/** Puts what is wrong with the settings of channels and templates into sentences. */
export function explainSettings(fault: SettingsFault): string {
  switch (fault.kind) {
    case 'templates_unusable': {
      const problems = fault.problems.map(({ file, problem }) => `  ${file || fault.folder}\n    ${problem}\n`);
      return `The templates in ${fault.folder} (delivery.templates) cannot be used:\n\n${problems.join('')}`.trimEnd();
    }
    case 'webhook_body_unusable':
      return `The body of a webhook in delivery.phone cannot be used. ${fault.problem}`;
    case 'webhook_header_unusable':
      return `A webhook in delivery.phone has the header ${JSON.stringify(fault.name)}, which cannot be sent: its name or value is none, or it is Gangway's own.`;
    case 'password_needs_tls':
      return 'A mail server in delivery.email has a password and security: opportunistic. Write starttls or tls: else whoever stands in between gets it.';
  }
}

/** Puts what is wrong with the file of the signing keys into sentences. */
export function explainSigningKey(fault: SigningKeyFault): string {
  switch (fault.kind) {
    case 'signing_key_file_unusable':
      return `The file ${fault.path} (identity.signing_key_file) cannot be used: this user may not read it, or may not make it there.`;
    case 'signing_key_folder_missing':
      return `The folder ${fault.folder}, in which identity.signing_key_file puts the signing key, does not exist. Make it, or write another path.`;
    case 'signing_key_file_empty':
      return `The file ${fault.path} (identity.signing_key_file) is empty. Put the signing key back from your backup.`;
    case 'signing_key_malformed':
      return `Line ${fault.line} of ${fault.path} (identity.signing_key_file) is not "ed25519", a version and the base64 of 32 bytes, with spaces between them.`;
    case 'signing_key_repeated':
      return `The file ${fault.path} (identity.signing_key_file) has two different keys ${fault.keyId}. Give the new one another version.`;
    case 'signing_key_missing':
      return (
        `The file ${fault.path} (identity.signing_key_file) is gone. What was published and signed with it, ${fault.keyId} ` +
        `(public key ${fault.publicKey}), needs it: put it back from your backup. If it is lost, write a file with a new key of another ` +
        'version, as `ed25519 1 <output of openssl rand -base64 32>`: invites under way are lost then, and the rest stays.'
      );
    case 'signing_key_changed':
      return (
        `The file ${fault.path} (identity.signing_key_file) has another key ${fault.keyId} than the one that was in use (public key ` +
        `${fault.publicKey}). Put that one back from your backup, or give the new one another version, as in \`ed25519 1 <seed>\`.`
      );
  }
}
