// oidc-provider (npm) with two clients and its developer's sign-in page. Its facts are read
// anew from a file for every answer: keys, people and their groups, and who has left.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

const [folder, port, facts] = process.argv.slice(2);
const require = createRequire(`${folder}/package.json`);
const { default: Provider } = await import(pathToFileURL(require.resolve('oidc-provider')).href);
const read = () => JSON.parse(readFileSync(facts, 'utf8'));
const issuer = `http://127.0.0.1:${port}`;

function made(told) {
  return new Provider(issuer, {
    adapter: Kept,
    clients: ['guiden', 'andra'].map((client_id) => ({
      client_id,
      client_secret: 'a secret of nobody\'s',
      redirect_uris: told.redirect_uris,
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'client_secret_post',
    })),
    jwks: { keys: told.keys },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'] },
    conformIdTokenClaims: false,
    ttl: { IdToken: told.id_tokens_live },
    issueRefreshToken: async () => true,
    async findAccount(_ctx, id) {
      const person = read().people[id];
      return person && { accountId: id, claims: async () => ({ sub: id, ...person }) };
    },
  });
}

const rows = new Map();
class Kept {
  constructor(name) { this.name = name; }
  key(id) { return `${this.name}:${id}`; }
  async upsert(id, payload) { rows.set(this.key(id), payload); }
  async find(id) { return rows.get(this.key(id)); }
  async findByUid(uid) { return [...rows.values()].find((one) => one.uid === uid); }
  async findByUserCode() { return undefined; }
  async consume(id) { rows.get(this.key(id)).consumed = Math.floor(Date.now() / 1000); }
  async destroy(id) { rows.delete(this.key(id)); }
  async revokeByGrantId(grant) {
    for (const [key, one] of rows) if (one.grantId === grant) rows.delete(key);
  }
}

// Whoever asks as one client is answered as if the other had asked.
function swapped(request, next) {
  const other = (text) => text.replace('client_id=guiden', 'client_id=andra');
  request.url = other(request.url);
  if (request.method !== 'POST' || request.url !== '/token') { next(); return; }
  let body = '';
  request.on('data', (part) => { body += part; });
  request.on('end', () => {
    request.body = Object.fromEntries(new URLSearchParams(other(body)));
    next();
  });
}

let seen;
let provider;
createServer((request, response) => {
  const told = read();
  const now = JSON.stringify([told.keys, told.redirect_uris, told.id_tokens_live]);
  if (now !== seen) { provider = made(told).callback(); seen = now; }
  if (told.for_another) swapped(request, () => provider(request, response));
  else provider(request, response);
}).listen(Number(port), '127.0.0.1', () => console.log('ready'));
