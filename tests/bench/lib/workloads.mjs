// workloads.mjs - what is asked, of whom. A group's targets are measured in turn, round by round;
// each round's ratio is that of the first target to the other.
import { PEERS, TOKENS, ports } from './site.mjs';

const SITE = { plain: `http://127.0.0.1:${ports.plain}`, tls: `https://127.0.0.1:${ports.https}` };
const CURSORS = { low: 21, high: TOKENS };
const IDS = { low: 1, high: TOKENS };

// Whoever sends a cookie is not served from the micro-cache, and waits for nobody who asks the same.
const COOKIE = 'bench=1';

// One of the four pages that the peers have too.
function versus(id, title, range, paths, sql) {
  return {
    id, title,
    targets: (tls) => [
      { title: 'SiTa Minter', base: tls ? SITE.tls : SITE.plain, path: `/bench${paths}`, cookie: COOKIE, ...range },
      ...PEERS.map((peer, i) => ({
        title: `${peer.title} ×2`, served: peer.id, path: paths, cookie: COOKIE, ...range,
        base: tls ? `https://127.0.0.1:${ports.peer(i).https}` : `http://127.0.0.1:${ports.peer(i).plain}`,
      })),
      { title: 'pgbench, same SQL', sql },
    ],
  };
}

const page = (title, path, range = {}, cookie = COOKIE) => (base) => ({ title, base, path, cookie, ...range });
const own = (id, title, ratios, ...pages) => ({ id, title, ratios, targets: (tls) => pages.map((p) => p(tls ? SITE.tls : SITE.plain)) });

// Same rows and members as the peers: correctness is checked before anything is measured.
export const VERSUS = [
  versus('W1', 'list of 20 as JSON, random cursor', CURSORS, '/api/tokens?limit=20&before=%d', 'list'),
  versus('W2', 'token with its 10 newest transactions as JSON, random id', IDS, '/api/tokens/%d', 'detail'),
  versus('W3', 'list of 20 as HTML, random cursor', CURSORS, '/tokens?before=%d', 'list'),
  versus('W4', 'token with its 10 newest transactions as HTML, random id', IDS, '/tokens/%d', 'detail'),
];

export const CACHED = own('M', 'first page of tokens for anonymous readers, micro-cached', true,
  page('/tokens, micro-cached', '/tokens', {}, ''),
  (base) => ({ title: 'static file of the same size', served: 'nginx', base, path: '/static/bench-page.html' }));

// First page and deepest page; the same rows whoever asks, so identical addresses.
export const DEPTH = [
  own('D1', 'list as the peers have it, first and deepest page', true,
    page('newest ids', '/bench/api/tokens?limit=20&before=%d', { low: TOKENS - 999, high: TOKENS }),
    page('oldest ids', '/bench/api/tokens?limit=20&before=%d', { low: 21, high: 1020 })),
  own('D2', 'tokens, first and last page', true,
    page('/api/tokens', '/api/tokens'), page('/api/tokens?before=0', '/api/tokens?before=0')),
  own('D3', 'activity, first and last page', true,
    page('/api/transactions', '/api/transactions'), page('/api/transactions?before=0', '/api/transactions?before=0')),
];

export const PRODUCT = own('P', "the product's own pages, past the micro-cache unless marked", false,
  page('/', '/'), page('/tokens', '/tokens'), page('/tokens/{id}', '/tokens/%d', IDS),
  page('/tokens/{id} *', '/tokens/%d', IDS, ''), page('/activity', '/activity'),
  page('/activity/{id}', '/activity/%d', IDS), page('/api/tokens', '/api/tokens'), page('/api/tokens/{id}', '/api/tokens/%d', IDS));
