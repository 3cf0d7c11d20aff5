/** Until src/editions has it. */
export type Templates = Readonly<Record<string, string>>;

/**
 * The email templates of `folder`; one that is not in it (or all, where there is no such folder)
 * is Broadsheet's own. Throws a config error for a file that cannot be read.
 */
export function readTemplates(folder: string): Templates {
  throw new Error(folder);
}
