/** What a language calls a month such as "2026-03". */
export const monthName = (locale: string, month: string) => new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(new Date(`${month}-01T00:00:00Z`));
