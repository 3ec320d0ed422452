import type { SettingsFailureDetails } from '../delivery/settings-failure.js';
import type { SigningKeyFailureDetails } from '../identity/signing-key-failure.js';

/** Returns the message for invalid channels and templates. */
export function explainSettings(details: SettingsFailureDetails): string {
  switch (details.kind) {
    case 'templates_unusable': {
      const problems = details.problems.map(({ file, problem }) => `  ${file || details.folder}\n    ${problem}\n`);
      return `The templates in ${details.folder} (delivery.templates) cannot be used:\n\n${problems.join('')}`.trimEnd();
    }
    case 'webhook_body_unusable':
      return `The body of a webhook in delivery.phone cannot be used. ${details.problem}`;
    case 'webhook_header_unusable':
      return (
        `A webhook in delivery.phone has the header ${JSON.stringify(details.name)}, which cannot be sent: its ` +
        'name or value is invalid, or Gangway sets it.'
      );
    case 'password_needs_tls':
      return (
        'A mail server in delivery.email has a password and security: opportunistic. Write starttls or tls, ' +
        'so that the password cannot be intercepted.'
      );
  }
}

/** Returns the message for an invalid signing key file. */
export function explainSigningKey(details: SigningKeyFailureDetails): string {
  switch (details.kind) {
    case 'signing_key_file_unusable':
      return `The file ${details.path} (identity.signing_key_file) cannot be used: this user may not read or create it.`;
    case 'signing_key_folder_missing':
      return `The folder ${details.folder} of identity.signing_key_file does not exist. Create it, or write another path.`;
    case 'signing_key_file_empty':
      return `The file ${details.path} (identity.signing_key_file) is empty. Restore the signing key from your backup.`;
    case 'signing_key_malformed':
      return (
        `Line ${details.line} of ${details.path} (identity.signing_key_file) is invalid. Write "ed25519", a ` +
        'version and the base64 of 32 bytes, separated by spaces.'
      );
    case 'signing_key_repeated':
      return (
        `The file ${details.path} (identity.signing_key_file) has two different keys ${details.keyId}. Give the ` +
        'new one another version.'
      );
    case 'signing_key_missing':
      return (
        `The file ${details.path} (identity.signing_key_file) is missing, but its key ${details.keyId} (public ` +
        `key ${details.publicKey}) has signed published bindings. Restore it from your backup. If it is lost, ` +
        'create a file with a new key of another version, as `ed25519 1 <output of openssl rand -base64 32>`: ' +
        'pending invites are lost then, everything else is kept.'
      );
    case 'signing_key_changed':
      return (
        `The file ${details.path} (identity.signing_key_file) has another key ${details.keyId} than before ` +
        `(public key ${details.publicKey}). Restore that key from your backup, or give the new one another ` +
        'version, as in `ed25519 1 <seed>`.'
      );
  }
}
