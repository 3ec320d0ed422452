/** The built-in templates, by file name, in the language of eta (https://eta.js.org). */
export const builtInTemplates = {
  'validation.subject.eta': `Confirm your e-mail address`,

  'validation.txt.eta': `Hello,

someone asked <%= it.service %> to confirm that this e-mail address is theirs. If that was you, open this page and confirm it there:

<%= it.link %>

The page is good for <%= it.expiresIn %>. If an app asks you for a token instead, it is this one:

<%= it.token %>

If it was not you, ignore this message: without the page or the token, no one can confirm your address.
`,

  'validation.html.eta': `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Confirm your e-mail address</title>
  </head>
  <body style="font-family: sans-serif; line-height: 1.5; max-width: 36em; margin: 2em auto; padding: 0 1em; color: #222">
    <p>Hello,</p>
    <p>someone asked <strong><%= it.service %></strong> to confirm that this e-mail address is theirs. If that was you, open this page and confirm it there:</p>
    <p><a href="<%= it.link %>" style="display: inline-block; padding: 0.6em 1.2em; background: #1f6feb; color: #fff; text-decoration: none; border-radius: 4px">Confirm the address</a></p>
    <p>The page is good for <%= it.expiresIn %>. If an app asks you for a token instead, it is this one:</p>
    <p><code><%= it.token %></code></p>
    <p>If it was not you, ignore this message: without the page or the token, no one can confirm your address.</p>
  </body>
</html>
`,

  'password.subject.eta': `Set a new password`,

  'password.txt.eta': `Hello,

someone asked <%= it.service %> for a new password for the account of this e-mail address. If that was you, open this page, allow it there, and go back to your app:

<%= it.link %>

The page is valid for <%= it.expiresIn %>. If an app asks you for a token instead, it is this one:

<%= it.token %>

If it was not you, ignore this message. Do not give the page or the token to anyone: with them, another person could set the password of your account.
`,

  'password.html.eta': `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Set a new password</title>
  </head>
  <body style="font-family: sans-serif; line-height: 1.5; max-width: 36em; margin: 2em auto; padding: 0 1em; color: #222">
    <p>Hello,</p>
    <p>someone asked <strong><%= it.service %></strong> for a new password for the account of this e-mail address. If that was you, open this page, allow it there, and go back to your app:</p>
    <p><a href="<%= it.link %>" style="display: inline-block; padding: 0.6em 1.2em; background: #1f6feb; color: #fff; text-decoration: none; border-radius: 4px">Set a new password</a></p>
    <p>The page is valid for <%= it.expiresIn %>. If an app asks you for a token instead, it is this one:</p>
    <p><code><%= it.token %></code></p>
    <p>If it was not you, ignore this message. Do not give the page or the token to anyone: with them, another person could set the password of your account.</p>
  </body>
</html>
`,

  'invite.subject.eta': `<%= it.senderDisplayName ?? it.sender %> invites you to <%= it.roomName ?? 'a room on Matrix' %>`,

  'invite.txt.eta': `Hello,

<%= it.senderDisplayName === undefined ? it.sender : it.senderDisplayName + ' (' + it.sender + ')' %> invites you to <%= it.roomName === undefined ? 'a room' : 'the room "' + it.roomName + '"' %> on Matrix, a network for chats and calls.

To have a look and join, open this page:

<%= it.link %>

The page is for you alone: anyone with its address can accept the invitation in your place. If you do not know <%= it.sender %>, ignore this message.

Sent by <%= it.service %> on behalf of <%= it.sender %>.
`,

  'invite.html.eta': `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>An invitation</title>
  </head>
  <body style="font-family: sans-serif; line-height: 1.5; max-width: 36em; margin: 2em auto; padding: 0 1em; color: #222">
    <p>Hello,</p>
    <p><% if (it.senderDisplayName !== undefined) { %><strong><%= it.senderDisplayName %></strong> (<%= it.sender %>)<% } else { %><strong><%= it.sender %></strong><% } %> invites you to <% if (it.roomName !== undefined) { %>the room <strong><%= it.roomName %></strong><% } else { %>a room<% } %> on Matrix, a network for chats and calls.</p>
    <p><a href="<%= it.link %>" style="display: inline-block; padding: 0.6em 1.2em; background: #1f6feb; color: #fff; text-decoration: none; border-radius: 4px">Have a look and join</a></p>
    <p>The page is for you alone: anyone with its address can accept the invitation in your place. If you do not know <%= it.sender %>, ignore this message.</p>
    <p style="color: #666">Sent by <%= it.service %> on behalf of <%= it.sender %>.</p>
  </body>
</html>
`,

  'in-use.subject.eta': 'Someone tried to add your e-mail address',

  'in-use.txt.eta': `Hello,

someone asked <%= it.service %> to add this e-mail address to an account, but it belongs to an account already. Nothing was changed.

If that was you, your address is there: log in with it, or take it from the other account first. If it was not you, there is nothing to do.
`,

  'in-use.html.eta': `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Someone tried to add your e-mail address</title>
  </head>
  <body style="font-family: sans-serif; line-height: 1.5; max-width: 36em; margin: 2em auto; padding: 0 1em; color: #222">
    <p>Hello,</p>
    <p>someone asked <strong><%= it.service %></strong> to add this e-mail address to an account, but it belongs to an account already. Nothing was changed.</p>
    <p>If that was you, your address is there: log in with it, or take it from the other account first. If it was not you, there is nothing to do.</p>
  </body>
</html>
`,

  'code.txt.eta': `<%= it.code %> is your code for <%= it.service %>. It is good for <%= it.expiresIn %>.`,
} as const;

/** The file name of a template. */
export type TemplateName = keyof typeof builtInTemplates;
