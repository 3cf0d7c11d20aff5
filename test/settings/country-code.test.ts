import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countryCodeFault } from '../../src/settings/country-code.ts';

test('a country that is written otherwise is named with its code', () => {
  const meant = {
    ...{ UK: 'GB', uk: 'GB', EN: 'GB', England: 'GB', EL: 'GR', USA: 'US', de: 'DE' },
    ...{ Deutschland: 'DE', Germany: 'DE', Espagne: 'ES', Österreich: 'AT', YU: 'RS' },
  };
  for (const [written, code] of Object.entries(meant)) {
    assert.equal(countryCodeFault(written), `is not a country (ISO 3166-1); write ${code}`);
  }
  assert.equal(
    countryCodeFault('Lalaland'),
    'is not a country (ISO 3166-1); write two capital letters, like GB',
  );
  for (const code of ['GB', 'US', 'DE', 'XK', 'IC'])
    assert.equal(countryCodeFault(code), undefined);
});
