import { describe, expect, it } from 'vitest';
import { TelegramFailure } from '../../../src/telegram/failure.js';
import { reportOutdatedClient } from '../../../src/telegram/outdated-client.js';
import { createRecordingLogger } from '../../support/recording-logger.js';

const logged = (kind: 'client_rejected' | 'unreachable', cause: string) => {
  const logger = createRecordingLogger();
  reportOutdatedClient(new TelegramFailure({ kind }, { cause: new Error(cause) }), 'gramjs', logger);
  return logger.lines.map(({ fields }) => fields['name']);
};

describe('a rejection of the client', () => {
  it.each(['UPDATE_APP_TO_LOGIN', 'INPUT_LAYER_INVALID', 'CONNECTION_LAYER_INVALID', 'INPUT_METHOD_INVALID'])(
    'for its age is logged with the remedy (%s)',
    (name) => expect(logged('client_rejected', `406: ${name} (auth.SendCode)`)).toEqual([name]),
  );

  it.each(['400: API_ID_INVALID (auth.SendCode)', '400: CONNECTION_DEVICE_MODEL_EMPTY (auth.SendCode)'])(
    'for another reason is not (%s)',
    (cause) => expect(logged('client_rejected', cause)).toEqual([]),
  );

  it('is not found in other failures', () => {
    expect(logged('unreachable', '500: UPDATE_APP_TO_LOGIN (auth.SendCode)')).toEqual([]);
  });
});
