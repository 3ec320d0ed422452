import type { RpcContext, RpcService } from '../rpc/method.js';
import { RpcRefusal } from '../rpc/refusal.js';
import { intOf, objectOf, textOf } from '../tl/fields.js';
import type { TlObject } from '../tl/value.js';
import { accountOfPhone, botOfToken, type Account } from '../world/accounts.js';
import type { CodeWay, GivenCode, SentCode } from '../world/codes.js';
import { magicCodes, magicEmailPattern, magicLimits } from '../world/magic.js';
import { refuse } from '../world/send-code-rules.js';
import type { World } from '../world/world.js';
import { admit, checkApi, logIn } from './login.js';

/** auth.*: logging in with a code, or with a bot token, and logging out. */
export function createAuthCodeService({ codes, sendCodeRules, passwords }: World): RpcService {
  return {
    'auth.sendCode': {
      access: 'anyone',
      run(context, request) {
        checkApi(intOf(request, 'api_id'), textOf(request, 'api_hash'));
        const account = loadHomeAccount(context, request);
        sendCodeRules.check(account);
        context.device.codePhone = account.phone;
        return sentCode(account, codes.send(context.device.keyName, account));
      },
    },
    'auth.resendCode': {
      access: 'anyone',
      run(context, request) {
        const account = loadHomeAccount(context, request);
        const { phone = '' } = account;
        return sentCode(account, codes.resend(context.device.keyName, phone, textOf(request, 'phone_code_hash')));
      },
    },
    'auth.cancelCode': {
      access: 'anyone',
      run(context, request) {
        const { phone = '' } = loadHomeAccount(context, request);
        codes.cancel(context.device.keyName, phone, textOf(request, 'phone_code_hash'));
        return true;
      },
    },
    'auth.signIn': {
      access: 'anyone',
      run(context, request) {
        const account = loadHomeAccount(context, request);
        const hash = textOf(request, 'phone_code_hash');
        codes.enter(context.device.keyName, account, hash, givenCode(request));
        refuse(account, 'auth.signIn');
        if (account.kind === 'unregistered') return { _: 'auth.authorizationSignUpRequired' };
        return admit(context, account, passwords);
      },
    },
    'auth.importBotAuthorization': {
      access: 'anyone',
      run(context, request) {
        checkApi(intOf(request, 'api_id'), textOf(request, 'api_hash'));
        const bot = botOfToken(textOf(request, 'bot_auth_token'));
        if (!bot) throw new RpcRefusal(400, 'ACCESS_TOKEN_INVALID');
        if (bot.kind === 'expired') throw new RpcRefusal(400, 'ACCESS_TOKEN_EXPIRED');
        if (bot.dc !== context.dc) throw new RpcRefusal(303, `USER_MIGRATE_${bot.dc}`);
        return logIn(context, bot);
      },
    },
    'auth.logOut': {
      access: 'anyone',
      run({ device }) {
        if (!device.account && !device.awaitingPassword) {
          throw new RpcRefusal(401, device.revokedAs ?? 'AUTH_KEY_UNREGISTERED');
        }
        codes.delete(device.keyName);
        device.account = undefined;
        device.awaitingPassword = undefined;
        device.codePhone = undefined;
        return { _: 'auth.loggedOut' };
      },
    },
  };
}

// Returns the account of a phone number. Requests about it belong to its home data centre.
function loadHomeAccount({ dc }: RpcContext, request: TlObject): Account {
  const account = accountOfPhone(textOf(request, 'phone_number'));
  if (!account) throw new RpcRefusal(406, 'PHONE_NUMBER_INVALID');
  if (account.dc !== dc) throw new RpcRefusal(303, `PHONE_MIGRATE_${account.dc}`);
  return account;
}

function givenCode(request: TlObject): GivenCode {
  const { phone_code: phoneCode, email_verification: verification } = request;
  if (verification !== undefined) {
    return { code: textOf(objectOf(request, 'email_verification'), 'code'), asEmail: true };
  }
  return { code: phoneCode === undefined ? '' : textOf(request, 'phone_code'), asEmail: false };
}

function sentCode({ kind }: Account, { hash, way }: SentCode): TlObject {
  if (kind === 'payment_required') return paymentRequired(hash);
  const type = kind === 'login_email_required' ? { _: 'auth.sentCodeTypeSetUpEmailRequired' } : typesOfCode[way];
  return {
    _: 'auth.sentCode',
    type,
    phone_code_hash: hash,
    next_type: way === 'app' ? { _: 'auth.codeTypeSms' } : undefined,
    timeout: magicLimits.resendTimeoutSeconds,
  };
}

const length = magicLimits.codeLength;

const typesOfCode: Readonly<Record<CodeWay, TlObject>> = {
  app: { _: 'auth.sentCodeTypeApp', length },
  sms: { _: 'auth.sentCodeTypeSms', length },
  email: { _: 'auth.sentCodeTypeEmailCode', email_pattern: magicEmailPattern, length },
  word: { _: 'auth.sentCodeTypeSmsWord', beginning: magicCodes.word_code.beginning },
  phrase: { _: 'auth.sentCodeTypeSmsPhrase', beginning: magicCodes.phrase_code.beginning },
  fragment: { _: 'auth.sentCodeTypeFragmentSms', url: 'https://fragment.com/', length },
};

function paymentRequired(hash: string): TlObject {
  return {
    _: 'auth.sentCodePaymentRequired',
    store_product: 'sandbox',
    phone_code_hash: hash,
    support_email_address: 'support@example.org',
    support_email_subject: 'sandbox',
    premium_days: 7,
    currency: 'EUR',
    amount: 100n,
  };
}
