// Amounts are whole minor units. How many digits of them are behind the point is as ISO 4217 has it, which is how the server counts
// (payouts/money, whose list this is: a test compares them), and not as browsers show it: they leave out those that nobody uses
// any more, each others (HUF, COP, IDR).
const others = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW MGA PYG RWF UGX VND VUV XAF XOF XPF',
  3: 'BHD IQD JOD KWD LYD OMR TND',
};
const special = new Map(Object.entries(others).flatMap(([digits, codes]) => codes.split(' ').map((code) => [code, Number(digits)] as const)));

/** How many digits a currency has behind the point. */
export const digitsOf = (currency: string): number => special.get(currency) ?? 2;

/** An amount's format in a language, with all of its currency's digits. */
export function moneyFormat(language: string, currency: string): Intl.NumberFormat {
  const digits = digitsOf(currency);
  return new Intl.NumberFormat(language, { style: 'currency', currency, minimumFractionDigits: digits, maximumFractionDigits: digits });
}
