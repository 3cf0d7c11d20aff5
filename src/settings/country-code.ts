/** Names that are no country's own, and codes of other lists than ISO 3166-1. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  ...{ EN: 'GB', ENG: 'GB', ENGLAND: 'GB', SCOTLAND: 'GB', WALES: 'GB', 'GREAT BRITAIN': 'GB' },
  ...{ EL: 'GR', USA: 'US', HOLLAND: 'NL' },
};

/** Languages that a country may be named in. */
const LANGUAGES = ['en', 'de', 'fr', 'es', 'it', 'nl', 'pt'];

/**
 * Returns what is wrong with the code of a country (ISO 3166-1 alpha-2) and what to write for it;
 * undefined for two capital letters that mean nothing else.
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
  // Codes that were given up, or are only reserved, have an alias: UK.
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
