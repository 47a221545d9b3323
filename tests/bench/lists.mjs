// lists.mjs [URL [REQUESTS]] - how long the lists that are costly to find take, one request at a time, on the
// site that `./run bench up` has brought up: page numbers that hold still (until), what names begin with
// (q), and what happened to such tokens. Prints a table: least, median and 95 % in ms, to the last byte.
import http from 'node:http';

const [site = 'http://127.0.0.1:18404', requests = '101'] = process.argv.slice(2);
const LISTS = [
  '/api/tokens', '/api/tokens?page=500&until=99000', '/api/tokens?page=500&until=50000',
  '/api/tokens?sort=name', '/api/tokens?sort=name&page=500&until=99000', '/api/tokens?sort=name&page=500&until=50000', '/api/tokens?sort=symbol&page=500&until=50000',
  '/api/tokens?sort=name&page=2&until=10',
  '/api/tokens?q=token', '/api/tokens?q=token&page=500', '/api/tokens?q=token%20f', '/api/tokens?q=token%20ff0', '/api/tokens?q=nothing', '/api/tokens?q=token&sort=name',
  '/api/transactions', '/api/transactions?page=500&until=900000',
  '/api/transactions?q=token', '/api/transactions?q=token&sort=oldest', '/api/transactions?q=token%20f', '/api/transactions?q=token%20ff0',
  '/api/transactions?q=token%20ff0&page=5', '/api/transactions?q=nothing', '/activity?q=token%20ff0',
].map((list) => `${list}${list.includes('?') ? '&' : '?'}limit=20`);
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

// The cookie leads past nginx's micro-cache.
const ask = (path) => new Promise((resolve, reject) => {
  const began = performance.now();
  http.get(site + path, { agent, headers: { Cookie: 'a=1' } }, (answer) => {
    answer.resume();
    answer.on('error', reject).on('end', () => {
      if (answer.statusCode === 200) resolve(performance.now() - began);
      else reject(new Error(`${path}: ${answer.statusCode}`));
    });
  }).on('error', reject);
});

console.log('| list | least | median | 95 % |\n| --- | --- | --- | --- |');
for (const list of LISTS) {
  const took = [];
  for (let i = 0; i < Number(requests); i++) took.push(await ask(list));
  took.sort((a, b) => a - b);
  const at = (part) => took[Math.floor(part * (took.length - 1))].toFixed(1);
  console.log(`| \`${list.replace(/[?&]limit=20$/, '')}\` | ${at(0)} | ${at(0.5)} | ${at(0.95)} |`);
}
agent.destroy();
