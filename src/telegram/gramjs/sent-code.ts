import { Api } from 'telegram';
import type { CodeDelivery } from '../shapes.js';
import type { PlainLoginCode } from './protocol.js';

/** Reads auth.sentCode. */
export function readSentCode(sent: Api.auth.SentCode): PlainLoginCode {
  return {
    phoneCodeHash: sent.phoneCodeHash,
    delivery: deliveryOf(sent.type),
    length: 'length' in sent.type ? sent.type.length : null,
    // gramjs reads what Telegram leaves out as null, whatever its types say.
    nextDelivery: sent.nextType ? nextDeliveryOf(sent.nextType) : null,
    timeoutMs: sent.timeout ? sent.timeout * 1000 : null,
  };
}

function deliveryOf(type: Api.auth.TypeSentCodeType): CodeDelivery {
  if (type instanceof Api.auth.SentCodeTypeApp) return 'app';
  if (type instanceof Api.auth.SentCodeTypeSms) return 'sms';
  if (type instanceof Api.auth.SentCodeTypeSmsWord) return 'sms';
  if (type instanceof Api.auth.SentCodeTypeSmsPhrase) return 'sms';
  if (type instanceof Api.auth.SentCodeTypeFirebaseSms) return 'sms';
  if (type instanceof Api.auth.SentCodeTypeCall) return 'call';
  if (type instanceof Api.auth.SentCodeTypeFlashCall) return 'flash_call';
  if (type instanceof Api.auth.SentCodeTypeMissedCall) return 'missed_call';
  if (type instanceof Api.auth.SentCodeTypeEmailCode) return 'email';
  if (type instanceof Api.auth.SentCodeTypeFragmentSms) return 'fragment';
  // An account that must set up an e-mail address first (auth.sentCodeTypeSetUpEmailRequired) gets no code.
  return 'other';
}

function nextDeliveryOf(type: Api.auth.TypeCodeType): CodeDelivery {
  if (type instanceof Api.auth.CodeTypeSms) return 'sms';
  if (type instanceof Api.auth.CodeTypeCall) return 'call';
  if (type instanceof Api.auth.CodeTypeFlashCall) return 'flash_call';
  if (type instanceof Api.auth.CodeTypeMissedCall) return 'missed_call';
  if (type instanceof Api.auth.CodeTypeFragmentSms) return 'fragment';
  return 'other';
}
