/** An instant in the format of the tables: UTC with milliseconds, always 24 characters, sorts as text. */
export function storedInstant(instant: Temporal.Instant): string {
  return instant.toString({ fractionalSecondDigits: 3 });
}
