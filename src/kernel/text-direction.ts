const RIGHT_TO_LEFT_SCRIPTS = new Set(['Arab', 'Hebr', 'Thaa', 'Syrc', 'Nkoo', 'Adlm', 'Rohg']);

/** `dir` for text in `language` (BCP 47), from the script of the language. */
export function textDirection(language: string): 'ltr' | 'rtl' {
  const script = scriptOf(language);
  return script !== undefined && RIGHT_TO_LEFT_SCRIPTS.has(script) ? 'rtl' : 'ltr';
}

function scriptOf(language: string): string | undefined {
  try {
    return new Intl.Locale(language).maximize().script;
  } catch {
    // A post may name any language. An invalid tag has no known script.
    return undefined;
  }
}
