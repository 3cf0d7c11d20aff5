/**
 * Whether to notify the hub when the feed document at `path` (relative to the output folder)
 * changes. False for history documents, which nobody follows, and for the archive's feeds, which
 * have editions.
 */
export function isHubTopic(path: string): boolean {
  return !/^(?:history|archive)\//.test(path);
}
