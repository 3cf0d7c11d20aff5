/** The name of the holiday at a moment of local clock time, or undefined. */
export type Holidays = (moment: Temporal.PlainDateTime) => string | undefined;

export const noHolidays: Holidays = () => undefined;

/** The holidays of several calendars. The first one that has a holiday names it. */
export function anyOf(calendars: readonly Holidays[]): Holidays {
  return (moment) => {
    for (const holidays of calendars) {
      const name = holidays(moment);
      if (name !== undefined) return name;
    }
    return undefined;
  };
}
