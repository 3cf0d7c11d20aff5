/**
 * Whether the hub is told when the feed document at `path`, relative to the output folder, changes:
 * not of history documents, which nobody follows, nor of the archive's feeds, which are of editions.
 */
export function isHubTopic(path: string): boolean {
  return !/^(?:history|archive)\//.test(path);
}
