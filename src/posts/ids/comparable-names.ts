/**
 * Returns a function from a post's file to the name for comparisons, in Unicode's NFC (UAX 15),
 * because macOS and some Git tools write the same name in NFD. If two of `files` differ only in
 * that form, both keep their names.
 */
export function comparableNames(files: readonly string[]): (file: string) => string {
  const composed = files.map((file) => file.normalize('NFC'));
  const seen = new Set<string>();
  const shared = new Set(composed.filter((name) => seen.size === seen.add(name).size));
  return (file) => {
    const name = file.normalize('NFC');
    return shared.has(name) ? file : name;
  };
}
