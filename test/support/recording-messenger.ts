import { DeliveryFailure, type DeliveryFailureDetails } from '../../src/delivery/failure.js';
import type { Message, Messenger } from '../../src/delivery/messenger.js';

/** A messenger that keeps its messages for the test. */
export interface RecordingMessenger extends Messenger {
  /** The accepted messages, in order. */
  readonly sent: readonly Message[];
  /** How often it was asked to send. */
  readonly asked: number;
  /**
   * Makes it fail in this way from now on, and certainly without sending unless specified;
   * undefined restores it.
   */
  fail(fault: DeliveryFailureDetails | undefined, options?: { readonly mayHaveSent: boolean }): void;
  /** Accepts messages, but resolves only when the returned function is called. */
  hold(): () => void;
  /** The tokens of the validation messages so far. */
  tokens(): string[];
}

/** A messenger for messages of those kinds, or of all kinds by default. */
export function createRecordingMessenger(
  kinds: readonly Message['kind'][] = ['email_validation', 'phone_validation', 'email_invite', 'email_in_use'],
): RecordingMessenger {
  const sent: Message[] = [];
  const state: {
    asked: number;
    fault: DeliveryFailureDetails | undefined;
    mayHaveSent: boolean;
    held: Promise<void> | undefined;
  } = {
    asked: 0,
    fault: undefined,
    mayHaveSent: false,
    held: undefined,
  };
  return {
    sent,
    get asked() {
      return state.asked;
    },
    canSend: (kind) => kinds.includes(kind),
    async send(message) {
      state.asked += 1;
      if (state.fault) throw new DeliveryFailure(state.fault, { mayHaveSent: state.mayHaveSent });
      sent.push(message);
      await state.held;
    },
    fail(fault, { mayHaveSent } = { mayHaveSent: false }) {
      state.fault = fault;
      state.mayHaveSent = mayHaveSent;
    },
    hold() {
      let release = () => {};
      state.held = new Promise((resolve) => {
        release = resolve;
      });
      return () => {
        state.held = undefined;
        release();
      };
    },
    tokens: () =>
      sent.flatMap((message) => {
        if (message.kind === 'phone_validation') return [message.code.reveal()];
        return 'token' in message ? [message.token.reveal()] : [];
      }),
  };
}
