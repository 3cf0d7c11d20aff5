import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { exampleAddresses } from '../../src/config/example-addresses.ts';
import { loadConfig } from '../../src/config/load-config.ts';

const sample = loadConfig(join(import.meta.dirname, '../../config/broadsheet.yaml'), {});

test("the sample's addresses are told, and nobody's real ones", () => {
  assert.deepEqual(
    exampleAddresses(sample).map(({ message }) => message.split(' is ')[0]),
    ['site.url', 'from.address of politics-essential'],
  );
  for (const url of ['https://www.example.org/', 'https://example.com/']) {
    const config = {
      ...sample,
      newsletters: [],
      publicUrl: url,
      serviceUrl: url,
      site: { ...sample.site, url },
    };
    assert.equal(exampleAddresses(config).length, 1, url);
  }
  for (const url of ['https://my-example.org/', 'https://example.shop/', 'https://xn--d1a.net/']) {
    const config = {
      ...sample,
      newsletters: [],
      publicUrl: url,
      serviceUrl: url,
      site: { ...sample.site, url },
    };
    assert.deepEqual(exampleAddresses(config), [], url);
  }
});
