/** The content of a relay's environment variable. */
export type RelayVariable = 'URL' | 'USER' | 'PASSWORD';

/**
 * Returns the name of the environment variable with `what` of the relay `id` (one of `email.relays`):
 * `BROADSHEET_SMTP_URL_BACKUP_2` for `backup-2`.
 */
export function relayVariable(id: string, what: RelayVariable = 'URL'): string {
  return `BROADSHEET_SMTP_${what}_${id.toUpperCase().replaceAll('-', '_')}`;
}
