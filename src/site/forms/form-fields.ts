/** The fields of a form or of a JSON body. What is no text, or is missing, is ''. */
export interface FormFields {
  /** The only value of a field, without white space around it. */
  one(name: string): string;
  /** All values of a field; one of a form that has several comes as a list, one that has one as text. */
  all(name: string): readonly string[];
}

/** The fields of a body as Fastify parsed it, which may be anything. */
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
