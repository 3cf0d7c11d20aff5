import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { logoFlaw, readLogo } from '../../src/feeds/logo.ts';
import { lookWarnings } from '../../src/pages/check-look.ts';
import { openBuiltSite, PICTURE } from '../build/built-site.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="30" height="10"></svg>';

test('a logo is published with the feeds under a name of its bytes, and stays for mails that were sent', async (t) => {
  const site = openBuiltSite(t, '', ', logo: ../logo.png');
  await site.build();
  const logos = () => site.files().filter((path) => path.startsWith('assets/logo-'));
  const [first = ''] = logos();
  assert.match(first, /^assets\/logo-[0-9a-f]{12}\.png$/);
  assert.match(
    site.read('feeds/index.html') ?? '',
    new RegExp(`<img class="logo" src="/${first}" alt="The Quay" width="1" height="1">`),
  );
  site.write('logo.png', Buffer.concat([PICTURE, Buffer.from('other')]));
  await site.build();
  assert.equal(logos().length, 2);
  assert.ok(logos().includes(first));
});

test('the size of a logo is known: from its file, or from the config', (t) => {
  const folder = temporaryFolder(t, { 'a.PNG': PICTURE, 'b.svg': SVG, 'c.png': 'no picture' });
  const read = (name: string) => readLogo(join(folder, name), 'Name', 'https://quay.example/');
  assert.deepEqual([read('a.PNG')?.width, read('a.PNG')?.type], [1, 'image/png']);
  assert.deepEqual([read('b.svg')?.width, read('b.svg')?.height], [30, 10]);
  assert.match(read('b.svg')?.url ?? '', /\.svg$/);
  for (const name of ['c.png', 'missing.png']) {
    assert.equal(read(name), undefined);
    assert.match(logoFlaw(join(folder, name)) ?? '', /cannot be shown.*have the name in its place/);
  }
  const elsewhere = { url: 'https://cdn.example/logo.png', width: 300, height: 80 };
  assert.deepEqual(readLogo(elsewhere, 'Name', ''), { ...elsewhere, alt: 'Name' });
});

test('a logo that mails cannot show is warned of', (t) => {
  const warningsOf = (logo: string) =>
    lookWarnings(openBuiltSite(t, '', `, logo: ${logo}`).config).map(({ message }) => message);
  assert.deepEqual(warningsOf('../logo.png'), []);
  assert.match(
    warningsOf('{url: "https://x.example/l.svg", width: 3, height: 1}').join(),
    /site\.logo has a format that mail programs do not show \(use JPEG, PNG or GIF\), so mails have the name/,
  );
  assert.match(warningsOf('../missing.png').join(), /site\.logo: .*missing\.png cannot be shown/);
});
