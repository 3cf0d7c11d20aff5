const NOT_DEFAULT = /[^\p{M}\p{L}\p{Nd}]+/gu;
const NOT_PRETTY = /[^\p{M}\p{L}\p{Nd}._~!$&'()+,;=@]+/gu;
const PLAIN = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/**
 * `text` as part of an address, by Jekyll's rules: every run of characters other than letters and digits
 * (`pretty`: and `._~!$&'()+,;=@`) becomes one hyphen, and there is no hyphen at the ends.
 */
export function slugify(text: string, mode: 'default' | 'pretty' = 'default'): string {
  if (PLAIN.test(text)) return text;
  return text
    .normalize('NFC')
    .replace(mode === 'default' ? NOT_DEFAULT : NOT_PRETTY, '-')
    .replace(/^-|-$/g, '');
}
