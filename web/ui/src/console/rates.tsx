import { useI18n } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Button, NumberInput, Select, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import css from './console.module.css';

type Values = Record<string, number>;

/** A number for some of many: a row for each, and a way to add one. */
export function Rates({ title, of, set, name, suffix, scale, least = 0, keys, first }: {
  title: string;
  of: Values | undefined;
  set: (values: Values) => void;
  name: (key: string) => string;
  suffix: string;
  scale: number;
  least?: number;
  keys?: readonly string[]; // to choose from; else two letters are typed
  first: number;
}) {
  const { t } = useI18n();
  const [next, setNext] = useState<string | null>(null);
  const values = of ?? {};
  const add = next && !(next in values) && (keys?.includes(next) || /^[A-Z]{2}$/.test(next)) ? next : null;
  const without = (key: string) => Object.fromEntries(Object.entries(values).filter(([k]) => k !== key));
  const rest = (keys ?? []).filter((key) => !(key in values));
  return (
    <div role="group" aria-label={title} className={layout.stack} style={{ gap: 8, alignContent: 'start' }}>
      <Text size="sm" fw={600}>
        {title}
      </Text>
      {Object.entries(values).map(([key, value]) => (
        <div key={key} className={css.rate}>
          <NumberInput label={name(key)} min={least} decimalScale={2} fixedDecimalScale={suffix !== '%'} value={value / scale} onChange={(n) => set({ ...values, [key]: Math.round(Number(n) * scale) })} suffix={` ${suffix}`} hideControls />
          <Button variant="subtle" color="gray" onClick={() => set(without(key))} aria-label={t('rewards.remove', { name: name(key) })}>
            ×
          </Button>
        </div>
      ))}
      {(!keys || rest.length > 0) && (
        <div className={css.rate}>
          {keys ? (
            <Select aria-label={title} placeholder={title} data={rest.map((key) => ({ value: key, label: name(key) }))} value={next} onChange={setNext} searchable />
          ) : (
            <TextInput aria-label={t('rewards.country')} placeholder={t('rewards.country')} value={next ?? ''} maxLength={2} onChange={(e) => setNext(e.currentTarget.value.toUpperCase().replace(/[^A-Z]/g, ''))} />
          )}
          <Button
            variant="default"
            disabled={!add}
            onClick={() => {
              if (add) set({ ...values, [add]: first });
              setNext(null);
            }}
          >
            {t('rewards.add')}
          </Button>
        </div>
      )}
    </div>
  );
}
