// What a reader with JavaScript has in addition: copying, relative times, word of new rows. Every page
// says the same without it, and nothing here moves what is shown: there is room for all of it.
const say = document.getElementById('say');
const lang = document.documentElement.lang;

// -- times: how long ago, beside the time in UTC ----------------------------------------------------
const steps = [['year', 31557600], ['month', 2629800], ['week', 604800], ['day', 86400], ['hour', 3600], ['minute', 60]];
const relative = new Intl.RelativeTimeFormat(lang, { numeric: 'auto' });

function ago(seconds) {
  const [unit, size] = steps.find(([, n]) => Math.abs(seconds) >= n) ?? ['second', 1];
  return relative.format(Math.trunc(seconds / size), unit);
}

function showTimes() {
  for (const room of document.querySelectorAll('.ago')) {
    const when = Date.parse(room.previousElementSibling?.dateTime);
    if (when) room.textContent = ago((when - Date.now()) / 1000);
  }
}

showTimes();
setInterval(showTimes, 60000);

// -- copying what stands before a button --------------------------------------------------------------
addEventListener('click', async ({ target }) => {
  const button = target.closest?.('button.copy');
  if (!button || button.dataset.was) return;
  const from = button.previousElementSibling;
  try {
    await navigator.clipboard.writeText(from.value ?? from.textContent);
  } catch { // not allowed here: it is marked, for the reader to copy
    getSelection().selectAllChildren(from);
    return;
  }
  button.dataset.was = button.textContent;
  button.textContent = say.textContent = say.dataset.copied;
  setTimeout(() => {
    button.textContent = button.dataset.was;
    delete button.dataset.was;
    say.textContent = '';
  }, 2000);
});

// -- how many rows are new in the list that is shown, newest first, from its first row on -------------
// Everybody asks the same small address; only when that has a newer id is this list itself asked.
const list = document.querySelector('[data-newest]');
const twin = document.querySelector('link[type="application/json"]')?.href;
const first = Number(list?.querySelector('tbody a')?.pathname.split('/').pop());
const EVERY = 20000, MOST = 100;

async function json(address) {
  const answer = await fetch(address, { credentials: 'same-origin' });
  if (!answer.ok) throw new Error(answer.status);
  return (await answer.json()).data;
}

async function look(seen) {
  const newest = (await json('/api/newest'))[list.dataset.newest] ?? 0;
  if (newest <= seen) return seen;
  const address = new URL(twin);
  address.searchParams.set('before', first);
  address.searchParams.set('limit', MOST);
  const { length } = await json(address);
  if (length) {
    const news = document.getElementById('news');
    news.firstElementChild.textContent = news.dataset.text.replace('%', length < MOST ? length : `${MOST}+`);
    news.firstElementChild.href = location.href;
    news.hidden = false;
  }
  return newest;
}

async function watch(seen) {
  if (!document.hidden) seen = await look(seen).catch(() => seen); // away or busy: ask again later
  setTimeout(watch, EVERY, seen);
}

if (list && twin && first && !/[?&](page|until|after|before|sort)=/.test(location.search)) setTimeout(watch, EVERY, first);
