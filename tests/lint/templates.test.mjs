// What the CSP and the translators need of every template: nothing inline, no word untranslated.
import assert from 'node:assert/strict';
import test from 'node:test';
import { files, lineOf, read, report } from './source.mjs';

const inline = [
  [/<style\b/gi, 'a style element: the CSP refuses it'],
  [/<[a-z][^<>]*\sstyle\s*=/gi, 'a style attribute: the CSP refuses it'],
  [/<[a-z][^<>]*\son[a-z]+\s*=/gi, 'an event attribute: the CSP refuses it'],
  [/<script\b(?![^<>]*\ssrc\s*=)[^<>]*>/gi, 'an inline script: the CSP refuses it'],
  [/<base\b/gi, 'a base element: the CSP refuses it'],
  [/http:/gi, 'an address without TLS'],
  [/javascript:/gi, 'an address that runs script'],
  [/\b(?:src|href|action)\s*=\s*(?!["'])/gi, 'an address without quotes'],
];

const spaces = (s) => s.replace(/[^\n]/g, ' ');
const marker = '\u0001';

// Same lines; comments gone, translated passages and other tags replaced by one marker each, so that
// a ">" in a tag does not end an element.
const withoutTags = (text) =>
  text
    .replace(/\{\{!.*?\}\}/gs, spaces)
    .replace(/\{\{#_\}\}.*?\{\{\/_\}\}/gs, (s) => marker + spaces(s).slice(1))
    .replace(/\{\{.*?\}\}/gs, (s) => marker + spaces(s).slice(1));

const brand = /SiTa Minter/g;
const spoken = /\s(?:alt|title|aria-label|aria-description|placeholder)\s*=\s*"([^"]*)"/gi;
const hasWords = (s) => /\p{L}/u.test(s.replace(brand, '').replace(/&[a-z]+;/gi, ''));

function checkInline(path, text) {
  const source = withoutTags(text);
  return inline.flatMap(([pattern, what]) =>
    [...source.matchAll(pattern)].map((m) => `${path}:${lineOf(source, m.index)}: ${what}`),
  );
}

function checkWords(path, text) {
  const source = withoutTags(text);
  const findings = [];
  const say = (at, words) =>
    findings.push(`${path}:${lineOf(source, at)}: not translated: ${words.trim().slice(0, 60)}`);
  for (const m of source.matchAll(/<[^>]*>|[^<]+/g)) {
    if (m[0][0] === '<')
      for (const a of m[0].matchAll(spoken)) hasWords(a[1]) && say(m.index + a.index, a[1]);
    else if (hasWords(m[0])) say(m.index + m[0].search(/\S/), m[0]);
  }
  return findings;
}

test('nothing inline, no address without TLS', () => {
  const paths = files(/^(templates\/.*\.html|nginx\/errors\/.*\.html\.in)$/);
  assert.ok(paths.length > 10);
  assert.equal(report(paths.flatMap((path) => checkInline(path, read(path)))), '');
});

test('every visible word can be translated', () => {
  // bench/ repeats the pages of the programs that this one is measured against, word for word.
  const paths = files(/^templates\/(?!bench\/).*\.html$/);
  assert.ok(paths.length > 8);
  assert.equal(report(paths.flatMap((path) => checkWords(path, read(path)))), '');
});

test('each of these is refused', () => {
  for (const [text, what] of [
    ['<p style="x">', /style attribute/], ['<p\n class="a"\n STYLE = x>', /style attribute/],
    ['<style>', /style element/], ['<script>x</script>', /inline script/],
    ['<script type="module">', /inline script/], ['<a href="x" onclick="y">', /event attribute/],
    ['<a {{#x}}onclick="y"{{/x}}>', /event attribute/], ['<a href="http://x">', /without TLS/],
    ['<a href="javascript:x">', /runs script/], ['<a href={{url}}>', /without quotes/],
    ['<base href="/">', /base element/],
  ])
    assert.match(report(checkInline('x.html', text)), what, text);
  for (const text of [
    '<p>Words</p>', '{{#x}}Words{{/x}}', '<p>{{#_}}Yes{{/_}} no</p>', '<img alt="Words">',
    '<th title="{{x}} of">', '<p>字</p>', '<input placeholder="Name">', 'Words',
    '<a href="{{>x}}">Words</a>',
  ])
    assert.match(report(checkWords('x.html', text)), /^x\.html:1: not translated/, text);
  assert.match(report(checkWords('x.html', '<p>\n{{x}}\nWords\n</p>')), /^x\.html:[123]: /);
});

test('each of these is accepted', () => {
  const good = `<!doctype html>{{! A comment. }}
<script src="{{js}}" defer></script><p class="x">{{#_}}Words with {{tags}}{{/_}} · {{name}} – 12&nbsp;</p>
<a class="b" href="/"{{#at}} aria-current="page"{{/at}} aria-label="{{#_}}Main{{/_}}">SiTa Minter</a>
{{>parts/pager}}{{^x}}<i title="{{hash}}">…</i>{{/x}}`;
  assert.equal(report(checkInline('x.html', good)), '');
  assert.equal(report(checkWords('x.html', good)), '');
});
