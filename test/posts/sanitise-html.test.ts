import assert from 'node:assert/strict';
import test from 'node:test';
import { tooMuchHtml } from '../../src/posts/markdown/sanitise-html.ts';
import { rendered } from './posts.ts';

test('elements that are never closed are counted by their names', () => {
  for (const html of ['<b>x', '<div></i>', '<i><b>x</b>', '<B a="1">']) {
    assert.match(tooMuchHtml(html.repeat(30_000)) ?? '', /leaves more than 20000/, html);
  }
});

test('elements that are closed or have no end tag are as many as the author likes', () => {
  for (const html of [
    '<b>x</b>',
    '<p>a<br><img src="x">b</p>',
    '<td><B>x</b></TD>',
    '</p>',
    '< b',
  ]) {
    assert.equal(tooMuchHtml(html.repeat(30_000)), undefined, html);
  }
});

test('a post that becomes too much HTML is refused with a reason', () => {
  assert.throws(() => rendered('<b>x'.repeat(30_000)), /leaves more than 20000 HTML elements open/);
  assert.throws(() => rendered('a '.repeat(4_000_001)), /makes more than 8 MB of HTML/);
});
