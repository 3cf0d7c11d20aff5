/** An instant as the tables keep it: UTC to the millisecond, always 24 characters, sorts as text. */
export function storedInstant(instant: Temporal.Instant): string {
  return instant.toString({ fractionalSecondDigits: 3 });
}
