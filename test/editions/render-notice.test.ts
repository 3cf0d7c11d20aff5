import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderConfirmation, renderWelcome } from '../../src/editions/render-notice.ts';
import { address, newsletter, templates } from './samples.ts';

const input = {
  templates: templates(),
  newsletter: newsletter({ name: 'Salt & Ships' }),
  site: { title: 'The Harbour Broadsheet', url: 'https://harbour.example/' },
  address: address('ada@example.org'),
};

test('the confirmation asks once, leads to the page, and says what silence means', async () => {
  const confirmUrl = 'https://harbour.example/confirm/abc?x=1&y=2';
  const { subject, html, text } = await renderConfirmation({ ...input, confirmUrl });
  assert.equal(subject, 'Please confirm: Salt & Ships');
  assert.equal(html.split('https://harbour.example/confirm/abc?x=1&amp;y=2').length, 2);
  assert.match(html, /Salt &amp; Ships/);
  for (const body of [html, text]) {
    assert.match(body, /ada@example\.org/);
    assert.match(body, /do nothing/);
    assert.match(body, /1 Quay Street/);
    assert.doesNotMatch(body, /nsubscribe/);
  }
  assert.ok(text.split('\n').includes(confirmUrl));
  assert.ok(text.split('\n').every((line) => line.length <= 72));
});

test('the welcome says how to leave', async () => {
  const links = {
    archiveUrl: 'https://harbour.example/archive/',
    unsubscribeUrl: 'https://harbour.example/unsubscribe/token',
  };
  const { subject, html, text } = await renderWelcome({ ...input, ...links });
  assert.equal(subject, 'Welcome to Salt & Ships');
  for (const body of [html, text]) {
    assert.match(body, /https:\/\/harbour\.example\/unsubscribe\/token/);
    assert.match(body, /https:\/\/harbour\.example\/archive\//);
    assert.match(body, /you confirmed/);
    assert.match(body, /1 Quay Street/);
  }
});
