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
    if (Number.isFinite(when)) room.textContent = ago((when - Date.now()) / 1000);
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

// -- how many rows are new in the lists that are shown, newest first, from their first rows on --------
// Everybody asks the same small address; only when that has a newer id is a list itself asked. A list
// that was empty has nothing but new rows.
const EVERY = 20000, MOST = 100;
const lists = [...document.querySelectorAll('[data-newest]')].map((at) => {
  const first = Number(at.querySelector('tbody a, a.card')?.pathname.split('/').pop() ?? 0);
  const from = new URL(at.dataset.from, location);
  if (first) from.searchParams.set('before', first);
  from.searchParams.set('limit', MOST);
  return { of: at.dataset.newest, from, seen: first, again: false, more: 0 };
});

async function json(address) {
  const answer = await fetch(address, { credentials: 'same-origin' });
  if (!answer.ok) throw new Error(answer.status);
  return (await answer.json()).data;
}

async function look() {
  const newest = await json('/api/newest');
  for (const list of lists) {
    const id = newest[list.of] ?? 0;
    const later = id > list.seen;
    if (later || list.again) list.more = (await json(list.from)).length;
    list.again = later; // the answer may be a moment older than the id
    list.seen = Math.max(id, list.seen);
  }
  const more = lists.reduce((sum, list) => sum + list.more, 0);
  if (!more) return;
  const news = document.getElementById('news');
  news.firstElementChild.textContent = news.dataset.text.replace('%', more < MOST ? more : `${MOST}+`);
  news.firstElementChild.href = location.href;
  news.hidden = false;
}

async function watch() {
  if (!document.hidden) await look().catch(() => {}); // away or busy: ask again later
  setTimeout(watch, EVERY);
}

if (lists.length) setTimeout(watch, EVERY);
