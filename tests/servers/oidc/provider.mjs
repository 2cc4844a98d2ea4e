// A real OAuth 2 and OpenID provider (npm oidc-provider) for tests, with pages of its own and faults to order.
// node provider.mjs '{"users": {"a@example.org": "password"}, "tls": {"key": PATH, "cert": PATH}, ...}'
// Prints one line of JSON when it listens. Everything is kept in memory.
import fs from 'node:fs';
import https from 'node:https';
import Provider from 'oidc-provider';

const config = JSON.parse(process.argv[2]);
const issuer = `https://localhost:${config.port}`;
const users = new Map(Object.entries(config.users));
const fault = { path: '', status: 0, body: 'fault', headers: {}, delay: 0, hang: false };
const asked = [];
const issued = []; // [kind, value, account] of all that nobody else may keep
const grants = new Map();

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'desktop',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      redirect_uris: ['http://127.0.0.1', 'http://localhost'], // any port: RFC 8252 section 7.3
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
      response_types: ['code'],
    },
    ...['client_secret_post', 'client_secret_basic'].map((way) => ({
      client_id: way,
      client_secret: 'secret of the app/+&',
      application_type: 'native',
      token_endpoint_auth_method: way,
      redirect_uris: ['http://127.0.0.1'],
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
      response_types: ['code'],
    })),
    { client_id: 'dovecot', client_secret: 'dovesecret', redirect_uris: [], response_types: [], grant_types: [] },
  ],
  scopes: ['openid', 'offline_access', 'email', 'mail'],
  claims: { openid: ['sub'], email: ['email'] },
  findAccount: (_context, id) =>
    users.has(id) ? { accountId: id, claims: () => ({ sub: id, email: config.emails?.[id] ?? id }) } : undefined,
  conformIdTokenClaims: !config.email_in_id_token,
  ttl: {
    AccessToken: () => config.access_seconds ?? 3600,
    AuthorizationCode: 60,
    DeviceCode: config.device_seconds ?? 300,
    Grant: 86400,
    IdToken: 3600,
    Interaction: 600,
    RefreshToken: 86400,
    Session: 86400,
  },
  pkce: { required: () => true },
  rotateRefreshToken: config.rotates ?? true, // a rotated token that comes again ends the whole grant
  issueRefreshToken: (_context, client, code) =>
    client.grantTypeAllowed('refresh_token') && code.scopes.has('offline_access'),
  features: {
    devInteractions: { enabled: false },
    deviceFlow: {
      enabled: true,
      userCodeInputSource: (context, form) => { context.body = page('Type the code', form); },
      userCodeConfirmSource: (context, form) => {
        context.body = page('Is it this code?', form + '<button form="op.deviceConfirmForm">Yes</button>');
      },
      successSource: (context) => { context.body = page('Done', ''); },
    },
    introspection: { enabled: true, allowedPolicy: (_context, client) => client.clientId === 'dovecot' },
    resourceIndicators: { enabled: false },
    revocation: { enabled: true },
    userinfo: { enabled: true },
  },
  interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
  cookies: { keys: ['of the tests'] },
  renderError: (context, out) => {
    context.type = 'html';
    context.body = page('Error', `<pre>${JSON.stringify(out)}</pre>`);
  },
});
provider.on('grant.saved', (grant) => grants.set(grant.jti, grant.accountId));
provider.use(async (context, next) => {
  await next();
  const { params = {}, entities = {} } = context.oidc ?? {};
  const account = entities.Account?.accountId ?? '';
  const note = (kind, value) => value && issued.push([kind, value, account]);
  for (const kind of ['state', 'nonce', 'code', 'code_verifier', 'refresh_token']) note(kind, params[kind]);
  for (const kind of ['access_token', 'refresh_token', 'id_token', 'device_code']) note(kind, context.body?.[kind]);
  const back = URL.canParse(context.response.get('location')) ? new URL(context.response.get('location')) : undefined;
  note('code', back?.searchParams.get('code'));
});

const page = (title, body) => `<!doctype html><title>${title}</title><h1>${title}</h1>${body}`;

const read = async (request) => {
  let text = '';
  for await (const part of request) text += part;
  return text;
};

async function interact(request, response, uid, act) {
  const details = await provider.interactionDetails(request, response);
  const finish = (result, merge) =>
    provider.interactionFinished(request, response, result, { mergeWithLastSubmission: merge });
  if (act === 'abort') return finish({ error: 'access_denied', error_description: 'The person said no' }, false);
  if (act === 'login') {
    const form = new URLSearchParams(await read(request));
    if (users.get(form.get('login')) !== form.get('password')) {
      response.statusCode = 401;
      return response.end(page('Sign in', '<p>Wrong password</p>'));
    }
    return finish({ login: { accountId: form.get('login') } }, false);
  }
  if (act === 'confirm') {
    const wanted = { accountId: details.session.accountId, clientId: details.params.client_id };
    const grant = details.grantId ? await provider.Grant.find(details.grantId) : new provider.Grant(wanted);
    const missing = details.prompt.details;
    if (missing.missingOIDCScope) grant.addOIDCScope(missing.missingOIDCScope.join(' '));
    if (missing.missingOIDCClaims) grant.addOIDCClaims(missing.missingOIDCClaims);
    return finish({ consent: { grantId: await grant.save() } }, true);
  }
  const [title, inputs, button, next] =
    details.prompt.name === 'login'
      ? ['Sign in', `<input name=login value="${details.params.login_hint ?? ''}"><input name=password>`, 'Sign in', 'login']
      : ['Allow access', '', 'Allow', 'confirm'];
  const action = `/interaction/${uid}`;
  const form = `<form method=post action="${action}/${next}">${inputs}<button>${button}</button></form>`;
  return response.end(page(title, `${form}<a href="${action}/abort">Cancel</a>`));
}

async function order(request, response, what) {
  const wish = JSON.parse((await read(request)) || '{}');
  if (what === 'fault') {
    Object.assign(fault, { path: '', status: 0, body: 'fault', headers: {}, delay: 0, hang: false }, wish);
  }
  if (what === 'revoke') {
    for (const [id, account] of grants) if (account === wish.user) await (await provider.Grant.find(id))?.destroy();
  }
  if (what === 'life') config.access_seconds = wish.seconds;
  if (what === 'user') wish.password === null ? users.delete(wish.user) : users.set(wish.user, wish.password);
  response.end(JSON.stringify({ asked: asked.splice(0), issued: what === 'issued' ? issued : [] }));
}

const callback = provider.callback();
async function answer(request, response) {
  const url = new URL(request.url, issuer);
  if (url.pathname.startsWith('/order/')) return order(request, response, url.pathname.split('/')[2]);
  asked.push(`${request.method} ${request.url}`);
  if (fault.path && url.pathname === fault.path) {
    if (fault.hang) return undefined;
    if (fault.delay) await new Promise((done) => setTimeout(done, fault.delay));
    if (fault.status) {
      await read(request); // a close with unread data would reset the connection
      response.writeHead(fault.status, fault.headers);
      return response.end(fault.body);
    }
  }
  const found = url.pathname.match(/^\/interaction\/([^/]+)(?:\/(login|confirm|abort))?$/);
  if (!found) return callback(request, response);
  response.setHeader('content-type', 'text/html');
  return interact(request, response, found[1], found[2]);
}

const tls = { key: fs.readFileSync(config.tls.key), cert: fs.readFileSync(config.tls.cert) };
const server = https.createServer(tls, (request, response) =>
  answer(request, response).catch((error) => {
    console.error(error);
    response.statusCode = 500;
    response.end(String(error));
  }),
);
server.listen(config.port, '127.0.0.1', () => console.log(JSON.stringify({ issuer })));
process.on('SIGTERM', () => {
  server.closeAllConnections();
  server.close(() => process.exit(0));
});
