import { digitsOf } from '@kit/index';
import layout from '@kit/layout.module.css';
import { NumberInput, Paper, Text } from '@mantine/core';
import css from './console.module.css';

/** Some policies that belong together. */
export function Group({ title, text, children }: { title: string; text: string; children: React.ReactNode }) {
  return (
    <Paper component="section">
      <h2 className={layout.subject} style={{ marginBottom: 2 }}>
        {title}
      </h2>
      <Text size="sm" c="dimmed" mb="md">
        {text}
      </Text>
      <div className={css.fields}>{children}</div>
    </Paper>
  );
}

/** A length of time, in seconds, shown in a unit. */
export function Span({ label, unit, unitName, value, set }: { label: string; unit: number; unitName: string; value: number; set: (seconds: number) => void }) {
  return <NumberInput label={label} min={0} decimalScale={2} value={value / unit} onChange={(n) => set(Math.round(Number(n) * unit))} suffix={` ${unitName}`} />;
}

/** A share, in basis points. */
export function Percent({ label, value, set, least = 0, most = 100 }: { label: string; value: number; set: (bp: number) => void; least?: number; most?: number }) {
  return <NumberInput label={label} min={least} max={most} decimalScale={2} value={value / 100} onChange={(n) => set(Math.round(Number(n) * 100))} suffix=" %" />;
}

/** An amount, in minor units. */
export function MoneyInput({ label, currency, value, set }: { label: string; currency: string; value: number; set: (minor: number) => void }) {
  const digits = digitsOf(currency);
  return <NumberInput label={label} min={0} decimalScale={digits} fixedDecimalScale value={value / 10 ** digits} onChange={(n) => set(Math.round(Number(n) * 10 ** digits))} suffix={` ${currency}`} hideControls />;
}
