import { describe, expect, it } from 'vitest';
import { catalogues } from '../../../src/web/languages.js';
import { durationIn } from '../../../src/web/site/duration.js';
import { logOutPage, overviewPage, type ShownAccount } from '../../../src/web/site/account-pages.js';
import { addressesPage, pendingPage } from '../../../src/web/site/address-pages.js';
import { choosePage, donePage, loginPage, type ShownStep } from '../../../src/web/site/login-pages.js';
import { siteProblems } from '../../../src/web/site/problems.js';
import { linkPage, problemPage, signInPage, widgetPage } from '../../../src/web/site/sign-in-pages.js';
import type { SiteFrame } from '../../../src/web/site/site-page.js';

const hostile = `</title><script>alert('1')</script><img src=x onerror="alert(2)">&amp;\``;
const frame: SiteFrame = {
  base: '/_gangway',
  origin: 'https://pages.test',
  operator: { name: hostile, hasLogo: true, termsUrl: hostile, privacyUrl: hostile, contactUrl: hostile },
  mxid: hostile,
  formToken: hostile,
  framedBy: [],
};
const problem = { problem: 'bridge_refused', message: hostile } as const;
const account: ShownAccount = {
  id: '1',
  name: hostile,
  phone: hostile,
  username: hostile,
  isBot: true,
  state: 'connected',
  atBridge: 'refused',
  reason: hostile,
  phoneLogin: 'offered',
};
const ways = { password: true, sso: true };
const steps: readonly ShownStep[] = [
  { kind: 'phone' },
  { kind: 'bot_token' },
  { kind: 'password', hint: hostile },
  { kind: 'qr', url: hostile },
  ...(
    ['app', 'sms', 'sms_word', 'sms_phrase', 'call', 'flash_call', 'missed_call', 'email', 'fragment', 'other'] as const
  ).map((way): ShownStep => ({
    kind: 'code',
    phone: hostile,
    way,
    hint: hostile,
    nextWay: way,
    resendInMs: 30_000,
  })),
];
const pages = {
  'the sign-in': signInPage(frame, { ways, serverName: hostile, user: hostile, next: hostile, problem }),
  'the sign-in after a sign-out': signInPage(frame, {
    ways: { password: false, sso: false },
    serverName: hostile,
    next: undefined,
    hasSignedOut: true,
  }),
  'the link': linkPage(frame, { token: hostile, mxid: hostile }),
  'the widget': widgetPage(frame),
  'the problem': problemPage(frame, problem),
  'the overview': overviewPage(frame, {
    accounts: [account],
    maxAccounts: 5,
    hasAddresses: true,
    done: 'phone_added',
    problem,
  }),
  'the empty overview': overviewPage(frame, { accounts: [], maxAccounts: 5, hasAddresses: false, done: 'logged_out' }),
  'the full overview': overviewPage(frame, {
    accounts: [
      { ...account, atBridge: 'pending', phoneLogin: 'added' },
      { ...account, state: 'trouble', atBridge: 'handed_over', phoneLogin: 'in_use' },
      { ...account, state: 'ended', isBot: false },
    ],
    maxAccounts: 2,
    hasAddresses: true,
    done: undefined,
  }),
  'the logout': logOutPage(frame, { id: '1', name: hostile }),
  'the addresses': addressesPage(frame, {
    addresses: [
      { medium: 'email', address: hostile, text: hostile },
      { medium: hostile, address: '447470674927', text: hostile },
    ],
    media: ['email', 'msisdn'],
    canChange: true,
    isPartial: true,
    done: 'address_added',
    problem,
    typed: { medium: 'email', address: hostile },
  }),
  'no addresses': addressesPage(frame, {
    addresses: [],
    media: [],
    canChange: false,
    isPartial: true,
    done: 'address_removed',
    problem: undefined,
    typed: undefined,
  }),
  'no addresses of an account': addressesPage(frame, {
    addresses: [],
    media: ['msisdn'],
    canChange: true,
    isPartial: false,
    done: undefined,
    problem: { problem: 'phone_number_invalid' },
    typed: { medium: 'msisdn', address: hostile },
  }),
  ...Object.fromEntries(
    (['email', 'msisdn'] as const).flatMap((medium) =>
      [true, false, undefined].map((isValidated) => [
        `the pending ${medium}, validated: ${isValidated}`,
        pendingPage(frame, { sid: hostile, medium, text: hostile, isValidated, problem }),
      ]),
    ),
  ),
  'the choice': choosePage(frame, undefined, problem),
  'the choice for an account': choosePage(frame, { id: '1', name: hostile }),
  'the end': donePage(frame, { name: hostile }),
  ...Object.fromEntries(
    steps.map((step) => [
      `the step ${step.kind}${step.kind === 'code' ? ` by ${step.way}` : ''}`,
      loginPage(frame, { id: hostile, stepNumber: 1, step, problem, typed: hostile }),
    ]),
  ),
};
const languages = Object.keys(catalogues);
const all = Object.entries(pages).flatMap(([name, page]) => languages.map((language) => ({ name, page, language })));
const scripts = /<script type="module" src="\/_gangway\/(script|widget)\.js"><\/script>/g;

describe.each(all)('$name, in $language', ({ page: { css, page }, language }) => {
  const { html: text } = page(language);

  it('contains nothing hostile', () => {
    const rest = text.replaceAll(scripts, '').replaceAll('<img src="/_gangway/logo" alt="" />', '');
    expect(rest).not.toMatch(/<script|<img|onerror="|style="|javascript:/i);
    expect(text.match(/<h1>/g)).toHaveLength(1);
    expect(text).toContain(`<html lang="${language}">`);
    expect(text).toContain(`<style>${css}</style>`);
  });

  it('labels each field, and names each form target below its base', () => {
    for (const [, id] of text.matchAll(/<input\s+id="([^"]+)"/g)) expect(text).toContain(`<label for="${id}">`);
    const forms = [...text.matchAll(/<form[^>]*>/g)].map(([tag]) => tag);
    for (const tag of forms) expect(tag).toMatch(/^<form method="post" action="\/_gangway\//);
    expect(text.match(/name="form_token"/g)?.length).toBe(forms.length);
  });

  it('shares no sentence with another language', () => {
    const sentences = (shownIn: string) =>
      new Set(
        page(shownIn)
          .html.replaceAll(/<style>[^<]*<\/style>|<[^>]*>/g, '\n')
          .split('\n')
          .map((line) => line.trim())
          // The values are the same in each language.
          .filter((line) => line !== '' && !line.includes('alert(2)') && !/^(\/?;?|· .*)$/.test(line)),
      );
    const own = sentences(language);
    for (const other of languages.filter((each) => each !== language)) {
      expect([...sentences(other)].filter((sentence) => own.has(sentence))).toEqual([]);
    }
  });
});

describe('a problem', () => {
  const shown = (problem: (typeof siteProblems)[number], language: string) =>
    /id="problem" role="alert">([^<]*)</.exec(
      problemPage(frame, { problem, retryAfterMs: 300_000, message: 'FOR_EXAMPLE', max: 3 }).page(language).html,
    )?.[1] ?? '';

  it.each(siteProblems.flatMap((each) => languages.map((language) => ({ each, language }))))(
    '$each has a sentence in $language',
    ({ each, language }) => {
      const text = shown(each, language);
      expect(text).toMatch(/^\p{Lu}.{10,}/u);
      expect(text).toMatch(/[.]$|FOR_EXAMPLE$/);
      expect(text).not.toMatch(/undefined|null|\s{2}/);
    },
  );

  it('contains the time to wait, the limit and the message', () => {
    expect(shown('flood_wait', 'en')).toBe('Telegram accepts no further attempts for now. Try again in 5 minutes.');
    expect(shown('flood_wait', 'de')).toContain('in 5 Minuten');
    expect(shown('too_many_accounts', 'en')).toContain('at most 3 Telegram accounts');
    expect(shown('telegram_error', 'en')).toContain('FOR_EXAMPLE');
  });
});

describe('a time', () => {
  it.each([
    { ms: 0, en: '1 second', de: '1 Sekunde' },
    { ms: 1_001, en: '2 seconds', de: '2 Sekunden' },
    { ms: 90_000, en: '90 seconds', de: '90 Sekunden' },
    { ms: 90_001, en: '2 minutes', de: '2 Minuten' },
    { ms: 5_400_000, en: '90 minutes', de: '90 Minuten' },
    { ms: 5_400_001, en: '2 hours', de: '2 Stunden' },
  ])('of $ms ms is $en', ({ ms, en, de }) => {
    expect({ en: durationIn('en', ms), de: durationIn('de', ms) }).toEqual({ en, de });
  });
});
