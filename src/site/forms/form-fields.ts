/** The fields of a form or of a JSON body. A missing field or one that is not text is ''. */
export interface FormFields {
  /** The only value of a field, trimmed. */
  one(name: string): string;
  /** All values of a field. A form sends several as a list, and one as text. */
  all(name: string): readonly string[];
}

/** The fields of a body from Fastify's parser. The body may be anything. */
export function formFields(body: unknown): FormFields {
  const record: object = typeof body === 'object' && body !== null ? body : {};
  const all = (name: string) => {
    const value: unknown = Object.hasOwn(record, name) ? record[name as never] : undefined;
    return (Array.isArray(value) ? value : [value])
      .filter((each) => typeof each === 'string')
      .map((each) => each.trim());
  };
  return { all, one: (name) => all(name)[0] ?? '' };
}
