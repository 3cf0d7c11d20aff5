const LETTERS = [...'abcdefghijklmnopqrstuvwxyz'];
const PAIRS = LETTERS.flatMap((one) => LETTERS.map((other) => one + other));

/**
 * The country (ISO 3166-1) that somebody means by `text`: a code in small letters, one that is no
 * country's (UK, EL), a language's, or a name. Undefined where that cannot be told.
 */
export function suggestCountry(text: string): string | undefined {
  const code = text.trim().toUpperCase();
  // The most likely country of English is the one of most of its speakers; people also mean England.
  if (code === 'EN') return 'GB or US';
  if (/^[A-Z]{2}$/.test(code)) {
    // The older name of a code: UK, and DD, SU.
    const current = new Intl.Locale(`und-${code}`).region ?? code;
    if (nameOfCountry('en', current) !== undefined) return current;
    return nameOfLanguage('en', code.toLowerCase()) === undefined
      ? undefined
      : new Intl.Locale(code.toLowerCase()).maximize().region;
  }
  const found = PAIRS.map((pair) => pair.toUpperCase()).find((each) =>
    namesOfCountry(each).includes(fold(text)),
  );
  return found === undefined ? undefined : new Intl.Locale(`und-${found}`).region;
}

/**
 * The language tag (BCP 47) that somebody means by `text`, which is none: a country's code (jp), a
 * country that is none's in it (en-UK), or a name. Undefined where that cannot be told.
 */
export function suggestLanguage(text: string): string | undefined {
  const [first = '', ...rest] = text.trim().replaceAll('_', '-').split('-');
  const [country] = rest;
  if (/^[a-z]{2}$/i.test(first)) {
    const language = isLanguageCode(first) ? first.toLowerCase() : languageOfCountry(first);
    if (language === undefined) return undefined;
    if (country === undefined || !/^[a-z]{2}$/i.test(country)) return language;
    const region = /^en$/i.test(country) ? undefined : suggestCountry(country);
    return region === undefined ? language : `${language}-${region}`;
  }
  return PAIRS.filter(isLanguageCode).find((code) =>
    [nameOfLanguage('en', code), nameOfLanguage(code, code)].some(
      (name) => name !== undefined && fold(name) === fold(text),
    ),
  );
}

/**
 * Whether the language and the country in a well-formed tag (BCP 47) are registered: all of two letters
 * and three digits are looked up; of longer codes of languages, three letters are taken on trust.
 */
export function isRegisteredLanguage(tag: string): boolean {
  const [language = '', ...rest] = tag.split('-');
  const region = rest.find((part) => /^[a-z]{2}$/i.test(part));
  if (!/^[a-z]{2,3}$/i.test(language)) return /^[xi]$/i.test(language);
  if (language.length === 2 && !isLanguageCode(language)) return false;
  // UK is an older name of GB's, and no code of its own.
  return (
    region === undefined ||
    (nameOfCountry('en', region.toUpperCase()) !== undefined && region.toUpperCase() !== 'UK')
  );
}

function isLanguageCode(code: string): boolean {
  return nameOfLanguage('en', code.toLowerCase()) !== undefined;
}

function languageOfCountry(code: string): string | undefined {
  const region = code.toUpperCase();
  if (nameOfCountry('en', region) === undefined) return undefined;
  return new Intl.Locale(`und-${region}`).maximize().language;
}

/** The name of a language in another, as Unicode's CLDR has it; undefined where it has none. */
function nameOfLanguage(inLanguage: string, code: string): string | undefined {
  return new Intl.DisplayNames(inLanguage, { type: 'language', fallback: 'none' }).of(code);
}

function nameOfCountry(inLanguage: string, code: string): string | undefined {
  return new Intl.DisplayNames(inLanguage, { type: 'region', fallback: 'none' }).of(code);
}

function namesOfCountry(code: string): readonly string[] {
  const styles = ['long', 'short'] as const;
  const names = styles.map((style) =>
    new Intl.DisplayNames('en', { type: 'region', fallback: 'none', style }).of(code),
  );
  const own = new Intl.Locale(`und-${code}`).maximize().language;
  return [...names, nameOfCountry(own, code)].flatMap((name) =>
    name === undefined ? [] : [fold(name)],
  );
}

function fold(text: string): string {
  return text.trim().toLowerCase().normalize('NFKD').replace(/\p{M}/gu, '');
}
