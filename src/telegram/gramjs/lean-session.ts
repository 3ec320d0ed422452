import { StringSession } from 'telegram/sessions/index.js';

/**
 * A session of gramjs that keeps no entities, which would grow with every answer, and always says port 443:
 * its string holds the port as a signed 16-bit number, and nothing reads it (transport.ts knows the real one).
 */
export class LeanSession extends StringSession {
  override setDC(dcId: number, serverAddress: string, _port: number): void {
    super.setDC(dcId, serverAddress, 443);
  }

  override processEntities(_answer: unknown): void {
    return;
  }

  /** Whether there is a key, so that no new one will be made. */
  hasKey(): boolean {
    return this.authKey?.getKey() !== undefined;
  }
}
