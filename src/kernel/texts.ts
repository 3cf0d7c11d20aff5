/** A text of a language file, or its forms by the language's plural categories (CLDR). */
export type Message = string | Readonly<Record<string, string>>;

/** The texts of one language file by key, as `site.home.title`. */
export type Messages = ReadonlyMap<string, Message>;

/** The values for `{name}` in a text. Numbers are formatted for the language. */
export type TextValues = Readonly<Record<string, string | number>>;

/** The texts of the site and of its mails in one language. */
export interface Texts {
  /** The language of the texts (BCP 47). */
  readonly language: string;
  /**
   * The text of `key`, plain, with `values` inserted. `count` selects one of several forms. Throws an
   * `Error` for a missing key or value: a bug, or a typo in a template.
   */
  text(key: string, values?: TextValues): string;
}

/** The texts in a language (BCP 47), else in the nearest one, else in English. */
export type TextsOf = (language: string) => Texts;

/**
 * Texts in `language` from `layers`: from the first layer that has the key, in the language of that
 * layer.
 */
export function makeTexts(
  language: string,
  layers: readonly { readonly language: string; readonly messages: Messages }[],
): Texts {
  return {
    language,
    text(key, values = {}) {
      const layer = layers.find(({ messages }) => messages.has(key));
      const message = layer?.messages.get(key);
      if (layer === undefined || message === undefined) throw new Error(`no text is called ${key}`);
      return fillIn(key, formOf(key, message, values, layer.language), values, layer.language);
    },
  };
}

/** The names in braces in all forms of a text. */
export function placeholdersOf(message: Message): string[] {
  const forms = typeof message === 'string' ? [message] : Object.values(message);
  const names = forms.flatMap((form) => [...form.matchAll(PLACEHOLDER)].map(([, name]) => name));
  return [...new Set(names.filter((name) => name !== undefined))].toSorted();
}

const PLACEHOLDER = /\{(\w+)\}/g;

function formOf(key: string, message: Message, { count }: TextValues, language: string): string {
  if (typeof message === 'string') return message;
  if (typeof count !== 'number') throw new Error(`${key} has several forms and needs a count`);
  const form = message[new Intl.PluralRules(language).select(count)] ?? message.other;
  if (form === undefined) throw new Error(`${key} has no form called other`);
  return form;
}

function fillIn(key: string, form: string, values: TextValues, language: string): string {
  return form.replace(PLACEHOLDER, (_, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) throw new Error(`${key} needs a value for {${name}}`);
    return typeof value === 'number' ? new Intl.NumberFormat(language).format(value) : value;
  });
}
