import type { Clock } from '../../base/clock.js';
import type { RpcService } from '../rpc/method.js';
import { RpcRefusal } from '../rpc/refusal.js';
import { intOf, textOf } from '../tl/fields.js';
import type { TlObject } from '../tl/value.js';

const lifetimeSeconds = 3600;

/**
 * help.*, langpack.* and upload.*: what clients ask about the service as a whole. It has no texts,
 * news or files.
 */
export function createServiceInfoService({ clock }: { readonly clock: Clock }): RpcService {
  const expires = () => Math.floor(clock.now() / 1000) + lifetimeSeconds;
  return {
    'help.getAppConfig': {
      access: 'anyone',
      run: () => ({ _: 'help.appConfig', hash: 0, config: { _: 'jsonObject', value: [] } }),
    },
    'help.getCdnConfig': { access: 'anyone', run: () => ({ _: 'cdnConfig', public_keys: [] }) },
    'help.getCountriesList': { access: 'anyone', run: () => ({ _: 'help.countriesList', countries: [], hash: 0 }) },
    'help.getTimezonesList': { access: 'anyone', run: () => ({ _: 'help.timezonesList', timezones: [], hash: 0 }) },
    'help.getPeerColors': { access: 'anyone', run: () => noColors },
    'help.getPeerProfileColors': { access: 'anyone', run: () => noColors },
    'help.getInviteText': { access: 'anyone', run: () => ({ _: 'help.inviteText', message: 'sandbox.invalid' }) },
    'help.getPromoData': { access: 'account', run: () => ({ _: 'help.promoDataEmpty', expires: expires() }) },
    'help.getTermsOfServiceUpdate': {
      access: 'account',
      run: () => ({ _: 'help.termsOfServiceUpdateEmpty', expires: expires() }),
    },
    'help.dismissSuggestion': { access: 'account', run: () => true },
    'langpack.getLangPack': { access: 'anyone', run: (_context, request) => noTexts(textOf(request, 'lang_code'), 0) },
    'langpack.getDifference': {
      access: 'anyone',
      run: (_context, request) => noTexts(textOf(request, 'lang_code'), intOf(request, 'from_version')),
    },
    'langpack.getStrings': { access: 'anyone', run: () => [] },
    'langpack.getLanguages': { access: 'anyone', run: () => [] },
    'messages.getEmojiKeywords': { access: 'account', run: (_context, request) => noKeywords(request, 0) },
    'messages.getEmojiKeywordsDifference': {
      access: 'account',
      run: (_context, request) => noKeywords(request, intOf(request, 'from_version')),
    },
    'upload.getFile': {
      access: 'account',
      run() {
        throw new RpcRefusal(400, 'LOCATION_INVALID');
      },
    },
  };
}

const noColors: TlObject = { _: 'help.peerColors', hash: 0, colors: [] };

function noTexts(language: string, version: number): TlObject {
  return { _: 'langPackDifference', lang_code: language, from_version: version, version, strings: [] };
}

function noKeywords(request: TlObject, version: number): TlObject {
  const language = textOf(request, 'lang_code');
  return { _: 'emojiKeywordsDifference', lang_code: language, from_version: version, version, keywords: [] };
}
