/** Codes that are not country codes of ISO 3166-1: other names, and codes of other lists. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  ...{ EN: 'GB', ENG: 'GB', ENGLAND: 'GB', SCOTLAND: 'GB', WALES: 'GB', 'GREAT BRITAIN': 'GB' },
  ...{ EL: 'GR', USA: 'US', HOLLAND: 'NL' },
};

/** Languages in which a country may be named. */
const LANGUAGES = ['en', 'de', 'fr', 'es', 'it', 'nl', 'pt'];

/**
 * Returns the fault in a country code (ISO 3166-1 alpha-2) and the correct code; undefined if there is no
 * fault.
 */
export function countryCodeFault(text: string): string | undefined {
  const meant = codeOf(text.trim());
  if (meant === text) return undefined;
  return `is not a country (ISO 3166-1); write ${meant ?? 'two capital letters, like GB'}`;
}

function codeOf(text: string): string | undefined {
  const upper = text.toUpperCase();
  const other = OTHER_NAMES[upper];
  if (other !== undefined) return other;
  // Withdrawn or only reserved codes, as UK, have an alias.
  if (/^[A-Z]{2}$/.test(upper)) return currentCode(upper);
  return LANGUAGES.map((language) => codeOfName(text, language)).find((code) => code !== undefined);
}

function codeOfName(name: string, language: string): string | undefined {
  const names = new Intl.DisplayNames(language, { type: 'region', fallback: 'none' });
  const letters = Array.from({ length: 26 }, (_, at) => String.fromCharCode(65 + at));
  const codes = letters.flatMap((first) => letters.map((second) => first + second));
  return codes.find(
    (code) =>
      currentCode(code) === code &&
      names.of(code)?.localeCompare(name, language, { sensitivity: 'base' }) === 0,
  );
}

function currentCode(code: string): string | undefined {
  return new Intl.Locale(`und-${code}`).region;
}
