/**
 * The answers of versions 0.3.0, 1 and 3: status, and errcode or the error of the repeated step;
 * null if they never make the call.
 */
export type Answers = readonly [string | null, string | null, string | null];

/** Our answers to the errors that Telegram documents, by method, code and name. */
export const telegramAnswers: Readonly<Record<string, Answers>> = {
  'auth.checkPassword 400 PASSWORD_HASH_INVALID': [
    '401 password_invalid',
    '401 password_invalid',
    '200 password_invalid',
  ],
  'auth.checkPassword 400 PASSWORD_MISSING': ['401 session_revoked', '401 session_revoked', '200 login_revoked'],
  'auth.checkPassword 400 SRP_A_INVALID': [
    '502 telegram_refused',
    '502 telegram_refused',
    '502 FI.MAU.TELEGRAM.REFUSED',
  ],
  'auth.checkPassword 400 SRP_ID_INVALID': [
    '503 telegram_unreachable',
    '503 telegram_unreachable',
    '503 FI.MAU.TELEGRAM.UNREACHABLE',
  ],
  'auth.checkPassword 400 SRP_PASSWORD_CHANGED': [
    '503 telegram_unreachable',
    '503 telegram_unreachable',
    '503 FI.MAU.TELEGRAM.UNREACHABLE',
  ],
  'auth.checkPassword 401 AUTH_KEY_UNREGISTERED': ['401 session_revoked', '401 session_revoked', '200 login_revoked'],
  'auth.checkPassword 401 USER_DEACTIVATED_BAN': [
    '403 account_deactivated',
    '403 account_deactivated',
    '200 account_deactivated',
  ],
  'auth.checkPassword 420 FLOOD_WAIT_61': ['429 flood_wait', '429 flood_wait', '429 FI.MAU.TELEGRAM.FLOOD_WAIT'],
  'auth.exportLoginToken 400 API_ID_INVALID': [null, null, '502 FI.MAU.TELEGRAM.BRIDGE_REJECTED'],
  'auth.exportLoginToken 400 API_ID_PUBLISHED_FLOOD': [null, null, '502 FI.MAU.TELEGRAM.BRIDGE_REJECTED'],
  'auth.exportLoginToken 400 AUTH_TOKEN_INVALID': [null, null, '502 FI.MAU.TELEGRAM.REFUSED'],
  'auth.exportLoginToken 420 FLOOD_WAIT_61': [null, null, '429 FI.MAU.TELEGRAM.FLOOD_WAIT'],
  'auth.exportLoginToken 420 FROZEN_METHOD_INVALID': [null, null, '403 FI.MAU.TELEGRAM.ACCOUNT_FROZEN'],
  'auth.importBotAuthorization 303 USER_MIGRATE_9': [
    '503 telegram_unreachable',
    '503 telegram_unreachable',
    '503 FI.MAU.TELEGRAM.UNREACHABLE',
  ],
  'auth.importBotAuthorization 400 ACCESS_TOKEN_EMPTY': [
    '401 bot_token_invalid',
    '401 bot_token_invalid',
    '200 bot_token_invalid',
  ],
  'auth.importBotAuthorization 400 ACCESS_TOKEN_EXPIRED': [
    '401 bot_token_expired',
    '403 bot_token_expired',
    '200 bot_token_expired',
  ],
  'auth.importBotAuthorization 400 ACCESS_TOKEN_INVALID': [
    '401 bot_token_invalid',
    '401 bot_token_invalid',
    '200 bot_token_invalid',
  ],
  'auth.importBotAuthorization 400 API_ID_INVALID': [
    '502 telegram_rejected_bridge',
    '502 telegram_rejected_bridge',
    '502 FI.MAU.TELEGRAM.BRIDGE_REJECTED',
  ],
  'auth.importBotAuthorization 400 API_ID_PUBLISHED_FLOOD': [
    '502 telegram_rejected_bridge',
    '502 telegram_rejected_bridge',
    '502 FI.MAU.TELEGRAM.BRIDGE_REJECTED',
  ],
  'auth.importBotAuthorization 400 BOT_METHOD_INVALID': [
    '502 telegram_refused',
    '502 telegram_refused',
    '502 FI.MAU.TELEGRAM.REFUSED',
  ],
  'auth.importBotAuthorization 401 USER_DEACTIVATED': [
    '403 account_deactivated',
    '403 account_deactivated',
    '200 account_deactivated',
  ],
  'auth.importBotAuthorization 420 FLOOD_WAIT_61': [
    '429 flood_wait',
    '429 flood_wait',
    '429 FI.MAU.TELEGRAM.FLOOD_WAIT',
  ],
  'auth.resendCode 400 PHONE_CODE_EMPTY': [null, '502 telegram_refused', '502 FI.MAU.TELEGRAM.REFUSED'],
  'auth.resendCode 400 PHONE_CODE_EXPIRED': [null, '403 phone_code_expired', '200 phone_code_expired'],
  'auth.resendCode 400 PHONE_CODE_HASH_EMPTY': [null, '403 phone_code_expired', '200 phone_code_expired'],
  'auth.resendCode 400 PHONE_NUMBER_INVALID': [null, '400 phone_number_invalid', '200 phone_number_invalid'],
  'auth.resendCode 400 SMS_CODE_CREATE_FAILED': [
    null,
    '403 phone_code_unavailable',
    '403 FI.MAU.TELEGRAM.PHONE_CODE_UNAVAILABLE',
  ],
  'auth.resendCode 420 FLOOD_WAIT_61': [null, '429 flood_wait', '429 FI.MAU.TELEGRAM.FLOOD_WAIT'],
  'auth.sendCode 303 NETWORK_MIGRATE_9': [
    '503 telegram_unreachable',
    '503 telegram_unreachable',
    '503 FI.MAU.TELEGRAM.UNREACHABLE',
  ],
  'auth.sendCode 303 PHONE_MIGRATE_9': [
    '503 telegram_unreachable',
    '503 telegram_unreachable',
    '503 FI.MAU.TELEGRAM.UNREACHABLE',
  ],
  'auth.sendCode 400 API_ID_INVALID': [
    '502 telegram_rejected_bridge',
    '502 telegram_rejected_bridge',
    '502 FI.MAU.TELEGRAM.BRIDGE_REJECTED',
  ],
  'auth.sendCode 400 API_ID_PUBLISHED_FLOOD': [
    '502 telegram_rejected_bridge',
    '502 telegram_rejected_bridge',
    '502 FI.MAU.TELEGRAM.BRIDGE_REJECTED',
  ],
  'auth.sendCode 400 INPUT_METHOD_INVALID': [
    '502 telegram_rejected_bridge',
    '502 telegram_rejected_bridge',
    '502 FI.MAU.TELEGRAM.BRIDGE_REJECTED',
  ],
  'auth.sendCode 400 INPUT_REQUEST_TOO_LONG': [
    '502 telegram_refused',
    '502 telegram_refused',
    '502 FI.MAU.TELEGRAM.REFUSED',
  ],
  'auth.sendCode 400 PHONE_NUMBER_APP_SIGNUP_FORBIDDEN': [
    '403 phone_number_app_signup_forbidden',
    '403 phone_number_app_signup_forbidden',
    '200 phone_number_app_signup_forbidden',
  ],
  'auth.sendCode 400 PHONE_NUMBER_BANNED': [
    '403 phone_number_banned',
    '403 phone_number_banned',
    '200 phone_number_banned',
  ],
  'auth.sendCode 400 PHONE_NUMBER_FLOOD': [
    '429 phone_number_flood',
    '429 phone_number_flood',
    '429 FI.MAU.TELEGRAM.PHONE_NUMBER_FLOOD',
  ],
  'auth.sendCode 400 PHONE_NUMBER_INVALID': [
    '400 phone_number_invalid',
    '400 phone_number_invalid',
    '200 phone_number_invalid',
  ],
  'auth.sendCode 400 PHONE_PASSWORD_PROTECTED': [
    '403 phone_code_unavailable',
    '403 phone_code_unavailable',
    '200 phone_code_unavailable',
  ],
  'auth.sendCode 400 SMS_CODE_CREATE_FAILED': [
    '403 phone_code_unavailable',
    '403 phone_code_unavailable',
    '200 phone_code_unavailable',
  ],
  'auth.sendCode 403 RECAPTCHA_CHECK_signup__KEY': [
    '403 phone_code_unavailable',
    '403 phone_code_unavailable',
    '200 phone_code_unavailable',
  ],
  'auth.sendCode 406 PHONE_PASSWORD_FLOOD': [
    '429 phone_number_flood',
    '429 phone_number_flood',
    '429 FI.MAU.TELEGRAM.PHONE_NUMBER_FLOOD',
  ],
  'auth.sendCode 406 SEND_CODE_UNAVAILABLE': [
    '403 phone_code_unavailable',
    '403 phone_code_unavailable',
    '200 phone_code_unavailable',
  ],
  'auth.sendCode 406 UPDATE_APP_TO_LOGIN': [
    '502 telegram_rejected_bridge',
    '502 telegram_rejected_bridge',
    '502 FI.MAU.TELEGRAM.BRIDGE_REJECTED',
  ],
  'auth.sendCode 420 FLOOD_WAIT_61': ['429 flood_wait', '429 flood_wait', '429 FI.MAU.TELEGRAM.FLOOD_WAIT'],
  'auth.sendCode 420 FROZEN_METHOD_INVALID': ['403 account_frozen', '403 account_frozen', '200 account_frozen'],
  'auth.sendCode 500 AUTH_RESTART': [
    '503 telegram_unreachable',
    '503 telegram_unreachable',
    '503 FI.MAU.TELEGRAM.UNREACHABLE',
  ],
  'auth.signIn 400 EMAIL_VERIFY_EXPIRED': [
    '403 phone_code_expired',
    '403 phone_code_expired',
    '200 phone_code_expired',
  ],
  'auth.signIn 400 PHONE_CODE_EMPTY': ['401 phone_code_invalid', '401 phone_code_invalid', '200 phone_code_invalid'],
  'auth.signIn 400 PHONE_CODE_EXPIRED': ['403 phone_code_expired', '403 phone_code_expired', '200 phone_code_expired'],
  'auth.signIn 400 PHONE_CODE_HASH_EMPTY': [
    '403 phone_code_expired',
    '403 phone_code_expired',
    '200 phone_code_expired',
  ],
  'auth.signIn 400 PHONE_CODE_INVALID': ['401 phone_code_invalid', '401 phone_code_invalid', '200 phone_code_invalid'],
  'auth.signIn 400 PHONE_NUMBER_INVALID': [
    '400 phone_number_invalid',
    '400 phone_number_invalid',
    '200 phone_number_invalid',
  ],
  'auth.signIn 400 PHONE_NUMBER_UNOCCUPIED': [
    '404 phone_number_unoccupied',
    '403 phone_number_unoccupied',
    '200 phone_number_unoccupied',
  ],
  'auth.signIn 401 SESSION_REVOKED': ['401 session_revoked', '401 session_revoked', '200 login_revoked'],
  'auth.signIn 401 USER_DEACTIVATED': ['403 account_deactivated', '403 account_deactivated', '200 account_deactivated'],
  'auth.signIn 401 USER_DEACTIVATED_BAN': [
    '403 account_deactivated',
    '403 account_deactivated',
    '200 account_deactivated',
  ],
  'auth.signIn 406 PHONE_PASSWORD_FLOOD': [
    '429 phone_number_flood',
    '429 phone_number_flood',
    '429 FI.MAU.TELEGRAM.PHONE_NUMBER_FLOOD',
  ],
  'auth.signIn 420 FLOOD_WAIT_61': ['429 flood_wait', '429 flood_wait', '429 FI.MAU.TELEGRAM.FLOOD_WAIT'],
  'auth.signIn 500 AUTH_RESTART': [
    '503 telegram_unreachable',
    '503 telegram_unreachable',
    '503 FI.MAU.TELEGRAM.UNREACHABLE',
  ],
  'auth.signIn 500 SIGN_IN_FAILED': [
    '503 telegram_unreachable',
    '503 telegram_unreachable',
    '503 FI.MAU.TELEGRAM.UNREACHABLE',
  ],
  'contacts.getContacts 400 BOT_METHOD_INVALID': [null, '502 telegram_refused', '502 FI.MAU.TELEGRAM.REFUSED'],
  'contacts.getContacts 420 FROZEN_METHOD_INVALID': [null, '403 account_frozen', '403 FI.MAU.TELEGRAM.ACCOUNT_FROZEN'],
  'help.getConfig 400 CONNECTION_API_ID_INVALID': [
    '502 telegram_rejected_bridge',
    '502 telegram_rejected_bridge',
    '502 FI.MAU.TELEGRAM.BRIDGE_REJECTED',
  ],
  'help.getConfig 400 CONNECTION_APP_VERSION_EMPTY': [
    '502 telegram_rejected_bridge',
    '502 telegram_rejected_bridge',
    '502 FI.MAU.TELEGRAM.BRIDGE_REJECTED',
  ],
  'help.getConfig 400 CONNECTION_LAYER_INVALID': [
    '502 telegram_rejected_bridge',
    '502 telegram_rejected_bridge',
    '502 FI.MAU.TELEGRAM.BRIDGE_REJECTED',
  ],
  'help.getConfig 400 DATA_INVALID': ['502 telegram_refused', '502 telegram_refused', '502 FI.MAU.TELEGRAM.REFUSED'],
  'help.getConfig 400 MSG_ID_INVALID': ['502 telegram_refused', '502 telegram_refused', '502 FI.MAU.TELEGRAM.REFUSED'],
  'help.getConfig 400 USERNAME_INVALID': [
    '502 telegram_refused',
    '502 telegram_refused',
    '502 FI.MAU.TELEGRAM.REFUSED',
  ],
  'help.getConfig 403 USER_PRIVACY_RESTRICTED': [
    '502 telegram_refused',
    '502 telegram_refused',
    '502 FI.MAU.TELEGRAM.REFUSED',
  ],
  'help.getConfig 406 AUTH_KEY_DUPLICATED': ['401 session_revoked', '401 session_revoked', '200 login_revoked'],
  'help.getConfig 500 TIMEOUT': [
    '503 telegram_unreachable',
    '503 telegram_unreachable',
    '503 FI.MAU.TELEGRAM.UNREACHABLE',
  ],
  'messages.getDialogs 400 FOLDER_ID_INVALID': [null, '502 telegram_refused', null],
  'messages.getDialogs 400 INPUT_CONSTRUCTOR_INVALID': [null, '502 telegram_rejected_bridge', null],
  'messages.getDialogs 400 OFFSET_PEER_ID_INVALID': [null, '502 telegram_refused', null],
  'messages.getDialogs 401 SESSION_PASSWORD_NEEDED': [null, '403 not_logged_in', null],
  'messages.getDialogs 403 CHAT_WRITE_FORBIDDEN': [null, '502 telegram_refused', null],
  'messages.getDialogs 500 TIMEOUT': [null, '503 telegram_unreachable', null],
  'users.getUsers 400 CHANNEL_INVALID': ['502 telegram_refused', '502 telegram_refused', '502 FI.MAU.TELEGRAM.REFUSED'],
  'users.getUsers 400 CHANNEL_PRIVATE': ['502 telegram_refused', '502 telegram_refused', '502 FI.MAU.TELEGRAM.REFUSED'],
  'users.getUsers 400 FROM_MESSAGE_BOT_DISABLED': [
    '502 telegram_refused',
    '502 telegram_refused',
    '502 FI.MAU.TELEGRAM.REFUSED',
  ],
  'users.getUsers 400 MSG_ID_INVALID': ['502 telegram_refused', '502 telegram_refused', '502 FI.MAU.TELEGRAM.REFUSED'],
  'users.getUsers 400 USER_BANNED_IN_CHANNEL': [
    '502 telegram_refused',
    '502 telegram_refused',
    '502 FI.MAU.TELEGRAM.REFUSED',
  ],
  'users.getUsers 401 AUTH_KEY_PERM_EMPTY': ['403 not_logged_in', '403 not_logged_in', '404 M_NOT_FOUND'],
  'users.getUsers 401 SESSION_PASSWORD_NEEDED': ['403 not_logged_in', '403 not_logged_in', '404 M_NOT_FOUND'],
  'users.getUsers 401 USER_DEACTIVATED_BAN': ['403 not_logged_in', '403 not_logged_in', '404 M_NOT_FOUND'],
  'users.getUsers 406 AUTH_KEY_DUPLICATED': ['403 not_logged_in', '403 not_logged_in', '404 M_NOT_FOUND'],
  'users.getUsers 420 FLOOD_WAIT_61': ['429 flood_wait', '429 flood_wait', '429 FI.MAU.TELEGRAM.FLOOD_WAIT'],
  'users.getUsers 500 MEMBER_NO_LOCATION': [
    '503 telegram_unreachable',
    '503 telegram_unreachable',
    '503 FI.MAU.TELEGRAM.UNREACHABLE',
  ],
  'users.getUsers 500 NEED_MEMBER_INVALID': [
    '503 telegram_unreachable',
    '503 telegram_unreachable',
    '503 FI.MAU.TELEGRAM.UNREACHABLE',
  ],
  'users.getUsers 500 TIMEOUT': [
    '503 telegram_unreachable',
    '503 telegram_unreachable',
    '503 FI.MAU.TELEGRAM.UNREACHABLE',
  ],
};
