// csv.mjs - CSV as a program of somebody else reads it.
import assert from 'node:assert/strict';

// RFC 4180, read as its grammar says.
export function parseCsv(text) {
  const rows = [];
  for (let at = 0; at < text.length;) {
    const row = [];
    for (;;) {
      let cell = '';
      if (text[at] === '"') {
        for (at++; ; at++) {
          assert.ok(at < text.length, 'a quote is closed');
          if (text[at] === '"' && text[at + 1] !== '"') break;
          if (text[at] === '"') at++;
          cell += text[at];
        }
        at++;
      } else {
        const [found] = /^[^",\r\n]*/.exec(text.slice(at, at + 20000));
        cell = found;
        at += found.length;
      }
      row.push(cell);
      if (text[at] !== ',') break;
      at++;
    }
    assert.equal(text.slice(at, at + 2), '\r\n', `a line ends in CR LF: ${JSON.stringify(text.slice(at - 20, at + 20))}`);
    at += 2;
    rows.push(row);
  }
  return rows;
}
