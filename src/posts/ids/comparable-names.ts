/**
 * A function from a post's file to the name by which it is compared: in Unicode's NFC (UAX 15),
 * because macOS and some tools of Git write the same name in NFD. Where the folder has two of
 * `files` that differ in their form alone, both keep the names they have.
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
