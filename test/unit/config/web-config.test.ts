import { describe, expect, it } from 'vitest';
import { inspect, load, written } from './written-config.js';

const on = { enabled: true, public_url: 'https://pages.matrix.test/' };

describe('the web page', () => {
  it('is enabled by its address alone', () => {
    const { config, warnings } = load(written({ web: on }));
    expect(warnings).toEqual([]);
    expect(config.web).toEqual({
      enabled: true,
      publicUrl: 'https://pages.matrix.test',
      path: '/_gangway',
      sessionMs: 3_600_000,
      linkMs: 900_000,
      signIn: { password: true, sso: true, homeserverUrl: undefined, links: true, widgetClients: [] },
      operator: {
        name: undefined,
        logoFile: undefined,
        termsUrl: undefined,
        privacyUrl: undefined,
        contactUrl: undefined,
      },
    });
  });

  it('has its logo relative to the configuration file, and the origins of widget clients', () => {
    const web = {
      ...on,
      path: '/telegram/',
      operator: { logo_file: 'logo.svg', contact_url: 'mailto:help@matrix.test' },
      sign_in: {
        widget_clients: ['https://App.matrix.test/chat/', 'http://localhost:8080', 'vector://vector/webapp/'],
      },
    };
    expect(load(written({ web })).config.web).toMatchObject({
      path: '/telegram',
      operator: { logoFile: '/etc/gangway/logo.svg', contactUrl: 'mailto:help@matrix.test' },
      signIn: { widgetClients: ['https://app.matrix.test', 'http://localhost:8080', 'vector://vector'] },
    });
  });

  it.each([
    {
      what: 'a missing URL',
      path: 'web.public_url',
      web: { enabled: true },
      text: /This key is missing\. The page requires/,
    },
    {
      what: 'a URL without TLS',
      path: 'web.public_url',
      web: { ...on, public_url: 'http://pages.matrix.test' },
      text: /must begin with https/,
    },
    {
      what: 'a path of other APIs',
      path: 'web.path',
      web: { ...on, path: '/_matrix/pages' },
      text: /used by other APIs/,
    },
    { what: 'a path without a slash', path: 'web.path', web: { ...on, path: 'pages' }, text: /is not a path/ },
    { what: 'the root as path', path: 'web.path', web: { ...on, path: '/' }, text: /is not a path/ },
    { what: 'a path with dots', path: 'web.path', web: { ...on, path: '/a/../b' }, text: /is not a path/ },
    {
      what: 'a script as terms',
      path: 'web.operator.terms_url',
      web: { ...on, operator: { terms_url: 'javascript:alert(1)' } },
      text: /is not an/,
    },
    {
      what: 'a script as contact',
      path: 'web.operator.contact_url',
      web: { ...on, operator: { contact_url: 'javascript:alert(1)' } },
      text: /is not an/,
    },
    {
      what: 'all origins as widget clients',
      path: 'web.sign_in.widget_clients[0]',
      web: { ...on, sign_in: { widget_clients: ['*'] } },
      text: /is not the/,
    },
    {
      what: 'a widget client with a directive of the policy',
      path: 'web.sign_in.widget_clients[0]',
      web: { ...on, sign_in: { widget_clients: ["https://app.test; script-src 'unsafe-inline'"] } },
      text: /is not the/,
    },
    ...['javascript://x', 'data://x', 'file://x', 'vector:', 'vector://', 'vector://*', 'vector://a b', "v://a'"].map(
      (client) => ({
        what: `the widget client ${client}`,
        path: 'web.sign_in.widget_clients[0]',
        web: { ...on, sign_in: { widget_clients: [client] } },
        text: /is not (an|the) /,
      }),
    ),
  ])('rejects $what', ({ path, web, text }) => {
    const { problems } = inspect(written({ web }));
    expect(problems.map((problem) => problem.path)).toEqual([path]);
    expect(problems[0]?.message).toMatch(text);
  });

  const homeserver = { address: 'https://hs.matrix.test' };
  const noLinks = { links: false };

  it.each([
    { title: 'it is not enabled', path: 'web.public_url', changes: { web: { public_url: on.public_url } } },
    { title: 'its URL is local', path: 'web.public_url', changes: { web: { ...on, public_url: 'http://localhost' } } },
    {
      title: 'its path is above that of the provisioning API',
      path: 'web.path',
      changes: { web: { ...on, path: '/a' }, provisioning: { prefix: '/a/b' } },
    },
    {
      title: 'its path is below that of the provisioning API',
      path: 'web.path',
      changes: { web: { ...on, path: '/a/b' }, provisioning: { prefix: '/a' } },
    },
    {
      title: 'its path is that of the provisioning API',
      path: 'web.path',
      changes: { web: { ...on, path: '/a' }, provisioning: { prefix: '/a' } },
    },
    {
      title: 'its path is below that of the sessions API',
      path: 'web.path',
      changes: { web: { ...on, path: '/_gangway/v1/sessions' } },
    },
    {
      title: 'no user can sign in without accounts',
      path: 'web.sign_in',
      changes: { accounts: { mode: 'off' }, web: { ...on, sign_in: noLinks } },
    },
    {
      title: 'all ways to sign in are disabled',
      path: 'web.sign_in',
      changes: { web: { ...on, sign_in: { ...noLinks, password: false } } },
    },
  ])('warns if $title', ({ path, changes }) => {
    const { problems, warnings } = inspect(written(changes));
    expect({ problems, warnings: warnings.map((warning) => warning.path) }).toEqual({ problems: [], warnings: [path] });
  });

  it.each([
    { title: 'only links are enabled', changes: { accounts: { mode: 'off' }, web: on } },
    { title: 'only SSO is enabled', changes: { homeserver, web: { ...on, sign_in: { ...noLinks, password: false } } } },
    {
      title: 'only the widget is enabled',
      changes: { web: { ...on, sign_in: { ...noLinks, password: false, widget_clients: ['https://app.test'] } } },
    },
    {
      title: 'its path begins like that of the provisioning API',
      changes: { web: { ...on, path: '/ab' }, provisioning: { prefix: '/a' } },
    },
  ])('does not warn if $title', ({ changes }) => {
    expect(inspect(written(changes))).toMatchObject({ problems: [], warnings: [] });
  });
});
