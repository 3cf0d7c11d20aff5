import assert from 'node:assert/strict';
import test from 'node:test';
import {
  withoutAddress,
  withoutMarkup,
  withoutTags,
} from '../../src/posts/front-matter/plain-words.ts';

test('a title has no tags, references and marks, and keeps its text', () => {
  for (const [title, expected] of Object.entries({
    'The <em>Lark</em> sails': 'The Lark sails',
    'One<br>two<br/>three': 'One two three',
    '<a href="/x">A <b>link</b></a>': 'A link',
    'Why <b> is not <strong>': 'Why <b> is not <strong>',
    'Map<K, V> and Set<T>': 'Map<K, V> and Set<T>',
    'The <script> element': 'The <script> element',
    'a < b and c > d': 'a < b and c > d',
    'AT&amp;T buys Quay &#8211; what&#8217;s next?': 'AT&T buys Quay – what’s next?',
    'Caf&eacute; &#x2014; &hellip;': 'Café — …',
    'It&#146;s': 'It’s',
    '&lt;b&gt; and &amp;lt;': '<b> and &lt;',
    'R&D; &nothing; & &#0;': 'R&D; &nothing; & &#0;',
    'Using `git rebase` with **care**': 'Using git rebase with care',
    'The `<b>` element and `__init__`': 'The <b> element and __init__',
    '``a ` b``': 'a ` b',
    '*The Lark* and _the Wren_': 'The Lark and the Wren',
    '***Both***, ~~none~~ and __two words__': 'Both, none and two words',
    '__init__ and snake_case_name': '__init__ and snake_case_name',
    '2 * 3 * 4, 2*3*4, f*ck': '2 * 3 * 4, 2*3*4, f*ck',
    '**bold with *inner* words**': '**bold with inner words**',
    'A [link](https://x.example/) and [another][1]': 'A link and another',
    'A list [of things]': 'A list [of things]',
    '\u200bZero\u202e width': 'Zero width',
    'a lone ` tick and a lone * star': 'a lone ` tick and a lone * star',
    plain: 'plain',
  })) {
    assert.equal(withoutMarkup(title), expected, title);
  }
});

test('a name has no tags and references, and keeps its marks', () => {
  assert.equal(withoutTags('Food &amp; Drink'), 'Food & Drink');
  assert.equal(withoutTags('<i>Ada</i> *Quill*'), 'Ada *Quill*');
  assert.equal(withoutTags('C* and __proto__'), 'C* and __proto__');
});

test('an address beside a name does not go out', () => {
  for (const [name, expected] of Object.entries({
    'Ada Quill <ada@salt.example>': 'Ada Quill',
    'Ada Quill (ada@salt.example)': 'Ada Quill',
    'ada@salt.example (Ada Quill)': 'Ada Quill',
    '"Ada Quill" <mailto:ada@salt.example>': 'Ada Quill',
    'Ada Quill, ada@salt.example': 'Ada Quill',
    'Ada Quill - ada.quill+x@mail.salt.example': 'Ada Quill',
    'Ada @ the Quay': 'Ada @ the Quay',
    '@ada': '@ada',
    '@ada@social.example': '@ada@social.example',
    'Ada Quill': 'Ada Quill',
  })) {
    assert.equal(withoutAddress(name), expected, name);
  }
  assert.equal(withoutAddress('ada@salt.example'), undefined);
  assert.equal(withoutAddress('<ada@salt.example>'), undefined);
});
