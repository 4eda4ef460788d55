import { digitsOf } from '@kit/index';
import { NumberInput } from '@mantine/core';
import type { ReactNode } from 'react';

/** Minor units as they are typed, and back. */
export const typed = (minor: number, currency: string): number | string => (minor ? minor / 10 ** digitsOf(currency) : '');
export const minorOf = (value: number | string, currency: string) => Math.round(Number(value) * 10 ** digitsOf(currency));

/** A field for an amount of a currency. */
export function AmountInput({ currency, ...rest }: { currency: string; label: string; description?: ReactNode; value: number | string; onChange: (value: number | string) => void; required?: boolean; focus?: boolean }) {
  const digits = digitsOf(currency);
  const { focus, ...field } = rest;
  return <NumberInput {...field} min={0} decimalScale={digits} fixedDecimalScale suffix={` ${currency}`} hideControls inputMode="decimal" data-autofocus={focus || undefined} />;
}
